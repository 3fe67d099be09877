// Subjects, names, fields and file names of odd Unicode and odd shapes: M4 to M9.
import type { HostileObject } from "../hostile-object.js";

/** An encoded word in a quoted parameter, which RFC 2047 5 (3) forbids and which old programs need. */
const ENCODED_NAME = /^Python: Content-(?:Type|Disposition): InvalidHeaderDefect$/;
/** mailparser decodes what it finds behind the percent-encoding of RFC 2231 once more; the other ways survive that. */
const DECODED_TWICE = /^mailparser: file name of attachment 1/;

const VALUE = "ERR_MIME_INVALID_FIELD_VALUE";

/** Text that must come out as it went in, in a subject, a display name, a file name and a field of the caller's. */
const TEXTS: readonly (readonly [row: string, name: string, text: string])[] = [
  ["M6", "100 emoji", "😀".repeat(100)],
  ["M6", "emoji of several code points", "👩‍👩‍👧‍👦 and ❤️ and 👍🏽 and 🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
  ["M6", "150 characters of CJK", "件".repeat(150)],
  ["M6", "runs of blanks between umlauts", "ä  ö   ü"],
  ["M6", "combining marks", "é".normalize("NFD").repeat(60)],
  ["M6", "a tower of combining marks", `Z${"\u0351".repeat(60)}`],
  ["M7", "text that looks like an encoded word", "=?utf-8?Q?Evil?="],
  ["M7", "an encoded word that would end the line", "=?utf-8?B?DQpCY2M6IGV2aWxAZXhhbXBsZS5uZXQ=?="],
  ["M7", "half an encoded word beside an umlaut", "ü =?utf-8?Q?Evil"],
  ["M8", "right-to-left text", "שלום and مرحبا"],
  ["M8", "homoglyphs", "раураl"],
  ["M8", "fullwidth and mathematical letters", "Ｈｅｌｌｏ 𝓦𝓸𝓻𝓵𝓭"],
  ["M8", "characters that no font has", "\u{10fffd}\u{f0000}\ue000"],
  ["M4", "a word of 1,100 characters", "x".repeat(1100)],
  ["M4", "a word of 3,000 characters", "x".repeat(3000)],
  ["M4", "umlauts without a blank, 2,000 of them", "ü".repeat(2000)],
  ["M9", "quotes, semicolons and percent signs", "a\"b';c%25'x'*=y\\z.txt"],
  ["M9", "what looks like parameters", 'a.txt"; name="b.exe'],
  ["M9", "what looks like RFC 2231", "utf-8''%41*0*=x"],
  ["M9", "brackets, commas and colons", "<a>,(b):[c]@d"],
  ["M9", "a path", "../../etc/passwd"],
  ["M9", "a path of Windows", "C:\\Windows\\system32\\cmd.exe"],
];

/** What header text cannot hold, whatever its encoding: refused. */
const CONTROLS: readonly (readonly [name: string, text: string])[] = [
  ["ESC", "a\x1b[2Jb"],
  ["BEL", "a\x07b"],
  ["DEL", "a\x7fb"],
  ["a C1 control", "a\x9bb"],
  ["VT", "a\vb"],
  ["FF", "a\fb"],
  ["U+2029", "a\u2029b"],
];

export const TEXTS_AND_NAMES: readonly HostileObject[] = [
  ...TEXTS.flatMap(([row, name, text]): HostileObject[] => [
    { name: `subject: ${name}`, row, message: { subject: text }, arrives: { subject: text } },
    {
      name: `display name: ${name}`,
      row,
      message: { to: { name: text, address: "x@example.org" } },
      arrives: { to: ["<x@example.org>"], mailboxes: { To: [{ name: text, address: "x@example.org" }] } },
    },
    {
      name: `field: ${name}`,
      row,
      message: { headers: { "X-Custom": text } },
      arrives: { fields: ["X-Custom"], values: { "X-Custom": text } },
    },
    {
      name: `file name: ${name}`,
      row,
      message: { attachments: [{ filename: text, content: "x", contentType: "application/x-thing" }] },
      arrives: {
        without: ["content-transfer-encoding"],
        attachments: [{ filename: text, contentType: "application/x-thing", content: "x" }],
        known: [ENCODED_NAME],
      },
    },
    {
      name: `file name, RFC 2231: ${name}`,
      row,
      message: {
        attachments: [{ filename: text, content: "x", contentType: "application/x-thing" }],
        filenameEncoding: "rfc2231",
      },
      arrives: {
        without: ["content-transfer-encoding"],
        attachments: [{ filename: text, contentType: "application/x-thing", content: "x" }],
        known: name.includes("an encoded word") ? [DECODED_TWICE] : [],
      },
    },
  ]),
  ...CONTROLS.flatMap(([name, text]): HostileObject[] => [
    { name: `subject: ${name}`, row: "M8", message: { subject: text }, refused: VALUE },
    { name: `field: ${name}`, row: "M8", message: { headers: { "X-Custom": text } }, refused: VALUE },
    {
      name: `file name: ${name}`,
      row: "M8",
      message: { attachments: [{ filename: text, content: "x" }] },
      refused: VALUE,
    },
  ]),
  {
    name: "subject: lone surrogates",
    row: "M8",
    message: { subject: "a\ud800b\udc00c" },
    arrives: { subject: "a\ufffdb\ufffdc" },
  },
  {
    name: "subject: a bidirectional override",
    row: "M8",
    message: { subject: "abc\u202egpj.exe" },
    arrives: { subject: "abc\u202egpj.exe" },
  },
  {
    name: "subject: spaces only",
    row: "M5",
    message: { subject: " ".repeat(1200) },
    arrives: { subject: " ".repeat(1200) },
  },
  {
    name: "subject: 1,200 blanks between two words",
    row: "M5",
    message: { subject: `a${" ".repeat(1200)}b` },
    arrives: { subject: `a${" ".repeat(1200)}b` },
  },
  { name: "subject: none", row: "M5", message: { subject: "" }, arrives: { subject: "" } },
  {
    name: "subject: 10,000 words",
    row: "M13",
    message: { subject: "word ".repeat(10_000).trim() },
    arrives: { subject: "word ".repeat(10_000).trim() },
  },
  {
    name: "message identifier of 1,000 characters",
    row: "M4",
    message: { messageId: `${"x".repeat(1000)}@example.com` },
    refused: "ERR_MIME_INVALID_MESSAGE_ID",
  },
];
