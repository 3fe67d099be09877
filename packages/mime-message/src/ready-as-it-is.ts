// The usual ready message: octets in memory that may leave as they are. Whatever has to be done to a message, or looks odd, is
// raw-message.ts's; this is the short way past it.
import { ReadyLines } from "@wirepost/octet-scan";
import { MAX_BODY_LINE_OCTETS, scanOctets } from "./body-scan.js";
import type { ComposedMessage } from "./compose.js";
import { trimBlanks } from "./header-parser.js";
import { latin1Before } from "./platform.js";

/** Longer headers take the long way: the search below is for short ones. */
const MAX_HEADER_BYTES = 16_384;
const CRLF_CRLF = new Uint8Array([13, 10, 13, 10]);
/** A blind copy, or the message's identifier; blanks before the colon are seen in the wild. */
const MESSAGE_ID = /^message-id/i;
const IDENTIFIER = /^<[!-;=?-~]+>$/;
const NOTED_FIELDS = /^(?:(?:resent-)?bcc|message-id)[ \t]*:/gim;

/** The message, or undefined where it is not of that kind: it takes the long way then, with the same result. */
export function composeAsItIs(octets: Uint8Array, wantsReadyLines: boolean): ComposedMessage | undefined {
  if (octets[octets.length - 1] !== 10 || octets[0] === 13) return undefined;
  const readyLines = wantsReadyLines ? ReadyLines.of(octets) : undefined;
  if (readyLines === undefined && !isPlain(octets)) return undefined;
  const messageId = messageIdOf(octets);
  if (messageId === undefined) {
    readyLines?.release();
    return undefined;
  }
  return { messageId, content: octets, sizeBytes: octets.length, body: "7BIT", smtpUtf8: false, readyLines };
}

/** Lines that every transport takes. */
function isPlain(octets: Uint8Array): boolean {
  const facts = scanOctets(octets);
  return (
    facts.bareLineEnds === 0 &&
    facts.highOctets === 0 &&
    facts.nuls === 0 &&
    facts.longestLine <= MAX_BODY_LINE_OCTETS
  );
}

/** The Message-ID, empty where there is none; undefined where the header is not one to be left as it is. */
function messageIdOf(octets: Uint8Array): string | undefined {
  // Its last line is without its line end.
  const header = latin1Before(octets, CRLF_CRLF, MAX_HEADER_BYTES);
  if (header === undefined) return undefined;
  let messageId = "";
  NOTED_FIELDS.lastIndex = 0;
  for (let match = NOTED_FIELDS.exec(header); match !== null; match = NOTED_FIELDS.exec(header)) {
    const valueAt = NOTED_FIELDS.lastIndex;
    const lineEnd = header.indexOf("\r\n", valueAt);
    const valueEnd = lineEnd < 0 ? header.length : lineEnd;
    const value = trimBlanks(header.slice(valueAt, valueEnd));
    // A blind copy; an identifier that is folded or odd, or a second one.
    if (!MESSAGE_ID.test(match[0]) || messageId !== "" || !IDENTIFIER.test(value)) return undefined;
    if (isBlank(header.charCodeAt(valueEnd + 2))) return undefined;
    messageId = value;
  }
  return messageId;
}

function isBlank(unit: number): boolean {
  return unit === 32 || unit === 9;
}
