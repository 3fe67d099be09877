// The core's stable codes as numbers of the control: the only place that knows both.
import { SendError } from "@wirepost/smtp-client";
import { SOCKET_ERRORS, type SocketErrorCode, type SocketErrorRow } from "@wirepost/socket-core";
import * as numbers from "./error-numbers.js";

/** By the whole code. */
const BY_CODE: Readonly<Record<string, number>> = {
  ERR_CLIENT_OPTION: numbers.stErrorInvalidParameter,
  ERR_CLIENT_UNKNOWN_OPTION: numbers.stErrorInvalidOption,
  ERR_CLIENT_NO_RECIPIENTS: numbers.stErrorInvalidAddress,
  ERR_CLIENT_TOO_MANY_RECIPIENTS: numbers.stErrorInvalidParameter,
  ERR_CLIENT_GREETING_REFUSED: numbers.stErrorServerRefused,
  ERR_CLIENT_HELLO_REFUSED: numbers.stErrorServerRefused,
  ERR_CLIENT_TLS_NOT_OFFERED: numbers.stErrorCommandNotSupported,
  ERR_CLIENT_TLS_REFUSED: numbers.stErrorSecureConnection,
  ERR_CLIENT_TLS_UNVERIFIED: numbers.stErrorCertificateRefused,
  ERR_CLIENT_AUTH_NOT_OFFERED: numbers.stErrorCommandNotSupported,
  ERR_CLIENT_AUTH_REFUSED: numbers.stErrorAuthenticationFailed,
  ERR_CLIENT_AUTH_UNPROVEN: numbers.stErrorAuthenticationFailed,
  ERR_CLIENT_SMTPUTF8_NEEDED: numbers.stErrorCommandNotSupported,
  ERR_CLIENT_BINARYMIME_NEEDED: numbers.stErrorCommandNotSupported,
  ERR_CLIENT_EXTENSION_NEEDED: numbers.stErrorCommandNotSupported,
  ERR_CLIENT_TOO_LARGE: numbers.stErrorMessageTooLarge,
  ERR_CLIENT_SENDER_REFUSED: numbers.stErrorSenderRefused,
  ERR_CLIENT_RECIPIENTS_REFUSED: numbers.stErrorRecipientRefused,
  ERR_CLIENT_ACCEPTANCE: numbers.stErrorRecipientRefused,
  ERR_CLIENT_CONTENT_REFUSED: numbers.stErrorMessageRefused,
  ERR_CLIENT_RESET_REFUSED: numbers.stErrorConnectionAborted,
  ERR_CLIENT_CONTENT_SOURCE: numbers.stErrorInvalidBuffer,
  ERR_CLIENT_CONNECTION_LOST: numbers.stErrorConnectionReset,
  ERR_CLIENT_TIMEOUT: numbers.stErrorOperationTimeout,
  ERR_CLIENT_SEND_TIMEOUT: numbers.stErrorOperationTimeout,
  ERR_CLIENT_ABORTED: numbers.stErrorOperationCanceled,
  ERR_CLIENT_CLOSED: numbers.stErrorConnectionAborted,
  ERR_CLIENT_REFUSED: numbers.stErrorCommandRefused,
  ERR_CLIENT_WRONG_STATE: numbers.stErrorInvalidCommand,
  ERR_SMTP_WRONG_STATE: numbers.stErrorInvalidCommand,
  ERR_SMTP_ARGUMENT: numbers.stErrorInvalidParameter,
  ERR_SMTP_LINE_TOO_LONG: numbers.stErrorInvalidParameter,
  ERR_SMTP_UTF8_NEEDED: numbers.stErrorInvalidAddress,
  ERR_SMTP_NUL: numbers.stErrorInvalidBuffer,
  ERR_SMTP_UNKNOWN_OPTION: numbers.stErrorInvalidOption,
  ERR_SMTP_NOT_ANNOUNCED: numbers.stErrorInvalidCommand,
  ERR_MIME_INVALID_ADDRESS: numbers.stErrorInvalidAddress,
  ERR_MIME_NO_RECIPIENTS: numbers.stErrorInvalidAddress,
  ERR_MIME_NO_SENDER: numbers.stErrorInvalidAddress,
  ERR_MIME_SMTPUTF8_REQUIRED: numbers.stErrorCommandNotSupported,
  ERR_MIME_8BIT_REQUIRED: numbers.stErrorCommandNotSupported,
  ERR_MIME_FILE_UNREADABLE: numbers.stErrorFileNotFound,
  ERR_MIME_SOURCE_FAILED: numbers.stErrorFileNotFound,
  ERR_SOCKET_BAD_HOST: numbers.stErrorHostNotFound,
  ERR_SOCKET_BAD_PORT: numbers.stErrorInvalidParameter,
  ERR_SOCKET_ABORTED: numbers.stErrorOperationCanceled,
  ERR_SOCKET_HOST_NO_ADDRESS: numbers.stErrorHostNotFound,
  ERR_SOCKET_CLOSED: numbers.stErrorConnectionAborted,
  ERR_SOCKET_FILE_PASSWORD: numbers.stErrorAccessDenied,
  ERR_SOCKET_FILE_UNREADABLE: numbers.stErrorFileNotFound,
  ERR_SOCKET_TOO_MANY_OPEN: numbers.stErrorNoHandles,
  ERR_SOCKET_OUT_OF_MEMORY: numbers.stErrorOutOfMemory,
  ERR_DELIVERY_DNS: numbers.stErrorHostNotFound,
  ERR_DELIVERY_NO_SUCH_DOMAIN: numbers.stErrorHostNotFound,
  ERR_DELIVERY_NULL_MX: numbers.stErrorNoMailExchange,
  ERR_DELIVERY_NO_EXCHANGER: numbers.stErrorNoMailExchange,
  ERR_DELIVERY_LOOP: numbers.stErrorNoMailExchange,
  ERR_DELIVERY_BACKOFF: numbers.stErrorHostUnavailable,
  ERR_DELIVERY_OPTION: numbers.stErrorInvalidParameter,
  ERR_DELIVERY_CLIENT_NAME: numbers.stErrorInvalidParameter,
  ERR_DELIVERY_UNKNOWN_OPTION: numbers.stErrorInvalidOption,
};

/** By the floor that the code names, where the code itself has no row. */
const BY_FLOOR: readonly (readonly [prefix: string, number: number])[] = [
  ["ERR_ADDRESS_", numbers.stErrorInvalidAddress],
  ["ERR_MIME_", numbers.stErrorInvalidBuffer],
  ["ERR_SASL_", numbers.stErrorAuthenticationFailed],
  ["ERR_SMTP_", numbers.stErrorInvalidReply],
  ["ERR_DELIVERY_", numbers.stErrorSecureConnection],
];

/** Socket errors without a WinSock number that the control has. */
const BY_GROUP: Readonly<Record<SocketErrorRow["group"], number>> = {
  use: numbers.stErrorInvalidParameter,
  resolve: numbers.stErrorHostNotFound,
  connect: numbers.stErrorHostUnreachable,
  transfer: numbers.stErrorConnectionReset,
  timeout: numbers.stErrorOperationTimeout,
  tls: numbers.stErrorSecureConnection,
  certificate: numbers.stErrorCertificateRefused,
  file: numbers.stErrorInvalidFileName,
  proxy: numbers.stErrorHostUnreachable,
  dns: numbers.stErrorHostNotFound,
  revocation: numbers.stErrorCertificateRefused,
};

const SECURE_GROUPS: ReadonlySet<SocketErrorRow["group"]> = new Set([
  "tls",
  "certificate",
  "revocation",
  "file",
]);

/** A refusal whose reply says more than the step at which it came (RFC 5321 4.2.2, RFC 4954 6). */
const BY_REPLY: Readonly<Record<number, number>> = {
  500: numbers.stErrorUnknownCommand,
  502: numbers.stErrorCommandNotSupported,
  503: numbers.stErrorInvalidCommand,
  504: numbers.stErrorCommandNotSupported,
  530: numbers.stErrorAuthenticationRequired,
  534: numbers.stErrorAuthenticationFailed,
  535: numbers.stErrorAuthenticationFailed,
};

/** Codes that stand for a refusal of the server, of which the reply may say more. */
const REFUSALS: ReadonlySet<string> = new Set([
  "ERR_CLIENT_AUTH_REFUSED",
  "ERR_CLIENT_SENDER_REFUSED",
  "ERR_CLIENT_RECIPIENTS_REFUSED",
  "ERR_CLIENT_ACCEPTANCE",
  "ERR_CLIENT_CONTENT_REFUSED",
  "ERR_CLIENT_REFUSED",
]);

/** RFC 1870 section 6.1: the server's answer to a SIZE that it does not take. */
const TOO_LARGE = 552;

/** The control's number for an error of the core: positive, whatever the error is. */
export function errorNumber(error: unknown): number {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  if (typeof code !== "string") return numbers.stErrorConnectionAborted;
  if (SendError.is(error) && REFUSALS.has(code) && error.reply !== undefined) {
    if (error.phase === "mail" && error.reply.code === TOO_LARGE) return numbers.stErrorMessageTooLarge;
    const known = BY_REPLY[error.reply.code];
    if (known !== undefined) return known;
  }
  // The same code stands for a command line and for a line of content.
  if (code === "ERR_SMTP_LINE_TOO_LONG" && SendError.is(error) && error.phase === "data") {
    return numbers.stErrorInvalidBuffer;
  }
  return BY_CODE[code] ?? socketNumber(code) ?? floorNumber(code) ?? numbers.stErrorConnectionAborted;
}

function socketNumber(code: string): number | undefined {
  if (!(code in SOCKET_ERRORS)) return undefined;
  const row: SocketErrorRow = SOCKET_ERRORS[code as SocketErrorCode];
  // The control's numbers of the network are WinSock's; to WinSock all trouble with TLS is an aborted connection.
  if (SECURE_GROUPS.has(row.group)) return BY_GROUP[row.group];
  if (row.winsock !== undefined && row.winsock in numbers.SOCKETTOOLS_ERRORS) return row.winsock;
  return BY_GROUP[row.group];
}

function floorNumber(code: string): number | undefined {
  return BY_FLOOR.find(([prefix]) => code.startsWith(prefix))?.[1];
}

/** The number of a reply that the program asked for itself, by Command or the low-level methods. */
export function refusalNumber(replyCode: number, otherwise: number): number {
  return BY_REPLY[replyCode] ?? otherwise;
}
