import { SaslError } from "./errors.js";
import {
  LEFT_TO_RIGHT,
  MAPPED_TO_NOTHING,
  NON_ASCII_SPACES,
  PROHIBITED,
  RIGHT_TO_LEFT,
  UNASSIGNED,
} from "./saslprep-tables.js";

/** `stored`: code points that Unicode 3.2 did not have are refused; `query`: they pass (RFC 3454 section 7). */
export type StringKind = "stored" | "query";

/**
 * SASLprep (RFC 4013), so that a name or password typed on one machine equals that stored by another.
 * @throws SaslError `ERR_SASL_CREDENTIALS_INVALID`
 */
export function saslprep(text: string, kind: StringKind): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  let mapped = "";
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    if (NON_ASCII_SPACES(codePoint)) mapped += " ";
    else if (!MAPPED_TO_NOTHING(codePoint)) mapped += character;
  }
  const normalised = mapped.normalize("NFKC");
  const codePoints = Array.from(normalised, (character) => character.codePointAt(0)!);
  if (codePoints.some(PROHIBITED)) throw refused("holds a character that SASLprep prohibits");
  if (kind === "stored" && codePoints.some(UNASSIGNED)) {
    throw refused("holds a character that SASLprep does not know");
  }
  checkDirections(codePoints);
  return normalised;
}

/** RFC 3454 section 6: a string that is written from right to left must be so from end to end. */
function checkDirections(codePoints: readonly number[]): void {
  if (!codePoints.some(RIGHT_TO_LEFT)) return;
  if (
    codePoints.some(LEFT_TO_RIGHT) ||
    !RIGHT_TO_LEFT(codePoints[0]!) ||
    !RIGHT_TO_LEFT(codePoints[codePoints.length - 1]!)
  ) {
    throw refused("mixes directions in a way that SASLprep prohibits");
  }
}

/**
 * SASLprep; where that refuses, the OpaqueString profile of PRECIS (RFC 8265 section 4.2), which took its place. An
 * Arabic password that ends in a digit and one with an emoji exist in the second world only.
 * @throws SaslError `ERR_SASL_CREDENTIALS_INVALID`
 */
export function prepareString(text: string, kind: StringKind): string {
  let prepared: string;
  try {
    prepared = saslprep(text, kind);
  } catch {
    prepared = opaqueString(text);
  }
  if (prepared === "") throw refused("is empty once it is prepared");
  return prepared;
}

/** Joiners stay: without its script's rules a client can only pass them on, and emoji are made with them. */
function opaqueString(text: string): string {
  const prepared = text.replace(/\p{Zs}/gu, " ").normalize("NFC");
  if (/[\p{Cc}\p{Cs}\p{Co}\p{Cn}]/u.test(prepared)) {
    throw refused("holds a control character or one that is not assigned");
  }
  return prepared;
}

function refused(why: string): SaslError {
  return new SaslError("ERR_SASL_CREDENTIALS_INVALID", `the name or password ${why}`);
}
