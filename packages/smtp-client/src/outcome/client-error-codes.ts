/**
 * Every code that begins with `ERR_CLIENT_`. A `SendError` also carries codes of the floors below (`ERR_SOCKET_…`, `ERR_SMTP_…`,
 * `ERR_SASL_…`, `ERR_MIME_…`, `ERR_ADDRESS_…`) when the failure is theirs.
 */
export const CLIENT_ERROR_CODES = {
  ERR_CLIENT_OPTION: "an option has a value that cannot be used",
  ERR_CLIENT_UNKNOWN_OPTION: "an option name that does not exist",
  ERR_CLIENT_URL: "a connection URL that cannot be read",
  ERR_CLIENT_NOT_LOADED: "a part of this package that is loaded when it is needed could not be loaded",
  ERR_CLIENT_NO_RECIPIENTS: "the message names no recipient",
  ERR_CLIENT_TOO_MANY_RECIPIENTS: "more recipients than `maxRecipients`",
  ERR_CLIENT_GREETING_REFUSED: "the server greeted with 4yz or 5yz",
  ERR_CLIENT_HELLO_REFUSED: "the server refused EHLO and HELO",
  ERR_CLIENT_TLS_NOT_OFFERED: "TLS is required and the server does not announce STARTTLS",
  ERR_CLIENT_TLS_REFUSED: "TLS is required and the server refused STARTTLS",
  ERR_CLIENT_TLS_UNVERIFIED: "TLS has to be verified and the given TLS socket is not",
  ERR_CLIENT_AUTH_NOT_OFFERED: "credentials were given and the server announces no AUTH",
  ERR_CLIENT_AUTH_REFUSED: "the server refused the credentials or the mechanism",
  ERR_CLIENT_AUTH_UNPROVEN: "the server said 235 before the mechanism had verified it",
  ERR_CLIENT_SMTPUTF8_NEEDED: "an address or header needs SMTPUTF8, which the server does not announce",
  ERR_CLIENT_BINARYMIME_NEEDED:
    "the content is binary and the server does not announce BINARYMIME with CHUNKING",
  ERR_CLIENT_EXTENSION_NEEDED: "an option needs an extension that the server does not announce",
  ERR_CLIENT_HOLD: "the server does not hold messages so long, or `deliverBy` ends before",
  ERR_CLIENT_TOO_LARGE: "the message is larger than the server's SIZE",
  ERR_CLIENT_SENDER_REFUSED: "the server refused the sender",
  ERR_CLIENT_RECIPIENTS_REFUSED: "the server refused every recipient",
  ERR_CLIENT_ACCEPTANCE: "the accepted recipients did not satisfy `acceptance`",
  ERR_CLIENT_CONTENT_REFUSED: "the server refused DATA or the content",
  ERR_CLIENT_RESET_REFUSED: "the server refused RSET, so that no further transaction is safe",
  ERR_CLIENT_CONTENT_SOURCE: "the source of the content failed while it was being sent",
  ERR_CLIENT_CONNECTION_LOST: "the connection ended before a final reply",
  ERR_CLIENT_TIMEOUT: "a reply or a write took longer than its deadline",
  ERR_CLIENT_SEND_TIMEOUT: "the whole send took longer than `sendTimeoutMs`",
  ERR_CLIENT_ABORTED: "the caller's signal aborted the operation",
  ERR_CLIENT_CALLBACK: "an observer or another function of the caller threw",
  ERR_CLIENT_ABANDONED: "an observer or the caller abandoned the transaction",
  ERR_CLIENT_CLOSED: "the client or the connection is closed",
  ERR_CLIENT_REFUSED: "the server refused a command",
  ERR_CLIENT_WRONG_STATE: "the call is not possible now",
} as const;

export type ClientErrorCode = keyof typeof CLIENT_ERROR_CODES;
