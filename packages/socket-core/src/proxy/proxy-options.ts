import { SocketError } from "../errors.js";
import { checkHost, checkOptions, checkPort } from "../options.js";
import type { TlsOptions } from "../tls/tls-options.js";

/** The protocols that are spoken. */
export type ProxyType = "socks4" | "socks4a" | "socks5" | "http" | "https";

/** A proxy and how to log in there. */
export interface ProxyOptions {
  /** `http` is CONNECT in the clear, `https` CONNECT over TLS to the proxy. */
  readonly type: ProxyType;
  /** Name or address of the proxy. */
  readonly host: string;
  /** Default 1080 for SOCKS, 8080 for `http`, 443 for `https`. */
  readonly port?: number | undefined;
  /** Default: no login. */
  readonly username?: string | undefined;
  /** Sent in the clear except by `https`. */
  readonly password?: string | undefined;
  /** Lets the proxy resolve the name (default, except for `socks4`, which cannot). */
  readonly remoteDns?: boolean | undefined;
  /** Of the connection to an `https` proxy; verified as any other. */
  readonly tls?: TlsOptions | undefined;
  /** Destinations that are reached directly, in the form of NO_PROXY. */
  readonly exceptions?: readonly string[] | undefined;
}

const PROXY_OPTIONS: ReadonlySet<string> = new Set<keyof ProxyOptions>([
  "type",
  "host",
  "port",
  "username",
  "password",
  "remoteDns",
  "tls",
  "exceptions",
]);
const DEFAULT_PORTS: Readonly<Record<ProxyType, number>> = {
  socks4: 1080,
  socks4a: 1080,
  socks5: 1080,
  http: 8080,
  https: 443,
};

export interface CheckedProxy extends ProxyOptions {
  readonly port: number;
  readonly remoteDns: boolean;
}

/** @throws SocketError of the group use */
export function checkProxy(options: ProxyOptions): CheckedProxy {
  checkOptions("proxy", options, PROXY_OPTIONS);
  if (!Object.hasOwn(DEFAULT_PORTS, options.type))
    bad(`proxy type must be one of ${Object.keys(DEFAULT_PORTS).join(", ")}`);
  const { username, password } = options;
  if (password !== undefined && username === undefined) bad("a proxy password needs a user name");
  for (const [name, text] of [
    ["username", username],
    ["password", password],
  ] as const) {
    if (text === undefined) continue;
    if (typeof text !== "string") bad(`the proxy's ${name} must be text`);
    // One octet counts the length (RFC 1929 section 2); a control character would end the field or the header line.
    if (Buffer.byteLength(text) > 255) bad(`the proxy's ${name} is longer than 255 octets`);
    if (/[\u0000-\u001f\u007f]/.test(text)) bad(`the proxy's ${name} has control characters`);
  }
  if (username?.includes(":") && options.type.startsWith("http"))
    bad("a user name for basic authentication has no colon");
  if (
    options.type === "socks5" &&
    username !== undefined &&
    (username === "" || password === undefined || password === "")
  ) {
    bad("SOCKS5 needs a user name and a password, neither of them empty");
  }
  return {
    ...options,
    host: checkHost(options.host),
    port: checkPort(options.port ?? DEFAULT_PORTS[options.type]),
    remoteDns: options.type === "socks4" ? false : (options.remoteDns ?? true),
  };
}

function bad(detail: string): never {
  throw new SocketError("ERR_SOCKET_BAD_OPTION", { detail });
}

const SCHEMES: Readonly<Record<string, ProxyType>> = {
  "socks:": "socks5",
  "socks4:": "socks4",
  "socks4a:": "socks4a",
  "socks5:": "socks5",
  "socks5h:": "socks5",
  "http:": "http",
  "https:": "https",
};

/**
 * Reads `socks5://user:password@proxy.example:1080` and the like. As elsewhere, `socks5` resolves names here and
 * `socks5h` there; a text without a scheme is an HTTP proxy.
 *
 * @throws SocketError ERR_SOCKET_BAD_OPTION; the text, which may hold a password, is not repeated in it
 */
export function parseProxyUrl(text: string): ProxyOptions {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const scheme = withScheme.slice(0, withScheme.indexOf(":") + 1).toLowerCase();
  const type = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined;
  if (type === undefined) bad(`proxies by ${JSON.stringify(scheme)} are not known`);
  let url: URL;
  try {
    // Under "http:" every URL is read by the same rules; the default port 80 would vanish, hence the check below.
    url = new URL(`ws:${withScheme.slice(withScheme.indexOf(":") + 1)}`);
  } catch {
    return bad("the proxy URL cannot be read");
  }
  const explicitPort = url.port !== "" ? Number(url.port) : /:80\/?$/.test(withScheme) ? 80 : undefined;
  return {
    type: type!,
    host: url.hostname,
    port: explicitPort,
    ...(url.username === "" ? {} : { username: decode(url.username), password: decode(url.password) }),
    ...(scheme === "socks5:" || scheme === "socks:" ? { remoteDns: false } : {}),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return bad("the proxy URL has a broken percent sign in its login");
  }
}
