import { hostname } from "node:os";
import { helloDomain } from "@wirepost/mail-address";
import type { ConnectOptions, Socket, TlsOptions } from "@wirepost/socket-core";
import { checkMs, checkNames, checkSignal, optionError } from "./check-names.js";
import { parseConnectionUrl } from "./connection-url.js";
import { type AuthOptions, Login } from "./login.js";
import type { Observer } from "./observer.js";
import { resolveTimeouts, type Timeouts } from "./timeouts.js";

/**
 * How TLS is used.
 * - `implicit`: from the first byte (RFC 8314 3).
 * - `required`: STARTTLS, or an error.
 * - `opportunistic`: STARTTLS where it is announced, without verification (RFC 7435); plaintext where it is not or is refused.
 * - `none`: never.
 */
export type TlsPolicy = "implicit" | "required" | "opportunistic" | "none";

export interface TlsSettings extends Omit<TlsOptions, "signal" | "onCertificate"> {
  /** Default: `implicit` on port 465, `required` with credentials (loopback excepted), `opportunistic` otherwise. */
  readonly policy?: TlsPolicy | undefined;
}

/** How one connection is made and spoken over. */
export interface ConnectionOptions {
  /** Host name or IP address; `path` or `socket` may take its place, `host` then only names the peer for TLS. */
  readonly host?: string | undefined;
  /** Default: 465 with `implicit`, 587 with credentials, 24 for LMTP, 25 otherwise. */
  readonly port?: number | undefined;
  /** A unix socket. */
  readonly path?: string | undefined;
  /** A connected socket of `@wirepost/socket-core`. */
  readonly socket?: Socket | undefined;
  readonly protocol?: "smtp" | "lmtp" | undefined;
  readonly tls?: TlsPolicy | TlsSettings | undefined;
  readonly auth?: AuthOptions | undefined;
  /** The name for EHLO (RFC 5321 4.1.1.1): a domain or an address literal. Default: this host's name, else its address. */
  readonly clientName?: string | undefined;
  /**
   * False says HELO and never EHLO, for servers that hang up at it: no extension exists then, neither AUTH nor STARTTLS. Default true:
   * EHLO, and HELO where that is refused.
   */
  readonly extended?: boolean | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  /**
   * `full`: envelopes travel with the end of the previous content (RFC 2920). `envelope`: only within one message.
   * `off`: one command at a time. Default `full`; without the announcement it is `off` in effect.
   */
  readonly pipelining?: "full" | "envelope" | "off" | undefined;
  /** `auto`: BDAT where CHUNKING is announced (RFC 3030); `off`: DATA always. Default `auto`. */
  readonly chunking?: "auto" | "off" | undefined;
  /**
   * Whole messages in flight before the replies of their envelopes came (BDAT only). Default 1 message: no window.
   * When the connection drops, every message in flight is `unknown`.
   */
  readonly window?: { readonly maxMessages: number; readonly maxBytes?: number | undefined } | undefined;
  readonly proxy?: ConnectOptions["proxy"] | undefined;
  readonly family?: ConnectOptions["family"] | undefined;
  /** The family that is tried first; see socket-core. */
  readonly preferFamily?: ConnectOptions["preferFamily"] | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly lookup?: ConnectOptions["lookup"] | undefined;
  readonly observer?: Observer | undefined;
  /** Keeps a redacted transcript, for `connection.transcript` and on errors. Default false. */
  readonly transcript?: boolean | undefined;
  /** How long `close()` waits for messages in hand. Default 30,000. */
  readonly closeTimeoutMs?: number | undefined;
  /** Refuses replies whose lines end in LF alone. Default false. */
  readonly strictLineEnd?: boolean | undefined;
  /** Octets, lines and line length allowed in one reply. */
  readonly replyLimits?:
    | { readonly maxLineBytes?: number; readonly maxReplyBytes?: number; readonly maxLines?: number }
    | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options after defaults; what the rest of the package works with. */
export interface ResolvedConnectionOptions extends Omit<ConnectionOptions, "auth"> {
  /** False: `host` is only a stand-in for texts. */
  readonly hostGiven: boolean;
  readonly login: Login | undefined;
  readonly host: string;
  readonly port: number;
  readonly protocol: "smtp" | "lmtp";
  readonly policy: TlsPolicy;
  readonly tlsOptions: Omit<TlsSettings, "policy">;
  readonly times: Timeouts;
  readonly closeTimeoutMs: number;
  readonly pipelining: "full" | "envelope" | "off";
  readonly chunking: "auto" | "off";
  /** An earlier session with this server showed that EHLO may go out before the greeting (Exim's PIPECONNECT). */
  readonly earlyHello?: boolean | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof ConnectionOptions>([
  "host",
  "port",
  "path",
  "socket",
  "protocol",
  "tls",
  "auth",
  "clientName",
  "extended",
  "timeouts",
  "pipelining",
  "chunking",
  "window",
  "proxy",
  "family",
  "preferFamily",
  "localAddress",
  "localPort",
  "lookup",
  "observer",
  "transcript",
  "strictLineEnd",
  "replyLimits",
  "signal",
  "closeTimeoutMs",
]);
const WINDOW_NAMES: ReadonlySet<string> = new Set(["maxMessages", "maxBytes"]);
const REPLY_LIMIT_NAMES: ReadonlySet<string> = new Set(["maxLineBytes", "maxReplyBytes", "maxLines"]);
const OBSERVER_NAMES: ReadonlySet<string> = new Set<keyof Observer>([
  "onCommand",
  "onReply",
  "onCertificate",
  "onTransfer",
  "onTranscript",
  "onClosed",
]);
const TLS_NAMES: ReadonlySet<string> = new Set<keyof TlsSettings>([
  "policy",
  "servername",
  "hostNames",
  "verify",
  "ca",
  "extraCa",
  "certificate",
  "key",
  "pfx",
  "passphrase",
  "minVersion",
  "maxVersion",
  "ciphers",
  "groups",
  "signatureAlgorithms",
  "alpn",
  "sessionStore",
  "pins",
  "trusted",
  "denied",
  "revocation",
  "handshakeTimeoutMs",
  "onKeyLog",
  "requestCertificate",
]);

function checkChoice<T extends string>(
  name: string,
  value: T | undefined,
  choices: readonly T[],
  fallback: T,
): T {
  if (value === undefined) return fallback;
  if (!choices.includes(value)) {
    throw optionError("ERR_CLIENT_OPTION", `${name} must be one of ${choices.join(", ")}`);
  }
  return value;
}

/**
 * @param extra names that belong to the caller's own options
 * @throws SendError ERR_CLIENT_UNKNOWN_OPTION, ERR_CLIENT_OPTION, ERR_CLIENT_URL
 */
export function resolveConnectionOptions(
  given: ConnectionOptions | string | URL,
  extra: ReadonlySet<string> = new Set(),
): ResolvedConnectionOptions {
  const options: ConnectionOptions =
    typeof given === "string" || given instanceof URL ? parseConnectionUrl(given) : { ...given };
  checkNames("connection", options, new Set([...NAMES, ...extra]));
  const protocol = checkChoice("protocol", options.protocol, ["smtp", "lmtp"], "smtp");
  const tls: TlsSettings = typeof options.tls === "string" ? { policy: options.tls } : (options.tls ?? {});
  checkNames("tls", tls, TLS_NAMES);
  if (options.observer !== undefined) checkNames("observer", options.observer, OBSERVER_NAMES);
  if (options.replyLimits !== undefined) checkNames("replyLimits", options.replyLimits, REPLY_LIMIT_NAMES);
  checkWindow(options.window);
  checkSignal(options.signal);
  const { policy: givenPolicy, ...tlsOptions } = tls;
  if (options.host === undefined && options.path === undefined && options.socket === undefined) {
    throw optionError("ERR_CLIENT_OPTION", "a host, a path or a socket is needed");
  }
  const host = options.host ?? "localhost";
  if (typeof host !== "string" || host === "")
    throw optionError("ERR_CLIENT_OPTION", "host must be a name or an address");
  const policy = checkChoice(
    "tls",
    givenPolicy,
    ["implicit", "required", "opportunistic", "none"],
    defaultPolicy(options, host, protocol),
  );
  const port = options.port ?? defaultPort(policy, options.auth !== undefined, protocol);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw optionError("ERR_CLIENT_OPTION", "port must be a whole number from 1 to 65535");
  }
  checkClientName(options.clientName);
  // The credentials live in `login` alone.
  const { auth, ...rest } = options;
  return {
    ...rest,
    host,
    hostGiven: options.host !== undefined,
    port,
    protocol,
    policy,
    tlsOptions,
    login: auth === undefined ? undefined : new Login(auth),
    times: resolveTimeouts(options.timeouts),
    closeTimeoutMs: checkMs("closeTimeoutMs", options.closeTimeoutMs, 30_000),
    pipelining: checkChoice("pipelining", options.pipelining, ["full", "envelope", "off"], "full"),
    chunking: checkChoice("chunking", options.chunking, ["auto", "off"], "auto"),
  };
}

function checkWindow(window: ConnectionOptions["window"]): void {
  if (window === undefined) return;
  checkNames("window", window, WINDOW_NAMES);
  for (const [name, value] of Object.entries(window)) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw optionError("ERR_CLIENT_OPTION", `window.${name} must be a whole number from 1 on`);
    }
  }
}

/** Refused here rather than at EHLO, when somebody has been called already. */
function checkClientName(clientName: string | undefined): void {
  if (clientName === undefined) return;
  try {
    helloDomain(clientName);
  } catch {
    throw optionError("ERR_CLIENT_OPTION", "clientName must be a domain or an address literal");
  }
}

function defaultPolicy(options: ConnectionOptions, host: string, protocol: "smtp" | "lmtp"): TlsPolicy {
  if (options.port === 465 && protocol === "smtp") return "implicit";
  if (options.auth === undefined) return "opportunistic";
  // What never leaves the machine needs no protection from the wire; through a proxy "localhost" is the proxy's.
  const own = options.path !== undefined || (options.host !== undefined && isLoopback(host));
  return own && options.proxy === undefined && options.socket === undefined ? "opportunistic" : "required";
}

function defaultPort(policy: TlsPolicy, withAuth: boolean, protocol: "smtp" | "lmtp"): number {
  if (protocol === "lmtp") return 24;
  if (policy === "implicit") return 465;
  return withAuth ? 587 : 25;
}

/** An IP address rather than a name. */
export function isAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

export function isLoopback(host: string): boolean {
  const bare = host.startsWith("[") ? host.slice(1, -1) : host;
  return bare === "localhost" || bare === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare);
}

const DOMAIN = /^(?=.{1,255}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))+$/;

/** RFC 5321 4.1.4: a client without a meaningful name says an address literal. */
export function defaultClientName(localAddress: string | undefined): string {
  const name = hostname();
  if (DOMAIN.test(name) && !name.endsWith("-")) return name;
  if (localAddress === undefined || localAddress === "") return "[127.0.0.1]";
  const mapped = localAddress.startsWith("::ffff:") ? localAddress.slice(7) : localAddress;
  const bare = mapped.split("%")[0] as string;
  return bare.includes(":") ? `[IPv6:${bare}]` : `[${bare}]`;
}
