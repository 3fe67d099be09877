// The usual ready message: octets in memory that may leave as they are. Whatever has to be done to a message, or looks odd, is
// raw-message.ts's; this is the short way past it.
import { MAX_BODY_LINE_OCTETS, scanOctets } from "./body-scan.js";
import type { ComposedMessage } from "./compose.js";
import { indexOfSequence, latin1Decode } from "./platform.js";

/** Longer headers take the long way: the search below is for short ones. */
const MAX_HEADER_BYTES = 16_384;
const CRLF_CRLF = new Uint8Array([13, 10, 13, 10]);
/** A blind copy, or the message's identifier; blanks before the colon are seen in the wild. */
const NOTED_FIELDS = /^(?:(?:resent-)?bcc|message-id)[ \t]*:/gim;

/** The message, or undefined where it is not of that kind: it takes the long way then, with the same result. */
export function composeAsItIs(octets: Uint8Array): ComposedMessage | undefined {
  if (octets[octets.length - 1] !== 10 || octets[0] === 13) return undefined;
  const facts = scanOctets(octets);
  if (
    facts.bareLineEnds > 0 ||
    facts.highOctets > 0 ||
    facts.nuls > 0 ||
    facts.longestLine > MAX_BODY_LINE_OCTETS
  ) {
    return undefined;
  }
  const end = indexOfSequence(octets, CRLF_CRLF);
  if (end < 0 || end > MAX_HEADER_BYTES) return undefined;
  const header = latin1Decode(octets, 0, end + 2);
  let messageId = "";
  NOTED_FIELDS.lastIndex = 0;
  for (let match = NOTED_FIELDS.exec(header); match !== null; match = NOTED_FIELDS.exec(header)) {
    const valueAt = NOTED_FIELDS.lastIndex;
    const valueEnd = header.indexOf("\r\n", valueAt);
    const id = /^[ \t]*(<[!-;=?-~]+>)[ \t]*$/.exec(header.slice(valueAt, valueEnd))?.[1];
    // A blind copy, an identifier that is folded or odd, a second one.
    if (id === undefined || messageId !== "" || isBlank(header.charCodeAt(valueEnd + 2))) return undefined;
    messageId = id;
  }
  return { messageId, content: octets, sizeBytes: octets.length, body: "7BIT", smtpUtf8: false };
}

function isBlank(unit: number): boolean {
  return unit === 32 || unit === 9;
}
