import { findUnsafe, isDotAtom } from "./characters.js";
import { AddressError, excerpt } from "./errors.js";
import { dropBackslashes, ListLexer, type TokenKind } from "./list-lexer.js";
import {
  localPartLimit,
  type Mailbox,
  makeMailbox,
  type ParseOptions,
  plainMailbox,
  readMailbox,
} from "./mailbox.js";
import { checkText } from "./options.js";

/** A mailbox with the display name that stood before it. */
export interface NamedMailbox {
  readonly kind: "mailbox";
  /** The display name with quotes taken off and words joined by one space; encoded words stay as they are. */
  readonly name?: string | undefined;
  readonly mailbox: Mailbox;
}

/** A named group of mailboxes (RFC 5322 3.4), often empty. */
export interface AddressGroup {
  readonly kind: "group";
  readonly name: string;
  readonly members: readonly NamedMailbox[];
}

/** What an address list is made of. */
export type Address = NamedMailbox | AddressGroup;

/**
 * Reads an unfolded RFC 5322 3.4 address list (with RFC 6532's characters), without its obsolete forms. Comments are
 * dropped. Encoded words are left alone everywhere. Domains are checked as on the wire.
 *
 * @throws AddressError for an empty list, a CR or LF, and whatever the grammar does not have
 */
export function parseAddressList(text: string, options?: ParseOptions): Address[] {
  checkText(text, "address list");
  const limit = localPartLimit(options);
  const single = tryBareMailbox(text, limit, readMailbox);
  if (single !== undefined) return [single];
  checkCharacters(text);
  return new ListParser(text, limit, false).parse();
}

/**
 * Reads what header fields hold in the wild. On top of the strict grammar: folded lines, empty elements, `;` between
 * addresses, dots and brackets in a display name, source routes (dropped), spaces and comments inside a local part,
 * misplaced dots in a local part, a group left open at the end, an address repeated as its own display name, and a
 * comment behind a bare address as its name. Text that readers could take for two different domains is refused here
 * as well: this never sees another domain than the strict parser would. An empty text is an empty list.
 *
 * @throws AddressError
 */
export function parseAddressListTolerant(text: string, options?: ParseOptions): Address[] {
  checkText(text, "address list");
  const limit = localPartLimit(options);
  const single = tryBareMailbox(text, limit, plainMailbox);
  if (single !== undefined) return [single];
  // FWS of RFC 5322 3.2.2: the line end goes, the white space stays. A bare CR or LF is caught below.
  const unfolded = text.includes("\n") ? text.replace(/\r\n(?=[ \t])/g, "") : text;
  checkCharacters(unfolded);
  return new ListParser(unfolded, limit, true).parse();
}

// The commonest texts by far: one plain address, alone or in brackets behind a name of plain words or in plain quotes.
// What these expressions let through, the parser below reads the same way.
const BARE = /^[\w.+-]+@[A-Za-z0-9.-]+$/;
const PLAIN_NAME = /^(?:[A-Za-z]+(?: [A-Za-z]+)*|"[A-Za-z ,.]+") ?$/;

/** @param read what reads the address; where it gives nothing, the text is for the parser */
function tryBareMailbox(
  text: string,
  limit: number,
  read: (text: string, limit: number) => Mailbox | undefined,
): NamedMailbox | undefined {
  if (text.length > 254) return undefined;
  const open = text.indexOf("<");
  if (open < 0) {
    const mailbox = BARE.test(text) ? read(text, limit) : undefined;
    return mailbox === undefined ? undefined : { kind: "mailbox", mailbox };
  }
  if (open === 0 || !text.endsWith(">")) return undefined;
  const address = text.slice(open + 1, -1);
  const phrase = text.slice(0, open);
  if (!BARE.test(address) || !PLAIN_NAME.test(phrase)) return undefined;
  const mailbox = read(address, limit);
  if (mailbox === undefined) return undefined;
  const words = phrase.endsWith(" ") ? phrase.slice(0, -1) : phrase;
  const name = words.startsWith('"') ? words.slice(1, -1) : words;
  return { kind: "mailbox", name, mailbox };
}

function checkCharacters(text: string): void {
  const position = findUnsafe(text);
  if (position >= 0) {
    throw new AddressError(
      "ERR_ADDRESS_CONTROL_CHARACTER",
      `Control character in ${excerpt(text.slice(position))}`,
      {
        position,
      },
    );
  }
}

interface Word {
  readonly kind: TokenKind;
  readonly value: string;
  readonly start: number;
}

/** What the list parser has just passed. */
type Step = "start" | "address" | "comma" | "colon" | "group end";

class ListParser {
  readonly #lexer: ListLexer;
  readonly #limit: number;
  readonly #tolerant: boolean;
  readonly #addresses: Address[] = [];
  // The group that is open, if any: there is one level, so a field does for a stack.
  #group: { name: string; members: NamedMailbox[]; start: number } | undefined;

  constructor(text: string, limit: number, tolerant: boolean) {
    this.#lexer = new ListLexer(text);
    this.#limit = limit;
    this.#tolerant = tolerant;
  }

  parse(): Address[] {
    const lexer = this.#lexer;
    let previous: Step = "start";
    while (lexer.kind !== "end") {
      if (lexer.isSpecial(";") && this.#group !== undefined) {
        if (previous === "comma") this.#requireTolerance("An address is missing before the end of the group");
        this.#closeGroup();
        lexer.advance();
        previous = "group end";
      } else if (lexer.isSpecial(",") || (lexer.isSpecial(";") && this.#tolerant)) {
        if (previous !== "address" && previous !== "group end")
          this.#requireTolerance("An address is missing");
        lexer.advance();
        previous = "comma";
      } else {
        if (previous === "group end") throw this.#error("ERR_ADDRESS_TRAILING_TEXT", "Text follows a group");
        previous = this.#readAddress();
      }
    }
    if (this.#group !== undefined) {
      if (!this.#tolerant)
        throw this.#error("ERR_ADDRESS_UNTERMINATED", "A group is not closed", this.#group.start);
      this.#closeGroup();
    } else if (previous === "start" || previous === "comma") {
      this.#requireTolerance("An address is missing at the end");
    }
    return this.#addresses;
  }

  /** Empty elements are obs-addr-list of RFC 5322 4.4. */
  #requireTolerance(message: string): void {
    if (!this.#tolerant) throw this.#error("ERR_ADDRESS_EMPTY", message);
  }

  #closeGroup(): void {
    const { name, members } = this.#group!;
    this.#addresses.push({ kind: "group", name, members });
    this.#group = undefined;
  }

  /** Reads one mailbox, or the head of a group, and what separates it from the next. */
  #readAddress(): Step {
    const lexer = this.#lexer;
    lexer.clearComment();
    const start = lexer.start;
    const words = this.#readWords();
    if (lexer.isSpecial(":")) {
      this.#openGroup(words, start);
      return "colon";
    }
    let named: NamedMailbox;
    if (lexer.isSpecial("<")) {
      named = this.#readAngle(this.#phrase(words, start));
    } else if (lexer.isSpecial("@")) {
      const mailbox = this.#readAddrSpec(words, start);
      if (this.#tolerant && lexer.isSpecial("<")) {
        named = this.#readRepeated(mailbox);
      } else {
        const name = this.#tolerant ? commentAsName(lexer.comment) : undefined;
        named = name === undefined ? { kind: "mailbox", mailbox } : { kind: "mailbox", name, mailbox };
      }
    } else if (words.length > 0) {
      throw this.#error("ERR_ADDRESS_NO_DOMAIN", `${excerpt(words[0]!.value)} has no domain`, start);
    } else {
      throw this.#error("ERR_ADDRESS_SYNTAX", `Unexpected ${excerpt(lexer.value)}`);
    }
    this.#checkEnd();
    (this.#group?.members ?? this.#addresses).push(named);
    return "address";
  }

  /** After a mailbox: the end, a comma, or the end of the group; never more text, which another reader might prefer. */
  #checkEnd(): void {
    const lexer = this.#lexer;
    if (lexer.kind === "end" || lexer.isSpecial(",")) return;
    if (lexer.isSpecial(";") && (this.#tolerant || this.#group !== undefined)) return;
    throw this.#error("ERR_ADDRESS_TRAILING_TEXT", "Text follows the address");
  }

  #readWords(): Word[] {
    const lexer = this.#lexer;
    const words: Word[] = [];
    while (lexer.kind === "text" || lexer.kind === "quoted" || (this.#tolerant && lexer.kind === "literal")) {
      words.push({ kind: lexer.kind, value: lexer.value, start: lexer.start });
      lexer.advance();
    }
    return words;
  }

  #openGroup(words: Word[], start: number): void {
    if (this.#group !== undefined)
      throw this.#error("ERR_ADDRESS_NESTED_GROUP", "A group stands inside a group", start);
    const name = this.#phrase(words, start);
    if (name === undefined) throw this.#error("ERR_ADDRESS_SYNTAX", "A group has no name", start);
    this.#group = { name, members: [], start };
    this.#lexer.advance();
  }

  /** The display name that the words make (RFC 5322 phrase; obs-phrase has dots), undefined when there is none. */
  #phrase(words: Word[], start: number): string | undefined {
    if (words.length === 0) return undefined;
    if (!this.#tolerant) {
      for (const word of words) {
        if (word.kind === "text" && word.value.includes(".")) {
          throw this.#error("ERR_ADDRESS_SYNTAX", "A display name with a dot must be quoted", start);
        }
      }
    }
    const name = words.map((word) => word.value.replaceAll("\t", " ")).join(" ");
    return name === "" ? undefined : name;
  }

  #readAngle(name: string | undefined): NamedMailbox {
    const mailbox = this.#readAngleAddress();
    return name === undefined ? { kind: "mailbox", mailbox } : { kind: "mailbox", name, mailbox };
  }

  #readAngleAddress(): Mailbox {
    const lexer = this.#lexer;
    const open = lexer.start;
    lexer.advance();
    if (this.#tolerant && (lexer.isSpecial("@") || lexer.isSpecial(","))) this.#skipRoute();
    const start = lexer.start;
    const words = this.#readWords();
    if (!lexer.isSpecial("@")) {
      if (lexer.kind === "end")
        throw this.#error("ERR_ADDRESS_UNTERMINATED", "An angle bracket is not closed", open);
      if (words.length === 0)
        throw this.#error("ERR_ADDRESS_SYNTAX", "No address in the angle brackets", open);
      throw this.#error("ERR_ADDRESS_NO_DOMAIN", "No domain in the angle brackets", start);
    }
    const mailbox = this.#readAddrSpec(words, start);
    if (!lexer.isSpecial(">")) {
      if (lexer.kind === "end")
        throw this.#error("ERR_ADDRESS_UNTERMINATED", "An angle bracket is not closed", open);
      throw this.#error("ERR_ADDRESS_TRAILING_TEXT", "Text follows the address in the angle brackets");
    }
    lexer.advance();
    return mailbox;
  }

  /** obs-route of RFC 5322 4.4: `@a,@b:`, each hop a domain; dropped, as its section asks. */
  #skipRoute(): void {
    const lexer = this.#lexer;
    const start = lexer.start;
    let hops = 0;
    for (;;) {
      if (lexer.isSpecial("@")) {
        lexer.advance();
        this.#readDomain();
        hops++;
      }
      if (lexer.isSpecial(",")) lexer.advance();
      else break;
    }
    if (!lexer.isSpecial(":") || hops === 0) {
      throw this.#error("ERR_ADDRESS_SYNTAX", "The source route does not end in a colon", start);
    }
    lexer.advance();
  }

  /** Reads from the @ on; the words before it are the local part. */
  #readAddrSpec(words: Word[], start: number): Mailbox {
    const localPart = this.#localPart(words, start);
    this.#lexer.advance();
    const domain = this.#readDomain();
    return makeMailbox(localPart, domain, this.#limit);
  }

  #localPart(words: Word[], start: number): string {
    const first = words[0];
    if (first === undefined)
      throw this.#error("ERR_ADDRESS_LOCAL_PART", "Nothing stands before the @", start);
    if (words.length === 1 && first.kind === "quoted") return first.value;
    if (words.length === 1 && isDotAtom(first.value)) return first.value;
    if (!this.#tolerant || first.kind === "literal") {
      throw this.#error(
        "ERR_ADDRESS_LOCAL_PART",
        `${excerpt(first.value)} does not begin a local part`,
        start,
      );
    }
    return this.#obsoleteLocalPart(words, start);
  }

  /** obs-local-part: words joined by dots with gaps between; and stray dots in one word, as some carriers allowed. */
  #obsoleteLocalPart(words: Word[], start: number): string {
    const parts: string[] = [];
    let joined = true;
    for (const { kind, value } of words) {
      const opens = kind === "text" && value.startsWith(".");
      if (kind === "literal" || !(joined || opens)) {
        throw this.#error("ERR_ADDRESS_LOCAL_PART", `${excerpt(value)} is no part of a local part`, start);
      }
      parts.push(value);
      joined = kind === "text" && value.endsWith(".");
    }
    return parts.join("");
  }

  /** One run of text or one literal. Nothing may stand inside it: `good(x)evil` and `good .evil` are refused. */
  #readDomain(): string {
    const lexer = this.#lexer;
    if (lexer.kind !== "text" && lexer.kind !== "literal") {
      throw this.#error("ERR_ADDRESS_NO_DOMAIN", "No domain follows the @");
    }
    const domain = lexer.value;
    // Only a comment behind the domain can be a name.
    lexer.clearComment();
    lexer.advance();
    return domain;
  }

  /** `a@b <a@b>`: harmless when both are the same, two opinions otherwise. */
  #readRepeated(shown: Mailbox): NamedMailbox {
    const start = this.#lexer.start;
    const mailbox = this.#readAngleAddress();
    const same =
      shown.localPart === mailbox.localPart && shown.domain.toLowerCase() === mailbox.domain.toLowerCase();
    if (!same)
      throw this.#error("ERR_ADDRESS_TRAILING_TEXT", "A different address follows the address", start);
    return { kind: "mailbox", name: `${shown.localPart}@${shown.domain}`, mailbox };
  }

  #error(
    code: ConstructorParameters<typeof AddressError>[0],
    message: string,
    position = this.#lexer.start,
  ): AddressError {
    return new AddressError(code, `${message} (at ${position})`, { position });
  }
}

/** `a@b (Ann)`: the name of the days before RFC 822's angle brackets won. */
function commentAsName(comment: string | undefined): string | undefined {
  if (comment === undefined) return undefined;
  const name = dropBackslashes(comment).replaceAll("\t", " ").trim();
  return name === "" ? undefined : name;
}
