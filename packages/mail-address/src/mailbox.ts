import { isAscii, isDotAtom, isUnsafeLocalPart, quote, utf8Length } from "./characters.js";
import { domainToAscii, isPlainDomain } from "./domain.js";
import { AddressError, excerpt } from "./errors.js";
import { checkOptions, checkText } from "./options.js";

/** A mailbox: who, at which domain. Plain data; compare local parts exactly and domains through domainToAscii. */
export interface Mailbox {
  /** The content of the local part: without quotes and backslashes. Case matters (RFC 5321 2.4). */
  readonly localPart: string;
  /** The domain as written: U-labels, A-labels, or an address literal with its brackets. */
  readonly domain: string;
}

/** Options of the parsers. */
export interface ParseOptions {
  /**
   * Longest local part as it goes on the wire, in octets of UTF-8. Default 64 (RFC 5321 4.5.3.1.1); SRS and BATV make
   * longer ones. The whole address is held to 254 octets whatever is said here.
   */
  readonly maxLocalPartBytes?: number | undefined;
}

/** Options of the formatters. */
export interface FormatOptions {
  /** "ascii" (default) writes the domain as A-labels; "as-is" leaves U-labels, for SMTPUTF8 and for people. */
  readonly domain?: "ascii" | "as-is" | undefined;
}

const DEFAULT_MAX_LOCAL_PART_BYTES = 64;
// RFC 5321 4.5.3.1.3 allows a path of 256 octets, and two of them are the angle brackets.
const MAX_ADDRESS_BYTES = 254;

// What nearly every local part is: ASCII atoms joined by dots. Each character has one way to match, so a failure costs
// no more than a success.
const PLAIN_LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The limit on the local part that the options ask for. */
export function localPartLimit(options: ParseOptions | undefined): number {
  if (options === undefined) return DEFAULT_MAX_LOCAL_PART_BYTES;
  checkOptions(options, ["maxLocalPartBytes"]);
  const limit = options.maxLocalPartBytes ?? DEFAULT_MAX_LOCAL_PART_BYTES;
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new AddressError("ERR_ADDRESS_INVALID_ARGUMENT", "maxLocalPartBytes must be a positive integer");
  }
  return limit;
}

/** The local part as it goes on the wire: quoted only where it must be. Throws on what no local part can hold. */
function formatLocalPart(content: string): string {
  if (isUnsafeLocalPart(content)) throw controlError(content);
  // The grammar has `""@example.org`; no mailbox is called that, while empty variables are common.
  if (content === "") throw new AddressError("ERR_ADDRESS_LOCAL_PART", "The local part is empty");
  return isDotAtom(content) ? content : quote(content);
}

function controlError(text: string): AddressError {
  return new AddressError(
    "ERR_ADDRESS_CONTROL_CHARACTER",
    `Control character in the address ${excerpt(text)}`,
  );
}

/** Checks characters and lengths of a mailbox taken apart; what every parser ends with. */
export function makeMailbox(localPart: string, domain: string, maxLocalPartBytes: number): Mailbox {
  const written = formatLocalPart(localPart);
  const localBytes = utf8Length(written);
  if (localBytes > maxLocalPartBytes) {
    throw new AddressError(
      "ERR_ADDRESS_LOCAL_PART_TOO_LONG",
      `Local part of ${localBytes} octets exceeds ${maxLocalPartBytes}`,
    );
  }
  checkWhole(localBytes, domainToAscii(domain).length);
  return { localPart, domain };
}

function checkWhole(localBytes: number, domainBytes: number): void {
  if (localBytes + 1 + domainBytes > MAX_ADDRESS_BYTES) {
    throw new AddressError("ERR_ADDRESS_TOO_LONG", `Address exceeds ${MAX_ADDRESS_BYTES} octets`);
  }
}

/** Reads the quoted string at the start of the text: its content and the offset behind it (RFC 5321 4.1.2). */
function readQuotedLocalPart(text: string): { content: string; end: number } {
  let content = "";
  let runStart = 1;
  for (let i = 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) return { content: content + text.slice(runStart, i), end: i + 1 };
    if (unit === BACKSLASH) {
      content += text.slice(runStart, i);
      runStart = i + 1;
      // quoted-pairSMTP escapes printable ASCII and space alone.
      const escaped = text.charCodeAt(runStart);
      if (!(escaped >= 32 && escaped <= 126)) break;
      i++;
    }
  }
  throw new AddressError("ERR_ADDRESS_UNTERMINATED", "Quoted local part is not closed", { position: 0 });
}

/**
 * Reads one mailbox by RFC 5321 4.1.2 (with RFC 6531's non-ASCII characters): nothing around it, no comments, no
 * display name, no route. The domain may be a host name, an internationalised one, or an address literal.
 *
 * @throws AddressError with the reason; nothing is ever repaired
 */
export function parseMailbox(text: string, options?: ParseOptions): Mailbox {
  checkText(text, "mailbox");
  return readMailbox(text, localPartLimit(options));
}

/** What nearly every mailbox is: a dot-atom at an ASCII host name. Undefined where a closer look is needed. */
export function plainMailbox(text: string, limit: number): Mailbox | undefined {
  const separator = text.indexOf("@");
  if (separator <= 0 || separator > limit || text.length > MAX_ADDRESS_BYTES) return undefined;
  const localPart = text.slice(0, separator);
  const domain = text.slice(separator + 1);
  return isPlainDomain(domain) && PLAIN_LOCAL_PART.test(localPart) ? { localPart, domain } : undefined;
}

/** {@link parseMailbox} with its options already looked at. */
export function readMailbox(text: string, limit: number): Mailbox {
  const plain = plainMailbox(text, limit);
  if (plain !== undefined) return plain;
  if (text === "") throw new AddressError("ERR_ADDRESS_EMPTY", "The mailbox is empty");
  if (isUnsafeLocalPart(text)) throw controlError(text);
  if (text.charCodeAt(0) === QUOTE) {
    const { content, end } = readQuotedLocalPart(text);
    if (end === text.length) throw new AddressError("ERR_ADDRESS_NO_DOMAIN", "The mailbox has no domain");
    if (text[end] !== "@") {
      throw new AddressError("ERR_ADDRESS_LOCAL_PART", "Text follows the quoted local part", {
        position: end,
      });
    }
    return makeMailbox(content, text.slice(end + 1), limit);
  }
  const separator = text.indexOf("@");
  if (separator < 0) throw new AddressError("ERR_ADDRESS_NO_DOMAIN", `${excerpt(text)} has no domain`);
  const localPart = text.slice(0, separator);
  if (!isDotAtom(localPart)) {
    throw new AddressError("ERR_ADDRESS_LOCAL_PART", `${excerpt(localPart)} is not a local part`, {
      position: 0,
    });
  }
  return makeMailbox(localPart, text.slice(separator + 1), limit);
}

/**
 * Writes a mailbox for the wire or a header: the local part quoted where needed, the domain as A-labels unless asked
 * otherwise. The one place where an address becomes text, so everything is checked again here: a mailbox may be an
 * object that no parser has seen. The result holds no CR, LF, NUL or other control. No limit on the local part alone.
 *
 * @throws AddressError
 */
export function formatMailbox(mailbox: Mailbox, options?: FormatOptions): string {
  if (typeof mailbox !== "object" || mailbox === null) {
    throw new AddressError("ERR_ADDRESS_INVALID_ARGUMENT", "mailbox must be an object { localPart, domain }");
  }
  const { localPart, domain } = mailbox;
  checkText(localPart, "localPart");
  const asIs = wantsDomainAsIs(options);
  const ascii = domainToAscii(domain);
  if (localPart.length <= DEFAULT_MAX_LOCAL_PART_BYTES && PLAIN_LOCAL_PART.test(localPart)) {
    checkWhole(localPart.length, ascii.length);
    return `${localPart}@${asIs ? domain : ascii}`;
  }
  const local = formatLocalPart(localPart);
  checkWhole(utf8Length(local), ascii.length);
  return `${local}@${asIs ? domain : ascii}`;
}

function wantsDomainAsIs(options: FormatOptions | undefined): boolean {
  if (options === undefined) return false;
  checkOptions(options, ["domain"]);
  if (options.domain === undefined || options.domain === "ascii") return false;
  if (options.domain === "as-is") return true;
  throw new AddressError("ERR_ADDRESS_INVALID_ARGUMENT", 'domain must be "ascii" or "as-is"');
}

/**
 * Tells whether the mailbox can only travel over SMTPUTF8 (RFC 6531): its local part has non-ASCII characters. A
 * non-ASCII domain alone does not, as it becomes A-labels.
 */
export function needsSmtpUtf8(mailbox: Mailbox): boolean {
  return !isAscii(mailbox.localPart);
}
