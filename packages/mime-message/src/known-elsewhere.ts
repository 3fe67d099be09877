// Names that a nodemailer message has and one of ours has not: whoever brings them along is told where they live here.
import { ENVELOPE_FIELDS, MESSAGE_FIELDS } from "./message-input.js";
import { checkFields } from "./options.js";

const OPTION = "it is an option of send() and composeMessage()";
const NONE = "it has no counterpart here";
const DSN = "it is the option dsn of send() (RFC 3461)";
const REQUIRE_TLS = "it is the option requireTls of send()";
const BY_ITSELF = "it is found out by itself";

const BESIDE_MESSAGE: Readonly<Record<string, string>> = {
  auth: "it is an option of the client",
  baseBoundary: NONE,
  boundaryPrefix: NONE,
  disableFileAccess: "files are read only where the option files gives leave",
  disableUrlAccess: "URLs are never fetched",
  dkim: "sign with createSigner() of @wirepost/dkim/node and send the result as raw",
  dsn: DSN,
  encoding: "it stands beside its string, as in text: { content, encoding }",
  files: OPTION,
  keepBcc: "it is an option of composeMessage()",
  maxLocalPartBytes: OPTION,
  maxRecipients: "it is an option of send()",
  newline: "lines end in CRLF",
  normalizeHeaderKey: NONE,
  requireTLSExtensionEnabled: REQUIRE_TLS,
  signal: OPTION,
  xMailer: "give headers an X-Mailer",
};

const BESIDE_ENVELOPE: Readonly<Record<string, string>> = {
  dsn: DSN,
  requireTLSExtensionEnabled: REQUIRE_TLS,
  size: BY_ITSELF,
  use8BitMime: BY_ITSELF,
};

/** @throws MimeError `ERR_MIME_UNKNOWN_OPTION`, `ERR_MIME_INVALID_OPTION` */
export function checkMessageFields(message: object): void {
  checkFields(message, MESSAGE_FIELDS, "The message", BESIDE_MESSAGE);
}

/** @throws MimeError `ERR_MIME_UNKNOWN_OPTION`, `ERR_MIME_INVALID_OPTION` */
export function checkEnvelopeFields(envelope: object): void {
  checkFields(envelope, ENVELOPE_FIELDS, "envelope", BESIDE_ENVELOPE);
}
