// Every place of a message object that takes text, each with every octet that could end a line, a field or a string.
import type { Expected, HostileObject } from "../hostile-object.js";

const POISONS: Readonly<Record<string, string>> = {
  "CRLF and a field": "a\r\nBcc: evil@example.net",
  "CRLF CRLF and a body": "a\r\n\r\n<h1>evil</h1>",
  "CRLF and a fold": "a\r\n\tb",
  "LF and a field": "a\nBcc: evil@example.net",
  "CR and a field": "a\rBcc: evil@example.net",
  NUL: "a\0b",
  "U+2028": "a\u2028Bcc: evil@example.net",
  "U+0085": "a\u0085Bcc: evil@example.net",
};

interface Place {
  readonly make: (text: string) => object;
  /** Undefined: nothing of it is written. */
  readonly code: string | undefined;
  readonly arrives?: Expected;
}

const VALUE = "ERR_MIME_INVALID_FIELD_VALUE";
const ADDRESS = "ERR_MIME_INVALID_ADDRESS";
const OPTION = "ERR_MIME_INVALID_OPTION";
const mailboxFields = [
  "from",
  "sender",
  "to",
  "cc",
  "bcc",
  "replyTo",
  "dispositionNotificationTo",
  "returnReceiptTo",
];

/** Address fields in every form that they may have. */
const addressPlaces: Record<string, Place> = Object.fromEntries(
  mailboxFields.flatMap((field): [string, Place][] => [
    [`${field}, address text`, { make: (text) => ({ [field]: `${text}@example.org` }), code: ADDRESS }],
    [
      `${field}, domain of an address text`,
      { make: (text) => ({ [field]: `x@${text}.example` }), code: ADDRESS },
    ],
    [
      `${field}, address of an object`,
      { make: (text) => ({ [field]: { name: "x", address: `${text}@example.org` } }), code: ADDRESS },
    ],
    [
      `${field}, name of an object`,
      { make: (text) => ({ [field]: { name: text, address: "x@example.org" } }), code: VALUE },
    ],
  ]),
);
// The blind copy is in the envelope alone, where names have no place.
addressPlaces["bcc, name of an object"] = {
  make: (name) => ({ bcc: { name, address: "x@example.org" } }),
  code: undefined,
  arrives: { to: ["<bob@example.org>", "<x@example.org>"] },
};

/** A fold inside an address text is what RFC 5322 allows there; it is an object of its own. */
const FOLDABLE = "to, name in text";

const PLACES: Readonly<Record<string, Place>> = {
  ...addressPlaces,
  "to, quoted local part": { make: (text) => ({ to: `"${text}"@example.org` }), code: ADDRESS },
  [FOLDABLE]: { make: (text) => ({ to: `"${text}" <x@example.org>` }), code: ADDRESS },
  "to, parsed local part": {
    make: (text) => ({ to: { localPart: text, domain: "example.org" } }),
    code: ADDRESS,
  },
  "to, parsed domain": { make: (text) => ({ to: { localPart: "x", domain: text } }), code: ADDRESS },
  "to, group name": { make: (text) => ({ to: { name: text, group: ["x@example.org"] } }), code: VALUE },
  "to, member of a group": {
    make: (text) => ({ to: { name: "x", group: [`${text}@example.org`] } }),
    code: ADDRESS,
  },
  "to, second of a list": {
    make: (text) => ({ to: ["x@example.org", `${text}@example.org`] }),
    code: ADDRESS,
  },
  subject: { make: (subject) => ({ subject }), code: VALUE },
  "header name": {
    make: (text) => ({ headers: { [`X-${text}`]: "x" } }),
    code: "ERR_MIME_INVALID_FIELD_NAME",
  },
  "header name of a pair": {
    make: (key) => ({ headers: [{ key, value: "x" }] }),
    code: "ERR_MIME_INVALID_FIELD_NAME",
  },
  "header value": { make: (text) => ({ headers: { "X-Custom": text } }), code: VALUE },
  "header value in a list": { make: (text) => ({ headers: { "X-Custom": ["x", text] } }), code: VALUE },
  "header value of a pair": { make: (value) => ({ headers: [{ key: "X-Custom", value }] }), code: VALUE },
  "header value of an entry": { make: (text) => ({ headers: new Map([["X-Custom", text]]) }), code: VALUE },
  messageId: {
    make: (text) => ({ messageId: `<${text}@example.com>` }),
    code: "ERR_MIME_INVALID_MESSAGE_ID",
  },
  inReplyTo: {
    make: (text) => ({ inReplyTo: `<${text}@example.com>` }),
    code: "ERR_MIME_INVALID_MESSAGE_ID",
  },
  references: {
    make: (text) => ({ references: [`<${text}@example.com>`] }),
    code: "ERR_MIME_INVALID_MESSAGE_ID",
  },
  date: { make: (date) => ({ date }), code: "ERR_MIME_INVALID_DATE" },
  "list.unsubscribe": {
    make: (text) => ({ list: { unsubscribe: `https://example.com/${text}` } }),
    code: VALUE,
  },
  "list.help, address": {
    make: (text) => ({ list: { help: `help@example.com?subject=${text}` } }),
    code: VALUE,
  },
  "list.owner, second": {
    make: (text) => ({ list: { owner: ["mailto:o@example.com", `mailto:${text}@example.com`] } }),
    code: VALUE,
  },
  "list.archive, comment": {
    make: (comment) => ({ list: { archive: { url: "https://example.com/", comment } } }),
    code: VALUE,
  },
  "list.id": { make: (id) => ({ list: { id } }), code: "ERR_MIME_INVALID_URL" },
  "list.id, comment": {
    make: (comment) => ({ list: { id: { url: "list.example.com", comment } } }),
    code: VALUE,
  },
  priority: { make: (priority) => ({ priority }), code: OPTION },
  importance: { make: (importance) => ({ importance }), code: OPTION },
  sensitivity: { make: (sensitivity) => ({ sensitivity }), code: OPTION },
  charset: { make: (charset) => ({ charset, text: "ü" }), code: "ERR_MIME_UNKNOWN_CHARSET" },
  textFormat: { make: (textFormat) => ({ textFormat }), code: OPTION },
  textEncoding: { make: (textEncoding) => ({ textEncoding }), code: OPTION },
  filename: { make: (filename) => ({ attachments: [{ filename, content: "x" }] }), code: VALUE },
  "filename, RFC 2047": {
    make: (filename) => ({ attachments: [{ filename, content: "x" }], filenameEncoding: "rfc2047" }),
    code: VALUE,
  },
  filenameEncoding: {
    make: (filenameEncoding) => ({ attachments: [{ filename: "ü", content: "x" }], filenameEncoding }),
    code: OPTION,
  },
  cid: {
    make: (cid) => ({ html: "x", attachments: [{ cid, content: "x" }] }),
    code: "ERR_MIME_INVALID_MESSAGE_ID",
  },
  contentType: {
    make: (text) => ({ attachments: [{ contentType: `text/${text}`, content: "x" }] }),
    code: "ERR_MIME_INVALID_CONTENT_TYPE",
  },
  "contentType, parameter": {
    make: (text) => ({ attachments: [{ contentType: `text/plain; x="${text}"`, content: "x" }] }),
    code: "ERR_MIME_INVALID_CONTENT_TYPE",
  },
  "contentType of an alternative": {
    make: (contentType) => ({ alternatives: [{ contentType, content: "x" }] }),
    code: "ERR_MIME_INVALID_CONTENT_TYPE",
  },
  contentTransferEncoding: {
    make: (contentTransferEncoding) => ({ attachments: [{ contentTransferEncoding, content: "x" }] }),
    code: OPTION,
  },
  "encoding of a content": {
    make: (encoding) => ({ attachments: [{ encoding, content: "x" }] }),
    code: OPTION,
  },
  disposition: { make: (disposition) => ({ attachments: [{ disposition, content: "x" }] }), code: OPTION },
  description: { make: (description) => ({ attachments: [{ description, content: "x" }] }), code: VALUE },
  "header name of a part": {
    make: (text) => ({ attachments: [{ headers: { [text]: "x" }, content: "x" }] }),
    code: "ERR_MIME_INVALID_FIELD_NAME",
  },
  "header value of a part": {
    make: (text) => ({ attachments: [{ headers: { "X-Part": text }, content: "x" }] }),
    code: VALUE,
  },
  "calendar method": { make: (method) => ({ calendar: { content: "x", method } }), code: OPTION },
  "calendar filename": { make: (filename) => ({ calendar: { content: "x", filename } }), code: VALUE },
  "envelope.from of the message": {
    make: (text) => ({ envelope: { from: `${text}@example.com`, to: "x@example.org" } }),
    code: ADDRESS,
  },
  "envelope.to of the message": {
    make: (text) => ({ envelope: { from: "x@example.com", to: [`${text}@example.org`] } }),
    code: ADDRESS,
  },
  "envelope.bcc of the message": {
    make: (text) => ({
      envelope: { from: "x@example.com", to: "x@example.org", bcc: `${text}@example.org` },
    }),
    code: ADDRESS,
  },
};

export const POISONED_FIELDS: readonly HostileObject[] = Object.entries(PLACES).flatMap(
  ([place, { make, code, arrives }]) =>
    Object.entries(POISONS)
      .filter(([poison]) => !(place === FOLDABLE && poison === "CRLF and a fold"))
      .map(([poison, text]) => ({
        name: `${place}: ${poison}`,
        row: "M1",
        message: make(text),
        refused: code,
        arrives,
      })),
);
