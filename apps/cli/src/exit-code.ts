import { CliError, type CliErrorCode } from "./errors.js";
import { interruption } from "./terminal.js";

/** Exit codes: those of sysexits.h as far as it has one, and two above its range for what it does not know. */
export const EXIT_CODES = {
  ok: 0,
  usage: 64,
  data: 65,
  noInput: 66,
  noUser: 67,
  noHost: 68,
  unavailable: 69,
  software: 70,
  cannotCreate: 73,
  ioError: 74,
  tempFail: 75,
  protocol: 76,
  noPermission: 77,
  unknown: 80,
  partial: 81,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** What each exit code tells a script; the table of the README and of `--help`. */
export const EXIT_CODE_MEANINGS: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  ok: "done; for send: every recipient was accepted",
  usage: "the command line is wrong; nothing was sent",
  data: "an address, a header or the message is not valid; nothing was sent",
  noInput: "an attachment or another input cannot be read; nothing was sent",
  noUser: "the server refused every recipient for good, or one with --all-or-nothing",
  noHost: "the host name does not exist",
  unavailable: "the server refused for good, or lacks what the message needs; for serve: the port is taken",
  software: "a fault of this program",
  cannotCreate: "an output file or directory cannot be written",
  ioError: "standard output cannot be written",
  tempFail: "nothing was delivered and trying again later can help: 4yz, no connection, time ran out",
  protocol: "the server broke the protocol, or TLS could not be made safe",
  noPermission: "the login was refused or is not possible; for serve: the system does not permit the port",
  unknown:
    "the content went out and no final reply came: the server may have the message, do not just resend",
  partial: "some recipients were accepted, others were not: see the receipt",
};

const CLI_CODES: Readonly<Record<CliErrorCode, ExitCode>> = {
  ERR_CLI_USAGE: EXIT_CODES.usage,
  ERR_CLI_NO_INPUT: EXIT_CODES.noInput,
  ERR_CLI_INPUT_TOO_LARGE: EXIT_CODES.data,
  ERR_CLI_CANNOT_CREATE: EXIT_CODES.cannotCreate,
  ERR_CLI_LISTEN: EXIT_CODES.unavailable,
  ERR_CLI_CERTIFICATE: EXIT_CODES.data,
  ERR_CLI_UNKNOWN_OPTION: EXIT_CODES.usage,
  ERR_CLI_INVALID_OPTION: EXIT_CODES.usage,
  ERR_CLI_CLOSED: EXIT_CODES.software,
  ERR_CLI_TIMEOUT: EXIT_CODES.tempFail,
};

/**
 * Codes of the packages below, the first pattern that matches decides. What is not here goes by `retryable` and by the
 * reply. The whole row says `unless retryable` where a later try can help all the same (454 to AUTH).
 */
const PATTERNS: readonly { code: RegExp; exit: ExitCode; unlessRetryable?: true }[] = [
  { code: /^ERR_(?:CLIENT|MIME|SMTP|ADDRESS|SOCKET|SASL)_UNKNOWN_OPTION$/, exit: EXIT_CODES.usage },
  { code: /^ERR_CLIENT_(?:OPTION|URL|NO_SENDER|NO_RECIPIENTS)$/, exit: EXIT_CODES.usage },
  { code: /^ERR_MIME_NO_(?:SENDER|RECIPIENTS)$/, exit: EXIT_CODES.usage },
  { code: /^ERR_SOCKET_(?:BAD_OPTION|BAD_PORT|BAD_HOST|TLS_OPTION)$/, exit: EXIT_CODES.usage },
  { code: /^ERR_SASL_(?:UNKNOWN_MECHANISM|INVALID_OPTION)$/, exit: EXIT_CODES.usage },
  { code: /^ERR_QUEUE_(?:ARGUMENT|(?:UNKNOWN_)?OPTION)$/, exit: EXIT_CODES.usage },
  { code: /^ERR_QUEUE_(?:STORAGE|DIRECTORY_UNSAFE|STORE_UNSAFE)$/, exit: EXIT_CODES.cannotCreate },
  {
    code: /^ERR_QUEUE_(?:ENVELOPE|TOO_LARGE|NOT_FOUND|STATE|DAMAGED|VERSION|FOREIGN)$/,
    exit: EXIT_CODES.data,
  },
  { code: /^ERR_CLIENT_NOT_LOADED$/, exit: EXIT_CODES.software },
  { code: /^ERR_QUEUE_MODULE_MISSING$/, exit: EXIT_CODES.unavailable },
  { code: /^ERR_MIME_(?:FILE_|SOURCE_FAILED$|SOURCE_CHANGED$)/, exit: EXIT_CODES.noInput },
  { code: /^ERR_CLIENT_CONTENT_SOURCE$/, exit: EXIT_CODES.noInput },
  { code: /^ERR_SOCKET_FILE_UNREADABLE$/, exit: EXIT_CODES.noInput },
  // The address is valid; it is the server that lacks something, as with ERR_CLIENT_SMTPUTF8_NEEDED.
  { code: /^ERR_MIME_SMTPUTF8_REQUIRED$/, exit: EXIT_CODES.unavailable },
  { code: /^ERR_(?:MIME_|ADDRESS_|SOCKET_FILE_)/, exit: EXIT_CODES.data },
  { code: /^ERR_SMTP_(?:ARGUMENT|LINE_TOO_LONG|NUL)$/, exit: EXIT_CODES.data },
  { code: /^ERR_CLIENT_TOO_MANY_RECIPIENTS$/, exit: EXIT_CODES.data },
  {
    code: /^ERR_SOCKET_(?:HOST_NOT_FOUND|HOST_NO_ADDRESS|RESOLVE_FAILED|DNS_NXDOMAIN)$/,
    exit: EXIT_CODES.noHost,
  },
  { code: /^ERR_DELIVERY_(?:NO_SUBMISSION|NO_SUCH_DOMAIN)$/, exit: EXIT_CODES.noHost },
  { code: /^ERR_(?:SASL_|CLIENT_AUTH_)/, exit: EXIT_CODES.noPermission, unlessRetryable: true },
  {
    code: /^ERR_SOCKET_(?:TLS_(?!TIMEOUT)|CERTIFICATE_|REVOCATION_)/,
    exit: EXIT_CODES.protocol,
    unlessRetryable: true,
  },
  { code: /^ERR_CLIENT_TLS_/, exit: EXIT_CODES.protocol, unlessRetryable: true },
  {
    code: /^ERR_SMTP_(?!REFUSED$|SERVICE_CLOSING$|NOT_ANNOUNCED$|UTF8_NEEDED$)/,
    exit: EXIT_CODES.protocol,
    unlessRetryable: true,
  },
  { code: /^ERR_CLIENT_RECIPIENTS_REFUSED$/, exit: EXIT_CODES.noUser, unlessRetryable: true },
];

/** The properties of a `SendError` that decide, read by name so that an error of any copy of a package will do. */
interface DecidingFacts {
  readonly code?: unknown;
  readonly state?: unknown;
  readonly retryable?: unknown;
  readonly phase?: unknown;
}

/** The exit code for a failure of any floor. */
export function exitCodeForError(error: unknown): ExitCode {
  if (CliError.is(error)) {
    const denied = error.code === "ERR_CLI_LISTEN" && error.errno === "EACCES";
    return denied ? EXIT_CODES.noPermission : CLI_CODES[error.code];
  }
  const { code, state, retryable, phase } = (error ?? {}) as DecidingFacts;
  if (typeof code !== "string") return EXIT_CODES.software;
  if (state === "unknown") return EXIT_CODES.unknown;
  if (code === "EPIPE") return EXIT_CODES.ioError;
  for (const row of PATTERNS) {
    if (row.code.test(code) && !(row.unlessRetryable === true && retryable === true)) return row.exit;
  }
  if (retryable === true) return EXIT_CODES.tempFail;
  return typeof phase === "string" || code.startsWith("ERR_SOCKET_")
    ? EXIT_CODES.unavailable
    : EXIT_CODES.software;
}

/** The exit code for a send that resolved: at least one recipient was accepted. */
export function exitCodeForOutcomes(recipients: readonly { readonly outcome: string }[]): ExitCode {
  if (recipients.some(({ outcome }) => outcome === "unknown")) return EXIT_CODES.unknown;
  return recipients.every(({ outcome }) => outcome === "accepted") ? EXIT_CODES.ok : EXIT_CODES.partial;
}

/**
 * The exit code of a command that failed: 128 plus the signal's number when the user ended it, as shells report it, unless
 * the message may have arrived all the same.
 */
export function exitCodeForFailure(error: unknown, signal: AbortSignal): number {
  const code = exitCodeForError(error);
  const name = interruption(signal);
  return name === undefined || code === EXIT_CODES.unknown ? code : exitCodeForSignal(name);
}

/** 128 plus the signal's number, as shells report a program that a signal ended. */
export function exitCodeForSignal(signal: "SIGINT" | "SIGTERM"): number {
  return signal === "SIGINT" ? 130 : 143;
}
