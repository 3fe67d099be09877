// Parts in parts, too many of them, fields that nobody may set, sources that nobody may name: M2, M3, M10, M12.
import type { HostileObject } from "../hostile-object.js";

const EVERY_OCTET = Uint8Array.from({ length: 256 }, (_, i) => i);
const MULTIPART = ["content-transfer-encoding"];

function nested(depth: number): string {
  let message = "From: ann@example.com\r\nSubject: innermost\r\n\r\nx\r\n";
  for (let i = 0; i < depth; i++) {
    message = `From: ann@example.com\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n${message}`;
  }
  return message;
}

function attached(
  name: string,
  row: string,
  attachment: object,
  arrives: { filename?: string | null; contentType?: string; content?: string | Uint8Array },
): HostileObject {
  return {
    name,
    row,
    message: { attachments: [attachment] },
    arrives: { without: MULTIPART, attachments: [arrives] },
  };
}

function refused(name: string, row: string, message: object, code: string): HostileObject {
  return { name, row, message, refused: code };
}

export const STRUCTURES: readonly HostileObject[] = [
  ...[
    "From",
    "sender",
    "TO",
    "Cc",
    "Bcc",
    "Resent-Bcc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
  ].map((name) =>
    refused(`a custom field ${name}`, "M3", { headers: { [name]: "x" } }, "ERR_MIME_RESERVED_FIELD"),
  ),
  ...["X:Y", "X Y", "X-Ü", "", "X\t", "__proto__"].map((key) =>
    refused(
      `a field name ${JSON.stringify(key)}`,
      "M2",
      { headers: [{ key, value: "x" }] },
      "ERR_MIME_INVALID_FIELD_NAME",
    ),
  ),
  refused(
    "a field that an option makes",
    "M3",
    { priority: "high", headers: { "x-priority": "1" } },
    "ERR_MIME_DUPLICATE_FIELD",
  ),
  refused(
    "a part with a type twice",
    "M3",
    { attachments: [{ content: "x", headers: { "content-type": "a/b" } }] },
    "ERR_MIME_RESERVED_FIELD",
  ),
  refused("an option that does not exist", "M2", { subjekt: "x" }, "ERR_MIME_UNKNOWN_OPTION"),
  refused(
    "an option named __proto__",
    "M2",
    JSON.parse('{"__proto__":{"to":"evil@example.net"}}'),
    "ERR_MIME_UNKNOWN_OPTION",
  ),
  refused(
    "an attachment with an option named __proto__",
    "M2",
    { attachments: [JSON.parse('{"content":"x","__proto__":{"path":"/etc/passwd"}}')] },
    "ERR_MIME_UNKNOWN_OPTION",
  ),
  ...["text", "html", "amp", "watchHtml", "enriched", "raw"].flatMap((field) => [
    refused(`${field} from a path`, "M12", { [field]: { path: "/etc/passwd" } }, "ERR_MIME_FILE_ACCESS"),
    refused(
      `${field} from a URL`,
      "M12",
      { [field]: { href: "http://127.0.0.1:1/" } },
      "ERR_MIME_FILE_ACCESS",
    ),
  ]),
  refused(
    "an attachment from a path",
    "M12",
    { attachments: [{ path: "/etc/passwd" }] },
    "ERR_MIME_FILE_ACCESS",
  ),
  refused(
    "an attachment from a file: URL",
    "M12",
    { attachments: [{ href: "file:///etc/passwd" }] },
    "ERR_MIME_FILE_ACCESS",
  ),
  refused(
    "an alternative from a path",
    "M12",
    { alternatives: [{ path: "/etc/passwd", contentType: "text/plain" }] },
    "ERR_MIME_FILE_ACCESS",
  ),
  refused("a calendar from a path", "M12", { calendar: { path: "/etc/passwd" } }, "ERR_MIME_FILE_ACCESS"),
  refused(
    "a content type of one word",
    "M9",
    { attachments: [{ contentType: "text", content: "x" }] },
    "ERR_MIME_INVALID_CONTENT_TYPE",
  ),
  {
    name: "an attached multipart whose boundary is not there",
    row: "M10",
    message: { attachments: [{ contentType: "multipart/mixed; boundary=x", content: "x" }] },
    arrives: { without: MULTIPART, defective: true },
  },
  refused(
    "an encoding that cannot carry the content",
    "M10",
    { attachments: [{ contentTransferEncoding: "7bit", content: "ü" }] },
    "ERR_MIME_ENCODING_UNSUITABLE",
  ),
  refused(
    "an attached message in base64",
    "M10",
    { attachments: [{ contentType: "message/rfc822", contentTransferEncoding: "base64", content: "x" }] },
    "ERR_MIME_ENCODING_UNSUITABLE",
  ),
  refused(
    "a one-click unsubscribe without https",
    "M1",
    { list: { unsubscribe: "mailto:x@example.com", oneClick: true } },
    "ERR_MIME_ONE_CLICK",
  ),
  refused(
    "a list URL with a bracket",
    "M1",
    { list: { help: "https://example.com/>,<mailto:evil@example.net" } },
    "ERR_MIME_INVALID_URL",
  ),
  refused("a date of no time", "M1", { date: new Date(Number.NaN) }, "ERR_MIME_INVALID_DATE"),
  refused("a function for a subject", "M2", { subject: () => "x" }, "ERR_MIME_INVALID_OPTION"),
  refused(
    "an object with toString for a subject",
    "M2",
    { subject: { toString: () => "a\r\nBcc: x" } },
    "ERR_MIME_INVALID_OPTION",
  ),
  attached(
    "every octet, twice",
    "M10",
    { filename: "a.bin", content: new Uint8Array([...EVERY_OCTET, ...EVERY_OCTET]) },
    { filename: "a.bin", content: new Uint8Array([...EVERY_OCTET, ...EVERY_OCTET]) },
  ),
  attached(
    "an attachment of nothing",
    "M10",
    { filename: "empty.bin", content: "" },
    { filename: "empty.bin", content: "" },
  ),
  attached(
    "an attachment of end-of-data marks",
    "M14",
    { filename: "a.bin", content: "\r\n.\r\n\n.\n\r.\r\0" },
    { content: "\r\n.\r\n\n.\n\r.\r\0" },
  ),
  attached(
    "an attachment of boundaries",
    "M10",
    { filename: "a.txt", contentType: "text/plain", content: "--\r\n----\r\n--=_\r\n" },
    { content: "--\r\n----\r\n--=_\r\n" },
  ),
  attached(
    "an attachment without a name",
    "M9",
    { filename: false, content: "x" },
    { filename: null, content: "x" },
  ),
  {
    name: "150 attachments of one name",
    row: "M10",
    message: {
      attachments: Array.from({ length: 150 }, (_, i) => ({ filename: "same.bin", content: `part ${i}` })),
    },
    arrives: {
      without: MULTIPART,
      attachments: Array.from({ length: 150 }, (_, i) => ({ filename: "same.bin", content: `part ${i}` })),
    },
  },
  {
    name: "text, html, an inline image and a file at once",
    row: "M10",
    message: {
      html: '<img src="cid:a@b">',
      attachments: [
        { cid: "a@b", filename: "i.png", contentType: "image/png", content: EVERY_OCTET },
        { filename: "f.pdf", content: EVERY_OCTET },
      ],
    },
    arrives: {
      without: MULTIPART,
      html: '<img src="cid:a@b">',
      attachments: [
        { filename: "i.png", contentType: "image/png", content: EVERY_OCTET },
        { filename: "f.pdf", contentType: "application/pdf", content: EVERY_OCTET },
      ],
    },
  },
  {
    name: "a content identifier that is markup",
    row: "M1",
    message: { html: "x", attachments: [{ cid: '"><script>@x', content: "x" }] },
    refused: "ERR_MIME_INVALID_MESSAGE_ID",
  },
  {
    name: "an attached message, 50 deep",
    row: "M10",
    message: {
      attachments: [{ filename: "deep.eml", contentType: "message/rfc822", content: nested(50) }],
    },
    arrives: { without: MULTIPART, defective: true },
  },
  {
    name: "an attached message with end-of-data marks",
    row: "M14",
    message: {
      attachments: [
        {
          filename: "a.eml",
          contentType: "message/rfc822",
          content: "From: ann@example.com\r\n\r\nx\n.\nMAIL FROM:<evil@example.net>\r.\ry\r\n.\r\n",
        },
      ],
    },
    arrives: { without: MULTIPART, defective: true },
  },
  {
    name: "every list field at once, with brackets and commas in comments",
    row: "M1",
    message: {
      list: {
        help: { url: "https://example.com/help", comment: "a) <evil>, (b" },
        unsubscribe: ["https://example.com/u?a=1,2", "leave@example.com?subject=bye"],
        subscribe: "join@example.com",
        post: false,
        owner: "owner@example.com",
        archive: "https://example.com/ä",
        id: { url: "list.example.com", comment: "Größe, <x>" },
        oneClick: true,
      },
    },
    arrives: {
      fields: [
        "List-Help",
        "List-Unsubscribe",
        "List-Subscribe",
        "List-Post",
        "List-Owner",
        "List-Archive",
        "List-Unsubscribe-Post",
        "List-Id",
      ],
      values: {
        "List-Unsubscribe": "<https://example.com/u?a=1%2C2>, <mailto:leave@example.com?subject=bye>",
      },
    },
  },
  {
    name: "html with data: URLs that never end",
    row: "M13",
    message: { html: '<img src="data:'.repeat(2000), attachDataUrls: true },
    arrives: { without: MULTIPART, html: '<img src="data:'.repeat(2000) },
  },
  {
    name: "a field 200 times",
    row: "M3",
    message: { headers: Array.from({ length: 200 }, (_, i) => ["X-Tag", `${i}`] as const) },
    arrives: { fields: Array.from({ length: 200 }, () => "X-Tag") },
  },
  {
    name: "1,000 references",
    row: "M4",
    message: { references: Array.from({ length: 1000 }, (_, i) => `<${i}.reference@example.com>`) },
    arrives: { fields: ["References"] },
  },
];
