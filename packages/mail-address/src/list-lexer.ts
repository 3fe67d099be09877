import { isAtext } from "./characters.js";
import { AddressError, excerpt } from "./errors.js";

/**
 * What a token is. `text` is a run of atext and dots (dots are sorted out by whoever knows whether it is a local part,
 * a domain or a phrase), `quoted` a quoted string, `literal` something in square brackets, `special` one character.
 */
export type TokenKind = "text" | "quoted" | "literal" | "special" | "end";

const DOT = 0x2e;
const SPACE = 0x20;
const TAB = 0x09;
const OPEN_COMMENT = 0x28;
const CLOSE_COMMENT = 0x29;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LITERAL = 0x5b;
const CLOSE_LITERAL = 0x5d;

/** RFC 5322 3.2 tokens, one at a time, each octet looked at once: no recursion, comments are counted. */
export class ListLexer {
  readonly #text: string;
  #position = 0;

  /** Kind of the current token. */
  kind: TokenKind = "end";
  /** The token's text; of a quoted string its content, without quotes and backslashes. */
  value = "";
  /** Offset of the token. */
  start = 0;
  /** Whether white space or a comment stands before the token. */
  gapBefore = false;
  /** The last comment that was passed since {@link clearComment}, raw, without its outer parentheses. */
  comment: string | undefined;

  constructor(text: string) {
    this.#text = text;
    this.advance();
  }

  clearComment(): void {
    this.comment = undefined;
  }

  isSpecial(character: string): boolean {
    return this.kind === "special" && this.value === character;
  }

  /** Goes to the next token. */
  advance(): void {
    this.#skipGap();
    const text = this.#text;
    const start = this.#position;
    this.start = start;
    if (start >= text.length) {
      this.kind = "end";
      this.value = "";
      return;
    }
    const unit = text.charCodeAt(start);
    if (unit === QUOTE) {
      this.#readQuoted();
    } else if (unit === OPEN_LITERAL) {
      this.#readLiteral();
    } else if (isAtext(unit) || unit === DOT) {
      let end = start + 1;
      while (end < text.length && (isAtext(text.charCodeAt(end)) || text.charCodeAt(end) === DOT)) end++;
      this.#take("text", text.slice(start, end), end);
    } else {
      this.#take("special", text[start]!, start + 1);
    }
  }

  #take(kind: TokenKind, value: string, end: number): void {
    this.kind = kind;
    this.value = value;
    this.#position = end;
  }

  #skipGap(): void {
    const text = this.#text;
    const start = this.#position;
    let position = start;
    while (position < text.length) {
      const unit = text.charCodeAt(position);
      if (unit === SPACE || unit === TAB) position++;
      else if (unit === OPEN_COMMENT) position = this.#skipComment(position);
      else break;
    }
    this.#position = position;
    this.gapBefore = position > start;
  }

  // Comments nest (RFC 5322 3.2.2); a counter is all the stack there is.
  #skipComment(start: number): number {
    const text = this.#text;
    let depth = 0;
    for (let i = start; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === BACKSLASH) i++;
      else if (unit === OPEN_COMMENT) depth++;
      else if (unit === CLOSE_COMMENT && --depth === 0) {
        this.comment = text.slice(start + 1, i);
        return i + 1;
      }
    }
    throw new AddressError("ERR_ADDRESS_UNTERMINATED", "A comment is not closed", { position: start });
  }

  #readQuoted(): void {
    const text = this.#text;
    const start = this.#position;
    let escaped = false;
    for (let i = start + 1; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === BACKSLASH) {
        escaped = true;
        i++;
      } else if (unit === QUOTE) {
        const raw = text.slice(start + 1, i);
        this.#take("quoted", escaped ? dropBackslashes(raw) : raw, i + 1);
        return;
      }
    }
    throw new AddressError("ERR_ADDRESS_UNTERMINATED", "A quoted string is not closed", { position: start });
  }

  #readLiteral(): void {
    const text = this.#text;
    const start = this.#position;
    for (let i = start + 1; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === CLOSE_LITERAL) {
        this.#take("literal", text.slice(start, i + 1), i + 1);
        return;
      }
      if (unit === OPEN_LITERAL || unit === BACKSLASH) break;
    }
    throw new AddressError("ERR_ADDRESS_UNTERMINATED", `Unclosed bracket: ${excerpt(text.slice(start))}`, {
      position: start,
    });
  }
}

/** Takes the backslashes of quoted pairs away. */
export function dropBackslashes(raw: string): string {
  return raw.replace(/\\([\s\S])/g, "$1");
}
