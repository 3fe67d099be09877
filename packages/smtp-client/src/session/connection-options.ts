import { hostname } from "node:os";
import type { ConnectOptions, Socket, TlsOptions } from "@wirepost/socket-core";
import { checkOptions, type OptionCheck, optionError } from "./check-options.js";
import { CONNECTION_CHECKS } from "./connection-checks.js";
import { parseConnectionUrl } from "./connection-url.js";
import { type AuthOptions, Login } from "./login.js";
import type { Observer } from "./observer.js";
import { resolveTimeouts, type Timeouts } from "./timeouts.js";
import { asksForProof } from "./tls-checks.js";

/**
 * How TLS is used.
 * - `implicit`: from the first byte (RFC 8314 3).
 * - `required`: STARTTLS, or an error.
 * - `opportunistic`: STARTTLS where it is announced, without verification (RFC 7435); plaintext where it is not or is refused.
 * - `none`: never.
 */
export type TlsPolicy = "implicit" | "required" | "opportunistic" | "none";

export interface TlsSettings extends Omit<TlsOptions, "signal" | "onCertificate"> {
  /**
   * Default: `implicit` on port 465; `required` with credentials (loopback excepted) and with settings by which the server has to
   * prove who it is (`ca`, `extraCa`, `hostNames`, `pins`, `trusted`, `denied`, `revocation`, `verify: "full"`); `opportunistic`
   * otherwise.
   */
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

/**
 * @param extra checks of the options that the caller has besides
 * @throws SendError ERR_CLIENT_UNKNOWN_OPTION, ERR_CLIENT_OPTION, ERR_CLIENT_URL
 */
export function resolveConnectionOptions(
  given: ConnectionOptions | string | URL,
  extra: Readonly<Record<string, OptionCheck>> = {},
): ResolvedConnectionOptions {
  const whole = typeof given === "string" || given instanceof URL ? parseConnectionUrl(given) : given;
  checkOptions("connection", whole, { ...CONNECTION_CHECKS, ...extra });
  // What was checked, and nothing that a prototype has besides.
  const options: ConnectionOptions = { ...whole };
  if (options.host === undefined && options.path === undefined && options.socket === undefined) {
    throw optionError("ERR_CLIENT_OPTION", "a host, a path or a socket is needed");
  }
  const { host = "localhost", protocol = "smtp" } = options;
  const tls: TlsSettings = typeof options.tls === "string" ? { policy: options.tls } : (options.tls ?? {});
  const { policy = defaultPolicy(options, tls, host, protocol), ...tlsOptions } = tls;
  // The credentials live in `login` alone.
  const { auth, ...rest } = options;
  return {
    ...rest,
    host,
    hostGiven: options.host !== undefined,
    port: options.port ?? defaultPort(policy, auth !== undefined, protocol),
    protocol,
    policy,
    tlsOptions,
    login: auth === undefined ? undefined : new Login(auth),
    times: resolveTimeouts(options.timeouts),
    closeTimeoutMs: options.closeTimeoutMs ?? 30_000,
    pipelining: options.pipelining ?? "full",
    chunking: options.chunking ?? "auto",
  };
}

function defaultPolicy(
  options: ConnectionOptions,
  tls: TlsSettings,
  host: string,
  protocol: "smtp" | "lmtp",
): TlsPolicy {
  if (options.port === 465 && protocol === "smtp") return "implicit";
  // Opportunistic TLS verifies nobody: an authority or a pin would be ignored there.
  if (asksForProof(tls)) return "required";
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
