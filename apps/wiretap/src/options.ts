import type { CertificateSource } from "@wirepost/socket-core";
import type { Identity } from "./authority.js";
import type { ConnectionInfo } from "./connection-info.js";
import type { TranscriptEntry } from "./entry.js";
import { refuseUnknownOptions, WiretapError } from "./errors.js";

/** `none`, `starttls`: offered to clients, insisted on with the server; `implicit`: from the first octet. */
export type TlsMode = "none" | "starttls" | "implicit";

/** The server that is spoken to. */
export interface ServerOptions {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** Default `implicit` on port 465, otherwise `starttls`; never falls back to plaintext. */
  readonly tls?: TlsMode | undefined;
  /** `none` takes any certificate. Default `full`. */
  readonly verify?: "full" | "none" | undefined;
  /** Trusted certificates instead of the system's, PEM or DER. */
  readonly ca?: CertificateSource | undefined;
  /** The name that the certificate must have, and SNI. Default: `host`. */
  readonly servername?: string | undefined;
  /** What the proxy calls itself in the EHLO before STARTTLS. Default: its address as a literal. */
  readonly clientName?: string | undefined;
}

/** Sees the conversations as they run. What it throws ends the program, as any uncaught error does. */
export interface WiretapObserver {
  onOpen?(connection: ConnectionInfo): void;
  onEntry?(connection: ConnectionInfo, entry: TranscriptEntry): void;
  onClose?(connection: ConnectionInfo): void;
  /** A recording that could not be written, or a fault of the listening socket. Conversations go on. */
  onProblem?(error: Error): void;
}

export interface WiretapOptions {
  readonly server: ServerOptions;
  /** Where to listen. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default 0: the system chooses. */
  readonly port?: number | undefined;
  /** TLS with clients. Default `starttls`. */
  readonly tls?: TlsMode | undefined;
  /** Further names that the test certificate is for, besides localhost, the host above and the server's. */
  readonly names?: readonly string[] | undefined;
  /** Shown to clients instead of a certificate of a test authority. */
  readonly identity?: Identity | undefined;
  /** Speak LMTP (RFC 2033). Default false. */
  readonly lmtp?: boolean | undefined;
  /** Entries hold the lines of content, not only how many there are. Default false. */
  readonly content?: boolean | undefined;
  /** Each conversation becomes a file in this directory. */
  readonly recordTo?: string | undefined;
  readonly observer?: WiretapObserver | undefined;
  /** Connecting to the server, STARTTLS included; and the handshake with a client. Default 60,000. */
  readonly setupTimeoutMs?: number | undefined;
  /** A connection on which nothing came or went for so long is given up; 0 for never. Default 660,000: RFC 5321 4.5.3.2.6 and one minute. */
  readonly idleTimeoutMs?: number | undefined;
  /** How long `close()` lets conversations go on. Default 2,000. */
  readonly closeTimeoutMs?: number | undefined;
  /** Closes the proxy, without waiting. */
  readonly signal?: AbortSignal | undefined;
}

const OPTION_NAMES: readonly (keyof WiretapOptions)[] = [
  "server",
  "host",
  "port",
  "tls",
  "names",
  "identity",
  "lmtp",
  "content",
  "recordTo",
  "observer",
  "setupTimeoutMs",
  "idleTimeoutMs",
  "closeTimeoutMs",
  "signal",
];

const SERVER_OPTION_NAMES: readonly (keyof ServerOptions)[] = [
  "host",
  "port",
  "tls",
  "verify",
  "ca",
  "servername",
  "clientName",
];

const TLS_MODES: readonly TlsMode[] = ["none", "starttls", "implicit"];

/** The options with the defaults in place. */
export interface ResolvedOptions {
  readonly server: ServerOptions & { readonly tls: TlsMode };
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  readonly lmtp: boolean;
  readonly content: boolean;
  readonly recordTo: string | undefined;
  readonly observer: WiretapObserver;
  readonly setupTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly closeTimeoutMs: number;
}

/** @throws WiretapError `ERR_WIRETAP_UNKNOWN_OPTION`, `ERR_WIRETAP_OPTION` */
export function resolveOptions(options: WiretapOptions): ResolvedOptions {
  refuseUnknownOptions(options, OPTION_NAMES);
  refuseUnknownOptions(options.server, SERVER_OPTION_NAMES);
  const { server } = options;
  return {
    server: { ...server, tls: checkMode(server.tls ?? (server.port === 465 ? "implicit" : "starttls")) },
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    tls: checkMode(options.tls ?? "starttls"),
    lmtp: options.lmtp ?? false,
    content: options.content ?? false,
    recordTo: options.recordTo,
    observer: options.observer ?? {},
    setupTimeoutMs: checkMs("setupTimeoutMs", options.setupTimeoutMs ?? 60_000, 1),
    idleTimeoutMs: checkMs("idleTimeoutMs", options.idleTimeoutMs ?? 660_000, 0),
    closeTimeoutMs: checkMs("closeTimeoutMs", options.closeTimeoutMs ?? 2_000, 0),
  };
}

function checkMode(mode: TlsMode): TlsMode {
  if (TLS_MODES.includes(mode)) return mode;
  throw new WiretapError("ERR_WIRETAP_OPTION", "TLS is none, starttls or implicit");
}

function checkMs(name: string, value: number, least: 0 | 1): number {
  if (Number.isFinite(value) && value >= least && value <= 2_147_483_647) return value;
  throw new WiretapError("ERR_WIRETAP_OPTION", `${name} is a number of milliseconds from ${least} on`);
}
