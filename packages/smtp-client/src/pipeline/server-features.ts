// What a server can take, and what a message asks of it.
import type { ComposedMessage } from "@wirepost/mime-message";
import type { Capabilities, MailParameters } from "@wirepost/smtp-protocol";
import type { ClientErrorCode } from "../outcome/client-error-codes.js";
import { SendError } from "../outcome/send-error.js";
import type { Session } from "../session/session.js";

/** What a server can take, looked up once per session. */
export interface ServerFeatures {
  readonly eightBit: boolean;
  readonly smtpUtf8: boolean;
  readonly binary: boolean;
  readonly chunking: boolean;
  readonly pipelining: boolean;
  readonly dsn: boolean;
  readonly capabilities: Capabilities;
}

export function serverFeatures(session: Session): ServerFeatures {
  const { capabilities } = session.protocol;
  const chunking = session.options.chunking === "auto" && capabilities.has("CHUNKING");
  return {
    eightBit: capabilities.has("8BITMIME"),
    smtpUtf8: capabilities.has("SMTPUTF8"),
    binary: chunking && capabilities.has("BINARYMIME"),
    chunking,
    pipelining: capabilities.has("PIPELINING"),
    dsn: capabilities.has("DSN"),
    capabilities,
  };
}

export type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Size, body and SMTPUTF8 of MAIL for this content: SIZE where the server announces it (RFC 1870), BODY for all but 7-bit content
 * (RFC 6152, RFC 3030), SMTPUTF8 only where needed (RFC 6531).
 * @throws SendError where the server does not take such content: nothing was written then
 */
export function contentParameters(
  content: Pick<ComposedMessage, "sizeBytes" | "body">,
  smtpUtf8: boolean,
  features: ServerFeatures,
): Writable<MailParameters> {
  if (smtpUtf8 && !features.smtpUtf8) {
    throw missing("ERR_CLIENT_SMTPUTF8_NEEDED", "an address or header needs SMTPUTF8");
  }
  if (content.body === "BINARYMIME" && !features.binary) {
    throw missing("ERR_CLIENT_BINARYMIME_NEEDED", "the content needs BINARYMIME");
  }
  if (content.body === "8BITMIME" && !features.eightBit) {
    throw missing("ERR_CLIENT_EXTENSION_NEEDED", "the content needs 8BITMIME");
  }
  const limit = features.capabilities.sizeBytes;
  const size = content.sizeBytes;
  if (limit !== null && limit > 0 && size !== undefined && size > limit) {
    throw new SendError("ERR_CLIENT_TOO_LARGE", `the message has ${size} octets, the server takes ${limit}`, {
      phase: "mail",
    });
  }
  const parameters: Writable<MailParameters> = {};
  // Announced without a limit, too (RFC 1870 3).
  if (size !== undefined && features.capabilities.has("SIZE")) parameters.sizeBytes = size;
  if (smtpUtf8) parameters.smtpUtf8 = true;
  if (content.body !== "7BIT") parameters.body = content.body;
  return parameters;
}

/** An extension that the caller's options or content need and the server does not have. */
export function missing(code: ClientErrorCode, what: string): SendError {
  return new SendError(code, `${what}, which the server does not announce`, { phase: "mail" });
}
