// Address fields (RFC 5322 3.4): what callers pass, to mailboxes, to header tokens.
import {
  type Address,
  formatMailbox,
  isAtom,
  type Mailbox,
  type NamedMailbox,
  needsSmtpUtf8,
  parseAddressListTolerant,
  parseMailbox,
  quote,
} from "@wirepost/mail-address";
import { encodeWords } from "./encoded-word.js";
import { MimeError, quoteForError } from "./errors.js";
import { assertHeaderText, type HeaderStyle, isPrintableAscii, toWellFormed } from "./folding.js";
import { checkFields, fieldsOf } from "./options.js";

/** One address, a group, or several: text as in a header field, or parts. */
export type AddressInput = string | AddressObject | GroupObject | Mailbox | Address | readonly AddressInput[];

/** A display name with an address; the address is a mailbox of RFC 5321 and nothing else. */
export interface AddressObject {
  readonly name?: string | undefined;
  readonly address: string;
}

/** A named group (RFC 5322 3.4). */
export interface GroupObject {
  readonly name: string;
  readonly group: readonly AddressInput[];
}

const ADDRESS_FIELDS = fieldsOf<AddressObject>({ name: "any", address: "text" });
const GROUP_FIELDS = fieldsOf<GroupObject>({ name: "text", group: "list" });
const MAILBOX_FIELDS = fieldsOf<Mailbox>({ localPart: "text", domain: "text" });

/** Limits of mail-address that a caller may lift. */
export interface AddressLimits {
  /**
   * Longest local part of an address, in octets of UTF-8. Default 64 (RFC 5321 4.5.3.1.1). SRS and BATV make longer ones, and so
   * do services that answer under an address per message (`reply+…@reply.github.com`); most servers take them. The whole address
   * is held to 254 octets whatever is said here.
   */
  readonly maxLocalPartBytes?: number | undefined;
}

const LIMITS_FIELDS = fieldsOf<AddressLimits>({ maxLocalPartBytes: "number" });

/** @throws MimeError `ERR_MIME_INVALID_OPTION`, `ERR_MIME_UNKNOWN_OPTION` */
export function checkAddressLimits(limits: AddressLimits | undefined): void {
  if (limits === undefined) return;
  checkFields(limits, LIMITS_FIELDS, "The limits of addresses");
  checkLocalPartLimit(limits.maxLocalPartBytes);
}

/** @throws MimeError `ERR_MIME_INVALID_OPTION` */
export function checkLocalPartLimit(maxLocalPartBytes: number | undefined): void {
  if (maxLocalPartBytes === undefined) return;
  if (!Number.isSafeInteger(maxLocalPartBytes) || maxLocalPartBytes < 1) {
    throw new MimeError("ERR_MIME_INVALID_OPTION", "maxLocalPartBytes must be a positive whole number", {
      subject: "maxLocalPartBytes",
    });
  }
}

function refuse(field: string, text: string, cause?: unknown): MimeError {
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  const isLong = (cause as { code?: unknown } | undefined)?.code === "ERR_ADDRESS_LOCAL_PART_TOO_LONG";
  const way = isLong ? "; the option maxLocalPartBytes lifts that limit" : "";
  return new MimeError(
    "ERR_MIME_INVALID_ADDRESS",
    `${field} has an invalid address ${quoteForError(text)}${reason}${way}`,
    {
      cause,
      subject: field,
    },
  );
}

/** What is no address at all: its kind is told, never its value. */
function refuseKind(field: string, input: unknown): MimeError {
  const kind = input === null ? "null" : `a ${typeof input}`;
  return new MimeError(
    "ERR_MIME_INVALID_ADDRESS",
    `${field} must be text, { name, address }, { name, group } or an array of these, not ${kind}`,
    { subject: field },
  );
}

function refuseObject(field: string, input: object): MimeError {
  const names = Object.keys(input).slice(0, 3).map(quoteForError).join(", ");
  return new MimeError(
    "ERR_MIME_INVALID_ADDRESS",
    `${field} has an object without the member address${names && `; it has ${names}`}`,
    { subject: field },
  );
}

/**
 * The addresses of a field. Text is read tolerantly (that parser never sees another domain than a strict one would) and
 * display names are taken literally, encoded words included.
 *
 * @throws MimeError `ERR_MIME_INVALID_ADDRESS`
 */
export function readAddresses(
  input: AddressInput | undefined | null,
  field: string,
  limits?: AddressLimits,
): Address[] {
  if (typeof input === "string") return readText(input, field, limits);
  const addresses: Address[] = [];
  if (input !== undefined && input !== null) collect(input, field, limits, addresses, 0);
  return addresses;
}

function readText(input: string, field: string, limits: AddressLimits | undefined): Address[] {
  try {
    return parseAddressListTolerant(input, limits);
  } catch (cause) {
    throw refuse(field, input, cause);
  }
}

function collect(
  input: AddressInput,
  field: string,
  limits: AddressLimits | undefined,
  into: Address[],
  depth: number,
): void {
  if (typeof input === "string") {
    for (const address of readText(input, field, limits)) into.push(address);
    return;
  }
  if (Array.isArray(input)) {
    if (depth > 8) throw refuse(field, "arrays in arrays");
    for (const entry of input as readonly AddressInput[]) collect(entry, field, limits, into, depth + 1);
    return;
  }
  if (typeof input !== "object" || input === null) throw refuseKind(field, input);
  if ("kind" in input) {
    into.push(readParsed(input as Address, field));
  } else if ("localPart" in input) {
    into.push(readParsed({ kind: "mailbox", mailbox: input as Mailbox }, field));
  } else if ("group" in input) {
    const group = input as GroupObject;
    if (typeof group.name !== "string" || !Array.isArray(group.group)) throw refuse(field, "half a group");
    checkFields(group, GROUP_FIELDS, field);
    const members: Address[] = [];
    for (const member of group.group) collect(member, field, limits, members, depth + 1);
    for (const member of members) if (member.kind !== "mailbox") throw refuse(field, "a group in a group");
    into.push({ kind: "group", name: group.name, members: members as NamedMailbox[] });
  } else if ("address" in input) {
    const object = input as AddressObject;
    checkFields(object, ADDRESS_FIELDS, field);
    let mailbox: Mailbox;
    try {
      mailbox = parseMailbox(object.address, limits);
    } catch (cause) {
      throw refuse(field, String(object.address), cause);
    }
    const name = object.name ?? "";
    if (typeof name !== "string") throw refuse(field, "a name that is no text");
    into.push(name === "" ? { kind: "mailbox", mailbox } : { kind: "mailbox", name, mailbox });
  } else {
    throw refuseObject(field, input);
  }
}

/** Plain data of mail-address, which may come from anywhere: it is checked as a string would be. */
function readParsed(address: Address, field: string): Address {
  if (address.kind === "mailbox") {
    const { mailbox, name } = address;
    if (typeof mailbox !== "object" || mailbox === null) throw refuse(field, "an address without mailbox");
    checkFields(mailbox, MAILBOX_FIELDS, field);
    if (typeof mailbox.localPart !== "string" || typeof mailbox.domain !== "string")
      throw refuse(field, "half a mailbox");
    if (name !== undefined && typeof name !== "string") throw refuse(field, "a name that is no text");
    try {
      formatMailbox(mailbox);
    } catch (cause) {
      throw refuse(field, `${mailbox.localPart}@${mailbox.domain}`, cause);
    }
    return address;
  }
  if (address.kind !== "group" || typeof address.name !== "string" || !Array.isArray(address.members)) {
    throw refuse(field, "an object that is no address");
  }
  for (const member of address.members as readonly NamedMailbox[]) {
    if (member?.kind !== "mailbox") throw refuse(field, "a group member that is no mailbox");
    readParsed(member, field);
  }
  return address;
}

/** The mailboxes, groups opened. */
export function flatten(addresses: readonly Address[]): readonly NamedMailbox[] {
  if (addresses.every(isMailbox)) return addresses;
  const mailboxes: NamedMailbox[] = [];
  for (const address of addresses) {
    if (address.kind === "mailbox") mailboxes.push(address);
    else for (const member of address.members) mailboxes.push(member);
  }
  return mailboxes;
}

function isMailbox(address: Address): address is NamedMailbox {
  return address.kind === "mailbox";
}

/** True when one of the mailboxes has a local part outside ASCII. */
export function anyNeedsSmtpUtf8(addresses: readonly Address[]): boolean {
  for (const address of addresses) {
    if (address.kind === "mailbox") {
      if (needsSmtpUtf8(address.mailbox)) return true;
    } else if (address.members.some((member) => needsSmtpUtf8(member.mailbox))) return true;
  }
  return false;
}

/** Words of a display name (RFC 5322 phrase). */
export function phraseTokens(name: string, field: string, style: HeaderStyle): string[] {
  assertHeaderText(name, `${field} display name`);
  if (isAtom(name) && !name.includes("=?") && isPrintableAscii(name) && name.length < 75) return [name];
  const text = toWellFormed(name);
  // Blanks at the ends and runs of blanks are lost by readers that tidy phrases, and some characters hide or reorder what
  // is around them: all these go the encoded way, like text that only looks encoded.
  const isPlain = !/=\?|^ | $| {2}|\t|[\u202a-\u202e\u2066-\u2069\ufeff]/.test(text);
  if (isPlain && (style.utf8 || isPrintableAscii(text))) {
    const words = text.split(" ");
    if (words.every((word) => isAtom(word) && word.length < 75)) return words;
    const quoted = quote(text);
    if (quoted.length <= 72) return [quoted];
  }
  return encodeWords(text, { charset: style.charset });
}

/** `Name <local@domain>` as tokens; the domain always as A-labels, so that header and envelope agree (row A5). */
function mailboxTokens(named: NamedMailbox, field: string, style: HeaderStyle, into: string[]): void {
  let text: string;
  try {
    text = formatMailbox(named.mailbox);
  } catch (cause) {
    throw refuse(field, `${named.mailbox?.localPart}@${named.mailbox?.domain}`, cause);
  }
  if (!style.utf8 && !isPrintableAscii(text)) {
    throw new MimeError(
      "ERR_MIME_SMTPUTF8_REQUIRED",
      `${field} holds ${quoteForError(text)}, whose local part needs SMTPUTF8`,
      { subject: field },
    );
  }
  if (named.name === undefined || named.name === "") {
    into.push(text);
    return;
  }
  for (const token of phraseTokens(named.name, field, style)) into.push(token);
  into.push(`<${text}>`);
}

/** Tokens of an address list for `foldTokens`. */
export function addressTokens(addresses: readonly Address[], field: string, style: HeaderStyle): string[] {
  const tokens: string[] = [];
  const append = (text: string): void => {
    const last = tokens[tokens.length - 1]!;
    // An encoded word must have a blank before the special that follows it (RFC 2047 5 (3)).
    if (last.endsWith("?=")) tokens.push(text);
    else tokens[tokens.length - 1] = last + text;
  };
  for (let at = 0; at < addresses.length; at += 1) {
    const address = addresses[at]!;
    if (address.kind === "mailbox") mailboxTokens(address, field, style, tokens);
    else {
      const name = phraseTokens(address.name, field, style);
      if (address.name === "") throw refuse(field, "a group without a name");
      for (const token of name) tokens.push(token);
      append(":");
      for (let member = 0; member < address.members.length; member += 1) {
        mailboxTokens(address.members[member]!, field, style, tokens);
        if (member < address.members.length - 1) append(",");
      }
      append(";");
    }
    if (at < addresses.length - 1) append(",");
  }
  return tokens;
}
