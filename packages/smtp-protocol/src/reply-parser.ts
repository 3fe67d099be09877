import { type SmtpErrorCode, SmtpProtocolError } from "./errors.js";
import { checkLimit, refuseUnknownOptions } from "./options.js";
import { latin1, utf8FromLatin1 } from "./platform.js";
import { escapeReplyText, type Reply, readEnhancedStatusCode } from "./reply.js";

/** "Not yet" as a value: more octets are needed before there is an event. */
export const NEED_DATA: unique symbol = Symbol.for("@wirepost/smtp-protocol.NEED_DATA") as never;

export interface ReplyLimits {
  /** Octets of one line, its line end included. Default 4,096 (RFC 5321 asks for 512 at least). */
  readonly maxLineBytes?: number | undefined;
  /** Octets of one reply, its line ends included. Default 65,536. */
  readonly maxReplyBytes?: number | undefined;
  /** Lines of one reply. Default 256. */
  readonly maxLines?: number | undefined;
  /** Refuse a line that LF alone ends, and a CR inside a line. Default false. */
  readonly strictLineEnd?: boolean | undefined;
}

const LIMIT_NAMES = ["maxLineBytes", "maxReplyBytes", "maxLines", "strictLineEnd"];

/** Below this size a chunk is collected octet by octet: one native call would cost more than the loop. */
const SMALL_CHUNK_BYTES = 48;
const CARRY_BYTES = 4096;
const LF = 0x0a;

/**
 * Octets to replies, however they are cut. `push` only remembers; `next` gives one reply or `NEED_DATA`. Memory is
 * bounded by the limits plus the last chunk, the time is linear, and after an error the parser stays in error.
 *
 * A chunk is turned into a string of one character per octet by one native call, and lines are found by the engine's
 * own search; only lines with octets beyond ASCII are read as UTF-8. Octets that come in small chunks are collected
 * first, so that a server that sends byte by byte costs one string per line.
 */
export class ReplyParser {
  #maxLineBytes = 4096;
  #maxReplyBytes = 65536;
  #maxLines = 256;
  #strictLineEnd = false;

  /** Octets not yet taken, as latin1; those before `#at` are taken. */
  #text = "";
  #at = 0;
  /** No LF stands in `#text` before this index. */
  #searched = 0;
  /** An octet beyond ASCII may stand in `#text`. */
  #beyondAscii = false;
  /** Octets of small chunks, which follow `#text`. */
  #carry: Uint8Array | undefined;
  #carryLength = 0;
  #carryHasLineEnd = false;

  /** The reply under way: 0 when none is. */
  #code = 0;
  /** Lines of a reply with several. */
  #lines: string[] | undefined;
  #replyBytes = 0;
  #error: SmtpProtocolError | undefined;

  constructor(limits?: ReplyLimits) {
    if (limits !== undefined) this.setLimits(limits);
  }

  /**
   * Changes the limits that are named, from the next line on: EXPN and HELP may answer at greater length.
   * @throws {SmtpProtocolError} `ERR_SMTP_UNKNOWN_OPTION`, `ERR_SMTP_ARGUMENT`
   */
  setLimits(limits: ReplyLimits): void {
    refuseUnknownOptions(limits, LIMIT_NAMES, "ReplyParser");
    const { maxLineBytes, maxReplyBytes, maxLines, strictLineEnd } = limits;
    if (maxLineBytes !== undefined) this.#maxLineBytes = checkLimit(maxLineBytes, "maxLineBytes", 5);
    if (maxReplyBytes !== undefined) this.#maxReplyBytes = checkLimit(maxReplyBytes, "maxReplyBytes", 5);
    if (maxLines !== undefined) this.#maxLines = checkLimit(maxLines, "maxLines");
    if (strictLineEnd !== undefined) this.#strictLineEnd = strictLineEnd;
  }

  /** Octets received that belong to no reply given out yet, those of a reply half read included. */
  get pendingBytes(): number {
    return this.#replyBytes + this.#text.length - this.#at + this.#carryLength;
  }

  /** Forgets every octet, the reply under way and an error: nothing of what came before can reach what comes next. */
  reset(): void {
    this.#letGo();
    this.#carryLength = 0;
    this.#carryHasLineEnd = false;
    this.#code = 0;
    this.#lines = undefined;
    this.#replyBytes = 0;
    this.#error = undefined;
  }

  /** Remembers the octets; the chunk may be reused afterwards. Octets after an error are dropped. */
  push(chunk: Uint8Array): void {
    const length = chunk.length;
    if (this.#error !== undefined || length === 0) return;
    if (length <= SMALL_CHUNK_BYTES) {
      this.#collect(chunk, length);
      return;
    }
    this.#moveCarry();
    const text = latin1(chunk, 0, length);
    if (!this.#beyondAscii) this.#beyondAscii = hasBeyondAscii(chunk, length);
    if (this.#at === this.#text.length) {
      this.#text = text;
      this.#at = 0;
      this.#searched = 0;
    } else {
      this.#append(text);
    }
  }

  #collect(chunk: Uint8Array, length: number): void {
    let carry = this.#carry;
    if (carry === undefined) {
      carry = new Uint8Array(CARRY_BYTES);
      this.#carry = carry;
    }
    if (this.#carryLength + length > CARRY_BYTES) this.#moveCarry();
    let at = this.#carryLength;
    for (let i = 0; i < length; i++) {
      const octet = chunk[i]!;
      carry[at++] = octet;
      if (octet === LF) this.#carryHasLineEnd = true;
      else if (octet >= 0x80) this.#beyondAscii = true;
    }
    this.#carryLength = at;
  }

  #moveCarry(): void {
    if (this.#carryLength === 0) return;
    this.#append(latin1(this.#carry!, 0, this.#carryLength));
    this.#carryLength = 0;
    this.#carryHasLineEnd = false;
  }

  #append(text: string): void {
    if (this.#at === this.#text.length) {
      this.#text = text;
      this.#searched = 0;
    } else {
      this.#text = this.#at === 0 ? this.#text + text : this.#text.slice(this.#at) + text;
      this.#searched = Math.max(0, this.#searched - this.#at);
    }
    this.#at = 0;
  }

  /**
   * The next reply, or `NEED_DATA`.
   * @param readEnhanced whether enhanced status codes were announced, so that the text may begin with one
   * @throws {SmtpProtocolError} `ERR_SMTP_REPLY_SYNTAX`, `ERR_SMTP_MIXED_CODES`, `ERR_SMTP_REPLY_TOO_LONG`,
   *   `ERR_SMTP_LINE_END`; the same error again at each further call, until `reset`
   */
  next(readEnhanced: boolean): Reply | typeof NEED_DATA {
    if (this.#error !== undefined) throw this.#error;
    for (;;) {
      const from = Math.max(this.#searched, this.#at);
      const end = this.#text.indexOf("\n", from);
      if (end === -1) {
        if (this.#carryHasLineEnd) {
          this.#searched = this.#text.length;
          this.#moveCarry();
          continue;
        }
        this.#searched = this.#text.length;
        const left = this.#text.length - this.#at + this.#carryLength;
        if (left === 0) this.#letGo();
        this.#checkLength(left, false);
        return NEED_DATA;
      }
      const lineBytes = end + 1 - this.#at;
      this.#checkLength(lineBytes, true);
      const last = this.#takeLine(end);
      if (last !== undefined) return this.#finish(last, readEnhanced);
    }
  }

  /** All octets are taken: let go of the string, so that an idle connection holds no chunk. */
  #letGo(): void {
    this.#text = "";
    this.#at = 0;
    this.#searched = 0;
    this.#beyondAscii = false;
  }

  /** `complete` tells whether the line end is among the octets: a line at the limit without one is already too long. */
  #checkLength(lineBytes: number, complete: boolean): void {
    const left = this.#maxReplyBytes - this.#replyBytes;
    const most = Math.min(this.#maxLineBytes, left);
    if (complete ? lineBytes <= most : lineBytes < most || lineBytes === 0) return;
    const what =
      most === left ? `reply of more than ${this.#maxReplyBytes}` : `reply line of more than ${most}`;
    this.#fail("ERR_SMTP_REPLY_TOO_LONG", `${what} octets`);
  }

  /** Takes the line that ends with the LF at `end`. The line when it is the last of its reply. */
  #takeLine(end: number): string | undefined {
    const text = this.#text;
    const start = this.#at;
    let last = end;
    if (last > start && text.charCodeAt(last - 1) === 0x0d) last--;
    else if (this.#strictLineEnd) this.#fail("ERR_SMTP_LINE_END", "a reply line ends in LF without CR");
    this.#at = end + 1;
    this.#replyBytes += end + 1 - start;

    const code =
      (text.charCodeAt(start) - 0x30) * 100 +
      (text.charCodeAt(start + 1) - 0x30) * 10 +
      (text.charCodeAt(start + 2) - 0x30);
    const bare = last - start === 3;
    const separator = bare ? 0x20 : text.charCodeAt(start + 3);
    if (last - start < 3 || !isReplyCode(text, start) || (separator !== 0x20 && separator !== 0x2d)) {
      const shown = escapeReplyText(text.slice(start, Math.min(last, start + 60)));
      this.#fail("ERR_SMTP_REPLY_SYNTAX", `not an SMTP reply: "${shown}"`);
    }
    if (this.#code === 0) this.#code = code;
    else if (this.#code !== code) {
      this.#fail("ERR_SMTP_MIXED_CODES", `one reply has the codes ${this.#code} and ${code}`);
    }
    let line = bare ? "" : text.slice(start + 4, last);
    if (this.#strictLineEnd && line.includes("\r")) {
      this.#fail("ERR_SMTP_LINE_END", "a reply line has a CR that no LF follows");
    }
    if (this.#beyondAscii) line = readBeyondAscii(line);
    if (separator === 0x20) return line;
    this.#lines ??= [];
    this.#lines.push(line);
    if (this.#lines.length >= this.#maxLines) {
      this.#fail("ERR_SMTP_REPLY_TOO_LONG", `reply of more than ${this.#maxLines} lines`);
    }
    return undefined;
  }

  #finish(last: string, readEnhanced: boolean): Reply {
    const code = this.#code;
    // Nearly every reply is one line: an array of one, without the room that a growing array keeps.
    const lines = this.#lines ?? [last];
    if (this.#lines !== undefined) lines.push(last);
    this.#code = 0;
    this.#lines = undefined;
    this.#replyBytes = 0;
    return { code, lines, enhanced: readEnhanced ? readEnhancedStatusCode(code, lines[0]!) : undefined };
  }

  #fail(code: SmtpErrorCode, message: string): never {
    this.reset();
    this.#error = new SmtpProtocolError(code, message);
    throw this.#error;
  }
}

/**
 * Three digits, the first from 2 to 5. RFC 5321 4.2 lets the second be 0 to 5 only, but 57z refusals are in wide use and
 * must count as what they are; 1yz is no SMTP reply (RFC 5321 4.2.1).
 */
function isReplyCode(text: string, start: number): boolean {
  const first = text.charCodeAt(start);
  const second = text.charCodeAt(start + 1);
  const third = text.charCodeAt(start + 2);
  return first >= 0x32 && first <= 0x35 && second >= 0x30 && second <= 0x39 && third >= 0x30 && third <= 0x39;
}

function hasBeyondAscii(chunk: Uint8Array, length: number): boolean {
  let all = 0;
  for (let i = 0; i < length; i++) all |= chunk[i]!;
  return all >= 0x80;
}

function readBeyondAscii(line: string): string {
  for (let i = 0; i < line.length; i++) {
    if (line.charCodeAt(i) >= 0x80) return utf8FromLatin1(line);
  }
  return line;
}
