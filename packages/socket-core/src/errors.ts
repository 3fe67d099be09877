import { constants } from "node:os";
import { SOCKET_ERRORS, type SocketErrorCode, type SocketErrorRow } from "./error-table.js";

/** What was going on when an error came. */
export type SocketPhase =
  | "use"
  | "resolve"
  | "connect"
  | "proxy"
  | "tls"
  | "transfer"
  | "listen"
  | "dns"
  | "files";

/** What is known about one failure. */
export interface SocketErrorDetails {
  /** Added to the table's text. Never a secret. */
  readonly detail?: string | undefined;
  /** What was thrown below. */
  readonly cause?: unknown;
  /** Default: what the code belongs to. */
  readonly phase?: SocketPhase | undefined;
  /** POSIX name when the system gave a closer one than the table's. */
  readonly errno?: string | undefined;
  /** Where the connection went: `host:port` or a path. */
  readonly target?: string | undefined;
}

const BRAND: unique symbol = Symbol.for("@wirepost/socket-core.SocketError") as never;
const PHASES: Partial<Record<SocketErrorRow["group"], SocketPhase>> = {
  use: "use",
  resolve: "resolve",
  connect: "connect",
  transfer: "transfer",
  tls: "tls",
  certificate: "tls",
  revocation: "tls",
  file: "files",
  proxy: "proxy",
  dns: "dns",
};
const TIMEOUT_PHASES: Partial<Record<SocketErrorCode, SocketPhase>> = {
  ERR_SOCKET_CONNECT_TIMEOUT: "connect",
  ERR_SOCKET_TIMED_OUT: "transfer",
  ERR_SOCKET_IDLE_TIMEOUT: "transfer",
  ERR_SOCKET_TOTAL_TIMEOUT: "transfer",
  ERR_SOCKET_TLS_TIMEOUT: "tls",
  ERR_SOCKET_PROXY_TIMEOUT: "proxy",
  ERR_SOCKET_DNS_TIMEOUT: "dns",
};

/** The one error class of this package. Compare `code`; never the text. */
export class SocketError extends Error {
  /** Stable string, a key of {@link SOCKET_ERRORS}. */
  readonly code: SocketErrorCode;
  /** POSIX name, as `ECONNREFUSED`; undefined where POSIX has none (name resolution). */
  readonly errno: string | undefined;
  /** The number of `errno` on this platform (111 for ECONNREFUSED on Linux, 61 on macOS); undefined if it has none. */
  readonly platformNumber: number | undefined;
  /** The WinSock number on every platform (10061 for a refused connection). */
  readonly winsockNumber: number | undefined;
  /** What was going on. */
  readonly phase: SocketPhase;
  /** `host:port` or the path, where one is known. */
  readonly target: string | undefined;
  /** The brand that {@link SocketError.is} looks for. */
  readonly [BRAND] = true;

  constructor(code: SocketErrorCode, details: SocketErrorDetails = {}) {
    const row: SocketErrorRow = SOCKET_ERRORS[code];
    const place = details.target === undefined ? "" : ` (${details.target})`;
    const detail = details.detail === undefined ? "" : `: ${details.detail}`;
    super(
      `${row.meaning}${detail}${place}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.errno = details.errno ?? row.errno;
    this.platformNumber = platformNumber(this.errno);
    this.winsockNumber = row.winsock;
    this.phase = details.phase ?? TIMEOUT_PHASES[code] ?? PHASES[row.group] ?? "transfer";
    this.target = details.target;
  }

  /** `SocketError`. */
  override get name(): string {
    return "SocketError";
  }

  /** True for a SocketError of any copy of this package; `instanceof` is false between the ESM and the CommonJS build. */
  static is(value: unknown): value is SocketError {
    return typeof value === "object" && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
  }
}

/** The number that this platform gives a POSIX name. */
export function platformNumber(errno: string | undefined): number | undefined {
  if (errno === undefined) return undefined;
  return (constants.errno as Record<string, number | undefined>)[errno];
}

/** Codes of Node and its libraries -> ours. POSIX names in the table need no row: they are found from it. */
const NODE_CODES: Readonly<Record<string, SocketErrorCode>> = {
  ENOTFOUND: "ERR_SOCKET_HOST_NOT_FOUND", // getaddrinfo EAI_NONAME
  ENODATA: "ERR_SOCKET_HOST_NO_ADDRESS",
  EAI_NODATA: "ERR_SOCKET_HOST_NO_ADDRESS",
  EAI_ADDRFAMILY: "ERR_SOCKET_HOST_NO_ADDRESS",
  EAI_NONAME: "ERR_SOCKET_HOST_NOT_FOUND",
  EAI_AGAIN: "ERR_SOCKET_RESOLVE_TRY_AGAIN",
  EAI_FAIL: "ERR_SOCKET_RESOLVE_FAILED",
  EAI_MEMORY: "ERR_SOCKET_OUT_OF_MEMORY",
  ESERVFAIL: "ERR_SOCKET_RESOLVE_FAILED",
  EPERM: "ERR_SOCKET_ACCESS_DENIED", // a packet filter on Linux
  ENFILE: "ERR_SOCKET_TOO_MANY_OPEN",
  ENOTDIR: "ERR_SOCKET_NO_SUCH_PATH",
  EAGAIN: "ERR_SOCKET_WOULD_BLOCK",
  ENOTSUP: "ERR_SOCKET_UNSUPPORTED",
  EPFNOSUPPORT: "ERR_SOCKET_PROTOCOL_FAMILY_UNSUPPORTED",
  ESOCKTNOSUPPORT: "ERR_SOCKET_TYPE_UNSUPPORTED",
  EPROCLIM: "ERR_SOCKET_TOO_MANY_PROCESSES",
  EPROTO: "ERR_SOCKET_TLS_PROTOCOL", // OpenSSL's failures before Node 22 gave them names
  ABORT_ERR: "ERR_SOCKET_ABORTED",
  ERR_STREAM_DESTROYED: "ERR_SOCKET_WRONG_STATE",
  ERR_STREAM_WRITE_AFTER_END: "ERR_SOCKET_WRONG_STATE",
  ERR_STREAM_PREMATURE_CLOSE: "ERR_SOCKET_CLOSED",
  ERR_SOCKET_CLOSED: "ERR_SOCKET_WRONG_STATE", // Node's own code of this name: used after close
  ERR_SOCKET_CLOSED_BEFORE_CONNECTION: "ERR_SOCKET_CLOSED",
  ERR_SOCKET_BAD_PORT: "ERR_SOCKET_BAD_PORT",
  ERR_SOCKET_CONNECTION_TIMEOUT: "ERR_SOCKET_TIMED_OUT",
  ERR_INVALID_ARG_VALUE: "ERR_SOCKET_BAD_OPTION",
  ERR_INVALID_ARG_TYPE: "ERR_SOCKET_BAD_OPTION",
  ERR_OUT_OF_RANGE: "ERR_SOCKET_BAD_OPTION",
  ERR_INVALID_IP_ADDRESS: "ERR_SOCKET_BAD_OPTION",
};

const BY_ERRNO = new Map<string, SocketErrorCode>();
for (const [code, row] of Object.entries(SOCKET_ERRORS) as [SocketErrorCode, SocketErrorRow][]) {
  // The first row of the connect and transfer groups that names an errno is its plain meaning.
  const plain = row.group === "connect" || row.group === "transfer" || code === "ERR_SOCKET_TIMED_OUT";
  if (plain && row.errno !== undefined && !BY_ERRNO.has(row.errno)) BY_ERRNO.set(row.errno, code);
}

/** The stable code for a code of Node (`ECONNREFUSED`, `EAI_AGAIN`, `ERR_STREAM_DESTROYED`…), or undefined. */
export function codeFromNode(nodeCode: string): SocketErrorCode | undefined {
  return (Object.hasOwn(NODE_CODES, nodeCode) ? NODE_CODES[nodeCode] : undefined) ?? BY_ERRNO.get(nodeCode);
}

/** The one mapping of whatever Node throws or emits. A SocketError passes through unchanged. */
export function fromNodeError(error: unknown, details: SocketErrorDetails = {}): SocketError {
  if (SocketError.is(error)) return error;
  const code = nodeCode(error);
  const ours = code === undefined ? undefined : codeFromNode(code);
  return new SocketError(ours ?? "ERR_SOCKET_UNKNOWN", {
    ...details,
    detail: details.detail ?? (ours === undefined ? describe(error) : undefined),
    errno: code !== undefined && platformNumber(code) !== undefined ? code : undefined,
    cause: error,
  });
}

/** The code of an error; of an AggregateError (several addresses tried) that of its first member. */
export function nodeCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === "string" && code !== "") return code;
  return Array.isArray(errors) && errors.length > 0 ? nodeCode(errors[0]) : undefined;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
