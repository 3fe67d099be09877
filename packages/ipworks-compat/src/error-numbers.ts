// The numbers of the product, and which code of the core is which of them. Nothing else in the package maps errors.
import type { Reply } from "@wirepost/smtp-protocol";
import { SOCKET_ERRORS, type SocketErrorRow } from "@wirepost/socket-core";

/** Every number with its meaning in our words. Those that nothing raises here say why. */
export const ERROR_CODES = {
  100: "MailPort cannot change while connected",
  101: "MailServer cannot change while connected",
  102: "the server's address is 0.0.0.0",
  104: "already connected",
  106: "LocalPort cannot change while connected",
  107: "LocalHost cannot change while connected",
  112: "MaxLineLength cannot change while connected",
  116: "MailPort is zero",
  117: "never raised: there is no UseConnection",
  118: "the firewall failed or refused; the text says how",
  135: "never raised: nothing here asks the caller to try again",
  161: "the server refused, and the text is its reply; or the server lacks what the message needs",
  162: "talking to the server failed; the text says how",
  163: "MailServer is not set",
  164: "From is not set, or cannot be read",
  165: "there is no recipient",
  166: "another method is running",
  201: "timed out",
  211: "not possible in this state",
  212: "not possible while not connected",
  213: "not possible while listening: the setting FirewallListener is on",
  270: "the TLS versions asked for do not exist here",
  271: "the certificate store cannot be opened",
  272: "the certificate is not in its store",
  273: "the credentials cannot be had: no private key, or no Kerberos",
  274: "never raised: a chain that is not found is 280",
  275: "never raised: a chain that is not verified is 280",
  276: "the TLS handshake failed",
  280: "the server's certificate was not accepted",
  281: "the server asked for a client certificate and there is none",
  282: "the server showed no certificate",
  283: "never raised: OpenSSL does not tell of it",
  284: "what arrived over TLS cannot be decrypted",
  301: "interrupted",
  302: "the stream of SetMessageStream cannot be read",
  303: "a file or directory of the queue cannot be used",
  434: "text does not fit the Charset, or needs one",
  1105: "connecting already",
  1117: "never raised: 212 is",
  1119: "never raised: 107 is",
  1120: "the server closed the connection",
  10004: "call interrupted",
  10009: "bad descriptor",
  10013: "access denied",
  10014: "bad address",
  10022: "a value that cannot be used",
  10024: "too many open files",
  10035: "would block",
  10036: "in progress",
  10037: "already in progress",
  10038: "not a socket",
  10039: "no destination",
  10040: "message too long",
  10041: "wrong protocol type",
  10042: "bad protocol option",
  10043: "protocol not supported",
  10044: "socket type not supported",
  10045: "operation not supported",
  10046: "protocol family not supported",
  10047: "address family not supported",
  10048: "address in use",
  10049: "address not available",
  10050: "network down",
  10051: "network unreachable",
  10052: "network reset",
  10053: "connection aborted",
  10054: "connection reset",
  10055: "no buffers",
  10056: "connected already",
  10057: "not connected",
  10058: "shut down",
  10059: "never raised: too many references",
  10060: "timed out, as the system saw it",
  10061: "connection refused",
  10062: "too many symbolic links",
  10063: "name too long",
  10064: "host down",
  10065: "host unreachable",
  10066: "directory not empty",
  10067: "too many processes",
  10068: "never raised: too many users",
  10069: "quota used up",
  10070: "stale handle",
  10071: "never raised: too many remotes",
  10091: "never raised: Windows sockets are not there",
  10092: "never raised: Windows sockets are of another version",
  10093: "never raised: Windows sockets were not started",
  11001: "host not found",
  11002: "host not found now; try again",
  11003: "name resolution failed",
  11004: "the name has no address",
} as const;

/** A key of ERROR_CODES. */
export type ErrorNumber = keyof typeof ERROR_CODES;

export interface Failure {
  readonly number: ErrorNumber;
  readonly text: string;
}

const NUMBERS: Readonly<Record<string, ErrorNumber>> = {
  ERR_SOCKET_CLOSED: 1120,
  ERR_CLIENT_CONNECTION_LOST: 1120,
  ERR_SOCKET_CONNECT_TIMEOUT: 201,
  ERR_SOCKET_IDLE_TIMEOUT: 201,
  ERR_SOCKET_TOTAL_TIMEOUT: 201,
  ERR_SOCKET_TLS_TIMEOUT: 201,
  ERR_SOCKET_DNS_TIMEOUT: 201,
  ERR_SOCKET_PROXY_TIMEOUT: 201,
  ERR_CLIENT_TIMEOUT: 201,
  ERR_CLIENT_SEND_TIMEOUT: 201,
  ERR_CLIENT_ABORTED: 301,
  ERR_CLIENT_WRONG_STATE: 211,
  ERR_SMTP_WRONG_STATE: 211,
  ERR_CLIENT_OPTION: 10022,
  ERR_SOCKET_BAD_OPTION: 10022,
  ERR_SOCKET_BAD_HOST: 11001,
  ERR_SMTP_ARGUMENT: 10022,
  ERR_CLIENT_TLS_NOT_OFFERED: 276,
  ERR_CLIENT_AUTH_NOT_OFFERED: 161,
  ERR_CLIENT_EXTENSION_NEEDED: 161,
  ERR_CLIENT_SMTPUTF8_NEEDED: 161,
  ERR_CLIENT_TOO_LARGE: 161,
  ERR_SASL_NONE_OFFERED: 161,
  ERR_SASL_NONE_USABLE: 161,
  ERR_SASL_CREDENTIALS_MISSING: 161,
  ERR_SASL_CREDENTIALS_INVALID: 161,
  ERR_SASL_KERBEROS_MISSING: 273,
  ERR_SASL_GSSAPI_FAILED: 273,
  ERR_MIME_UNENCODABLE: 434,
  ERR_MIME_UNKNOWN_CHARSET: 434,
  ERR_SOCKET_TLS_OPTION: 270,
  ERR_SOCKET_TLS_CLIENT_CERTIFICATE: 281,
  ERR_SOCKET_CERTIFICATE_MISSING: 282,
  ERR_SOCKET_FILE_NO_ENTRY: 272,
  ERR_SOCKET_FILE_NO_CERTIFICATE: 272,
  ERR_SOCKET_FILE_NO_KEY: 273,
  ERR_SOCKET_FILE_KEY_MISMATCH: 273,
};

/** Whole groups of codes; the first that fits. */
const GROUPS: readonly (readonly [prefix: string, number: ErrorNumber])[] = [
  ["ERR_SOCKET_PROXY_", 118],
  ["ERR_SOCKET_CERTIFICATE_", 280],
  ["ERR_SOCKET_REVOCATION_", 280],
  ["ERR_SOCKET_TLS_", 276],
  ["ERR_SOCKET_FILE_", 271],
  ["ERR_ADDRESS_", 161],
  ["ERR_MIME_", 10022],
  ["ERR_QUEUE_", 303],
];

/** Which property's time was over, in the place of the core's options. */
const TIMED_OUT: Readonly<Record<string, string>> = {
  ERR_SOCKET_CONNECT_TIMEOUT:
    "timed out: no connection within ConnectionTimeout, or Timeout where that is not set",
  ERR_SOCKET_PROXY_TIMEOUT:
    "timed out: the firewall did not answer within ConnectionTimeout, or Timeout where that is not set",
  ERR_SOCKET_TLS_TIMEOUT: "timed out: the TLS handshake took longer than Timeout",
};
const SILENCE = "timed out: nothing came or went within Timeout";

/** What errors of the core have in common. */
interface CoreError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly phase?: unknown;
  readonly reply?: Reply | undefined;
}

/** The product's number and text for an error of the core. A refusal has the server's reply as its text. */
export function failureOf(error: unknown): Failure {
  const { code, message, reply, phase } = (
    typeof error === "object" && error !== null ? error : {}
  ) as CoreError;
  const text = typeof message === "string" ? message : String(error);
  if (reply !== undefined && reply.code >= 400) return { number: 161, text: wholeReply(reply) };
  if (typeof code !== "string") return { number: 162, text };
  // A record that cannot be read after the handshake: what arrived was changed on its way.
  if (code === "ERR_SOCKET_TLS_PROTOCOL" && phase !== "tls") return { number: 284, text };
  const own = NUMBERS[code] ?? GROUPS.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (own === 201) return { number: own, text: TIMED_OUT[code] ?? SILENCE };
  if (own !== undefined) return { number: own, text: own < 10_000 ? text : `[${own}] ${text}` };
  const winsock = (SOCKET_ERRORS as Readonly<Record<string, SocketErrorRow>>)[code]?.winsock;
  if (winsock !== undefined && winsock in ERROR_CODES)
    return { number: winsock as ErrorNumber, text: `[${winsock}] ${text}` };
  return { number: 162, text };
}

/** A reply as it came, without its last line end. */
export function wholeReply({ code, lines }: Reply): string {
  return lines.map((line, at) => `${code}${at < lines.length - 1 ? "-" : " "}${line}`).join("\r\n");
}
