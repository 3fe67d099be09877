import {
  codeFromNode,
  platformNumber,
  SOCKET_ERRORS,
  type SocketErrorCode,
  type SocketErrorRow,
} from "@wirepost/socket-core";

/** Xojo's own numbers, and one of the system's that its manual names. Any other number is the operating system's. */
export const SOCKET_ERROR_NUMBERS = {
  0: "no error",
  64: "the host is down (the number of macOS)",
  100: "the network could not be set up",
  101: "not used any more",
  102: "the connection was lost or closed",
  103: "the name has no address",
  104: "not used any more",
  105: "the address is in use",
  106: "the socket is in the wrong state for the call",
  107: "the port is not valid, or not allowed",
  108: "out of memory",
} as const;

export const NO_ERROR = 0;
export const OPEN_DRIVER_ERROR = 100;
export const LOST_CONNECTION = 102;
export const NAME_RESOLUTION_ERROR = 103;
export const ADDRESS_IN_USE_ERROR = 105;
export const INVALID_STATE_ERROR = 106;
export const INVALID_PORT_ERROR = 107;
export const OUT_OF_MEMORY_ERROR = 108;

/** Codes of the core that have a number of Xojo's. */
const NUMBERS: Partial<Record<SocketErrorCode, number>> = {
  ERR_SOCKET_BAD_HOST: NAME_RESOLUTION_ERROR,
  ERR_SOCKET_HOST_NOT_FOUND: NAME_RESOLUTION_ERROR,
  ERR_SOCKET_HOST_NO_ADDRESS: NAME_RESOLUTION_ERROR,
  ERR_SOCKET_RESOLVE_TRY_AGAIN: NAME_RESOLUTION_ERROR,
  ERR_SOCKET_RESOLVE_FAILED: NAME_RESOLUTION_ERROR,
  ERR_SOCKET_ADDRESS_IN_USE: ADDRESS_IN_USE_ERROR,
  ERR_SOCKET_WRONG_STATE: INVALID_STATE_ERROR,
  ERR_SOCKET_BAD_PORT: INVALID_PORT_ERROR,
  ERR_SOCKET_ACCESS_DENIED: INVALID_PORT_ERROR,
  ERR_SOCKET_OUT_OF_MEMORY: OUT_OF_MEMORY_ERROR,
};

/** A SocketError, or a SendError that carries one's code. */
interface CodedError {
  readonly code?: unknown;
  readonly errno?: unknown;
}

/**
 * Xojo's number for an error of the core.
 *
 * @param connected the connection stood: whatever ends it then is 102
 */
export function errorNumber(
  error: unknown,
  connected: boolean,
  platform: NodeJS.Platform = process.platform,
): number {
  const { code, errno } = (typeof error === "object" && error !== null ? error : {}) as CodedError;
  const known =
    typeof code === "string" && code in SOCKET_ERRORS
      ? (code as SocketErrorCode)
      : codeFromNode(String(code));
  if (known === "ERR_SOCKET_OUT_OF_MEMORY") return OUT_OF_MEMORY_ERROR;
  if (connected) return LOST_CONNECTION;
  if (known === undefined) return OPEN_DRIVER_ERROR;
  const own = NUMBERS[known];
  if (own !== undefined) return own;
  const row: SocketErrorRow = SOCKET_ERRORS[known];
  if (platform === "win32" && row.winsock !== undefined) return row.winsock;
  return platformNumber(typeof errno === "string" ? errno : row.errno) ?? OPEN_DRIVER_ERROR;
}
