// Message and content identifiers (RFC 5322 3.6.4, RFC 2045 7).
import { domainToAscii } from "@wirepost/mail-address";
import { MimeError, quoteForError } from "./errors.js";
import { isPrintableAscii, MAX_LINE_OCTETS } from "./folding.js";
import { type RandomSource, randomToken } from "./random.js";

function invalid(what: string, text: string): MimeError {
  return new MimeError("ERR_MIME_INVALID_MESSAGE_ID", `${what} ${quoteForError(text)} is no identifier`, {
    subject: what,
  });
}

/**
 * An identifier with its angle brackets; they may be left out by the caller. Real ones are not always of the form
 * left@right, so anything printable without blanks and brackets passes.
 */
export function readId(text: string, what: string): string {
  if (typeof text !== "string") throw invalid(what, typeof text);
  const trimmed = text.trim();
  const inner = trimmed.startsWith("<") && trimmed.endsWith(">") ? trimmed.slice(1, -1) : trimmed;
  if (
    inner === "" ||
    /[<>\s]/.test(inner) ||
    !isPrintableAscii(inner) ||
    inner.length > MAX_LINE_OCTETS - 4
  ) {
    throw invalid(what, String(text));
  }
  return `<${inner}>`;
}

/** Several identifiers: an array, or text as in a References field (identifiers apart by blanks or commas). */
export function readIds(input: string | readonly string[], what: string): string[] {
  if (Array.isArray(input)) return (input as readonly string[]).map((entry) => readId(entry, what));
  if (typeof input !== "string") throw invalid(what, typeof input);
  const ids: string[] = [];
  for (const word of input.split(/[ \t,]+/)) {
    if (word === "") continue;
    // Neighbours without a blank between them are seen in the wild.
    for (const part of word.split(/(?<=>)(?=<)/)) ids.push(readId(part, what));
  }
  return ids;
}

/** A new identifier in the given domain. */
export function createId(domain: string, random?: RandomSource): string {
  return `<${randomToken(random)}@${domain}>`;
}

/** The domain of new identifiers as it may stand in one: A-labels, or an address literal. */
export function idDomain(domain: string): string {
  try {
    return domainToAscii(domain);
  } catch (cause) {
    throw new MimeError(
      "ERR_MIME_INVALID_OPTION",
      `messageIdDomain is no domain: ${quoteForError(String(domain))}`,
      {
        cause,
        subject: "messageIdDomain",
      },
    );
  }
}
