// One table for the character classes of RFC 5321 4.1.2 and RFC 5322 3.2.3, so that a test costs one load.

const ATEXT = 1;
const LETTER_OR_DIGIT = 2;

const CLASSES = new Uint8Array(128);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") {
  CLASSES[character.charCodeAt(0)] = ATEXT | LETTER_OR_DIGIT;
}
for (const character of "!#$%&'*+-/=?^_`{|}~") CLASSES[character.charCodeAt(0)] = ATEXT;

/** atext with the non-ASCII characters that RFC 6531 3.3 and RFC 6532 3.2 add. */
export function isAtext(unit: number): boolean {
  return unit >= 128 || (CLASSES[unit]! & ATEXT) !== 0;
}

/** Let-dig of RFC 5321 4.1.2. */
export function isLetterOrDigit(unit: number): boolean {
  return unit < 128 && (CLASSES[unit]! & LETTER_OR_DIGIT) !== 0;
}

// C0 but TAB, DEL, C1, the two Unicode line ends, and half a surrogate pair.
const UNSAFE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/u;

/**
 * Offset of the first character that may stand nowhere in an address or a display name, or -1. TAB passes: it is
 * white space to RFC 5322, and the parsers turn it into a space or refuse it themselves.
 */
export function findUnsafe(text: string): number {
  return text.search(UNSAFE);
}

// Characters that reorder or vanish (bidirectional controls, BOM): an address with them is not what the eye reads.
const UNSAFE_IN_LOCAL_PART =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/u;

/** Tells whether the content of a local part holds a control, a line end, a bidirectional control or half a pair. */
export function isUnsafeLocalPart(content: string): boolean {
  return UNSAFE_IN_LOCAL_PART.test(content);
}

/** Tells whether the text is all ASCII. */
export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 128) return false;
  return true;
}

/** Length in UTF-8 octets, without making them. Half a surrogate pair counts as the three octets of U+FFFD. */
export function utf8Length(text: string): number {
  let octets = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    octets += unit < 0x800 ? 1 : 2;
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      // Four octets for two units: the other half adds none.
      i++;
    }
  }
  return octets;
}

/** Blanks outside ASCII (Unicode's category Zs). */
function isWideBlank(unit: number): boolean {
  return (
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}

/**
 * dot-atom-text of RFC 5322 3.2.3 with RFC 6532's characters: atoms joined by single dots. Blanks outside ASCII are not among
 * them: other readers of an address end or trim a word there, so that they need quotes.
 */
export function isDotAtom(text: string): boolean {
  let afterDot = true;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x2e) {
      if (afterDot) return false;
      afterDot = true;
    } else if (isAtext(unit) && !(unit > 0x7f && isWideBlank(unit))) {
      afterDot = false;
    } else {
      return false;
    }
  }
  return !afterDot;
}

/** One atom of RFC 5322 3.2.3 with RFC 6532's characters: what a word of a phrase may be without quotes. */
export function isAtom(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isAtext(text.charCodeAt(i))) return false;
  return text.length > 0;
}

/** The text as a quoted string, with quote and backslash escaped. Only for text without controls. */
export function quote(content: string): string {
  return `"${content.replace(/["\\]/g, "\\$&")}"`;
}
