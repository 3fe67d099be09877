// Mailing-list fields (RFC 2369, RFC 2919) and one-click unsubscribe (RFC 8058).
import { parseMailbox } from "@wirepost/mail-address";
import { type AddressLimits, phraseTokens } from "./addresses.js";
import { MimeError, quoteForError } from "./errors.js";
import {
  ASCII_STYLE,
  assertHeaderText,
  isPrintableAscii,
  MAX_LINE_OCTETS,
  unstructuredTokens,
} from "./folding.js";
import type { HeaderBlock } from "./header-block.js";
import { checkFields, fieldsOf } from "./options.js";
import { canonicalUrl } from "./platform.js";

/** A URL or mail address (`leave@lists.example?subject=bye` becomes a mailto URL), with a comment if wanted. */
export type ListEntry = string | { readonly url: string; readonly comment?: string | undefined };

/** Commands of a mailing list. Several entries of one command are alternatives, the preferred first. */
export interface ListInput {
  readonly help?: ListEntry | readonly ListEntry[] | undefined;
  readonly unsubscribe?: ListEntry | readonly ListEntry[] | undefined;
  readonly subscribe?: ListEntry | readonly ListEntry[] | undefined;
  /** `false` says that nobody may post (`NO`). */
  readonly post?: ListEntry | readonly ListEntry[] | false | undefined;
  readonly owner?: ListEntry | readonly ListEntry[] | undefined;
  readonly archive?: ListEntry | readonly ListEntry[] | undefined;
  /** List-Id: the identifier, or it with a description. */
  readonly id?: string | { readonly url: string; readonly comment?: string | undefined } | undefined;
  /** Adds List-Unsubscribe-Post; `unsubscribe` must then have an https URL. */
  readonly oneClick?: boolean | undefined;
}

const LIST_FIELDS = fieldsOf<ListInput>({
  help: "any",
  unsubscribe: "any",
  subscribe: "any",
  post: "any",
  owner: "any",
  archive: "any",
  id: "any",
  oneClick: "flag",
});
const ENTRY_FIELDS = fieldsOf<{ url: string; comment?: string }>({ url: "text", comment: "text" });

const FIELDS = [
  ["help", "List-Help"],
  ["unsubscribe", "List-Unsubscribe"],
  ["subscribe", "List-Subscribe"],
  ["post", "List-Post"],
  ["owner", "List-Owner"],
  ["archive", "List-Archive"],
] as const;

function invalid(field: string, text: string, cause?: unknown): MimeError {
  return new MimeError("ERR_MIME_INVALID_URL", `${field} has an invalid URL ${quoteForError(text)}`, {
    subject: field,
    cause,
  });
}

/** `<URL>` with nothing in it that could end the bracket or the line. */
function bracketUrl(text: string, field: string, limits: AddressLimits | undefined): string {
  assertHeaderText(text, field);
  let url = text.trim();
  if (url.startsWith("<") && url.endsWith(">")) url = url.slice(1, -1);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(url)) {
    const question = url.indexOf("?");
    const address = question < 0 ? url : url.slice(0, question);
    try {
      parseMailbox(address, limits);
    } catch (cause) {
      throw invalid(field, text, cause);
    }
    url = `mailto:${url}`;
  }
  if (/[<>\s"]/.test(url)) throw invalid(field, text);
  // Characters outside ASCII are percent-encoded by the platform; a plain URL stays as the caller wrote it.
  const written = isPrintableAscii(url) ? url : canonicalUrl(url);
  if (written === undefined || canonicalUrl(url) === undefined || written.length > MAX_LINE_OCTETS - 4) {
    throw invalid(field, text);
  }
  if (!isPrintableAscii(written) || /[<>\s]/.test(written)) throw invalid(field, text);
  // Commas separate entries.
  return `<${written.replaceAll(",", "%2C")}>`;
}

/** A comment (RFC 5322 3.2.2) in ASCII with encoded words. */
function commentTokens(comment: string, field: string): string[] {
  assertHeaderText(comment, field);
  const tokens = unstructuredTokens(comment, { utf8: false }).map((token) =>
    token.replace(/[\\()]/g, "\\$&"),
  );
  // An encoded word in a comment must have blanks or parentheses around it (RFC 2047 5 (2)).
  tokens[0] = `(${tokens[0]}`;
  tokens[tokens.length - 1] += ")";
  return tokens;
}

function entryTokens(entry: ListEntry, field: string, limits: AddressLimits | undefined): string[] {
  if (typeof entry === "string") return [bracketUrl(entry, field, limits)];
  if (typeof entry !== "object" || entry === null) throw invalid(field, typeof entry);
  checkFields(entry, ENTRY_FIELDS, field);
  if (typeof entry.url !== "string") throw invalid(field, "no url");
  const url = bracketUrl(entry.url, field, limits);
  return entry.comment === undefined || entry.comment === ""
    ? [url]
    : [url, ...commentTokens(entry.comment, field)];
}

function listId(id: NonNullable<ListInput["id"]>): string[] {
  const object = typeof id === "string" ? { url: id } : id;
  checkFields(object, ENTRY_FIELDS, "list.id");
  if (typeof object.url !== "string") throw invalid("list.id", typeof object.url);
  let text = object.url.trim();
  if (text.startsWith("<") && text.endsWith(">")) text = text.slice(1, -1);
  // RFC 2919 2: a dot-atom; in practice also with characters beyond it, never with blanks or brackets.
  if (text === "" || !isPrintableAscii(text) || /[<>\s()",;:@\\[\]]/.test(text) || text.length > 255) {
    throw invalid("list.id", text);
  }
  const comment = (object as { comment?: string | undefined }).comment;
  if (comment === undefined || comment === "") return [`<${text}>`];
  return [...phraseTokens(comment, "list.id", ASCII_STYLE), `<${text}>`];
}

/** Adds the fields of the `list` option. */
export function addListFields(block: HeaderBlock, list: ListInput, limits: AddressLimits | undefined): void {
  checkFields(list, LIST_FIELDS, "list");
  for (const [name, field] of FIELDS) {
    const value = list[name];
    if (value === undefined) continue;
    if (value === false) {
      if (name !== "post") throw invalid(`list.${name}`, "false");
      block.constant(field, "NO");
      continue;
    }
    const entries = Array.isArray(value) ? (value as readonly ListEntry[]) : [value as ListEntry];
    const tokens: string[] = [];
    entries.forEach((entry, index) => {
      const part = entryTokens(entry, `list.${name}`, limits);
      if (index < entries.length - 1) part[part.length - 1] += ",";
      tokens.push(...part);
    });
    if (tokens.length > 0) block.tokens(field, tokens);
  }
  if (list.oneClick === true) {
    const value = list.unsubscribe;
    const entries = value === undefined ? [] : Array.isArray(value) ? value : [value];
    const https = entries.some((entry: ListEntry) =>
      /^<?https:/i.test((typeof entry === "string" ? entry : entry.url).trim()),
    );
    if (!https) {
      throw new MimeError(
        "ERR_MIME_ONE_CLICK",
        "list.oneClick needs an https URL in list.unsubscribe (RFC 8058 3.1)",
        {
          subject: "list.oneClick",
        },
      );
    }
    block.constant("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  }
  if (list.id !== undefined) block.tokens("List-Id", listId(list.id));
}
