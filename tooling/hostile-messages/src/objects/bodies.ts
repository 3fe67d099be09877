// Bodies that end a message for one server and not for another, and everything else that a line can hold: M11, M14, M15.
import { Readable } from "node:stream";
import type { HostileObject } from "../hostile-object.js";

/** What different servers have taken for an end of data. */
const ENDS: Readonly<Record<string, string>> = {
  "LF . LF": "\n.\n",
  "LF . CRLF": "\n.\r\n",
  "CRLF . LF": "\r\n.\n",
  "CR . CR": "\r.\r",
  "CRLF . CR": "\r\n.\r",
  "CR . CRLF": "\r.\r\n",
  "CRLF NUL . CRLF": "\r\n\0.\r\n",
  "CRLF . CRLF": "\r\n.\r\n",
  "CR CRLF . CR CRLF": "\r\r\n.\r\r\n",
};
const SECOND = "MAIL FROM:<evil@example.net>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nevil";

/** Line ends as the toolkit makes them right: each CRLF, CR or LF is one. */
const lf = (text: string): string => text.replace(/\r\n|\r|\n/g, "\n");
const crlf = (text: string): string => lf(text).replace(/\n/g, "\r\n");

const HEAD = "From: ann@example.com\r\nTo: bob@example.org\r\nSubject: Hello\r\n\r\n";
/** Ready messages of these objects have three fields. */
/** mailparser counts an empty header as a field without a name. */
const NO_FIELD = /^mailparser: fields is \[""\], not \[\]$/;
const RAW_WITHOUT = ["content-transfer-encoding", "content-type", "date", "message-id", "mime-version"];

/** With an encoding come the fields that say so. */
const WITHOUT_TYPE = ["content-type", "date", "message-id"];

const smuggling = Object.entries(ENDS).flatMap(([end, octets]): HostileObject[] => {
  const body = `before${octets}${SECOND}${octets}`;
  const nul = body.includes("\0");
  const raw = HEAD + body;
  return [
    { name: `text with ${end}`, row: "M14", message: { text: body }, arrives: { text: lf(body) } },
    {
      name: `html with ${end}`,
      row: "M14",
      message: { html: body },
      arrives: { html: lf(body), without: ["content-transfer-encoding"] },
    },
    {
      name: `an attached text with ${end}`,
      row: "M14",
      message: { attachments: [{ filename: "a.txt", content: body }] },
      arrives: {
        without: ["content-transfer-encoding"],
        attachments: [{ filename: "a.txt", contentType: "text/plain", content: body }],
      },
    },
    {
      name: `a ready message with ${end}`,
      row: "M14",
      message: { raw },
      // A NUL is no text: the body goes in an encoding.
      ...(nul
        ? {
            arrives: { without: WITHOUT_TYPE, text: lf(body) },
            arrivesBinary: { without: RAW_WITHOUT, octets: raw },
          }
        : { arrives: { without: RAW_WITHOUT, octets: crlf(raw).replace(/(?<!\r\n)$/, "\r\n") } }),
    },
    {
      name: `a ready stream with ${end}, cut everywhere`,
      row: "M15",
      message: () => ({
        raw: Readable.from(Array.from(raw, (octet) => Buffer.from(octet, "latin1"))),
      }),
      options: { envelope: { from: "ann@example.com", to: "bob@example.org" } },
      ...(nul
        ? {
            arrives: { without: WITHOUT_TYPE, text: lf(body) },
            arrivesBinary: { without: RAW_WITHOUT, octets: raw },
          }
        : { arrives: { without: RAW_WITHOUT, octets: crlf(raw).replace(/(?<!\r\n)$/, "\r\n") } }),
    },
  ];
});

function text(name: string, body: string, row = "M11"): HostileObject {
  return { name, row, message: { text: body }, arrives: { text: lf(body) } };
}

function raw(name: string, content: string, arrives: HostileObject["arrives"]): HostileObject {
  return {
    name,
    row: "M14",
    message: { raw: Buffer.from(content, "latin1") },
    options: { envelope: { from: "ann@example.com", to: "bob@example.org" } },
    arrives,
  };
}

export const BODIES: readonly HostileObject[] = [
  ...smuggling,
  text("a text that is a dot", "."),
  text("a text of dots", `${".\n".repeat(500)}..\n...\n`, "M14"),
  text("dots at the beginning of every line", ".a\n..b\n...c\n.", "M14"),
  text("a text of 998 dots", ".".repeat(998), "M4"),
  text("a text of 100,000 characters in one line", "x".repeat(100_000), "M4"),
  text("a line of 997 and one of 999 characters", `${"x".repeat(997)}\n${"y".repeat(999)}`, "M4"),
  text("From at the beginning of lines", "From here\nFrom there\n>From\n"),
  text("equals signs that look encoded", "=3D=\n=20=\n==\n=0D=0A.=0D=0A"),
  text("blanks at the ends of lines", "a \nb\t\nc  \t \n \nd"),
  text(
    "an umlaut at every column from 60 to 80",
    Array.from({ length: 21 }, (_, i) => `${"x".repeat(60 + i)}é`).join("\n"),
  ),
  text(
    "all controls but line ends",
    Array.from({ length: 32 }, (_, i) => (i === 10 || i === 13 ? "" : `[${String.fromCharCode(i)}]`)).join(
      "",
    ),
  ),
  text("U+2028, U+2029 and U+0085", "a\u2028b\u2029c\u0085d"),
  text("form feeds and vertical tabs", "a\fb\vc\n\f\n\v"),
  text("an empty text", ""),
  text("a text that looks like a header", "Subject: evil\nBcc: evil@example.net\n\nbody"),
  text("a text that looks like a boundary", "--=_\n--\n------=_Part\nContent-Type: text/html\n\n<h1>"),
  text("a text that is a BDAT command", "BDAT 10 LAST\r\nRSET\r\nQUIT\r\n"),
  text("U+010D and U+010A between lines", "a\u010d\u010a.\u010d\u010ab"),
  {
    name: "a lone surrogate in the text",
    row: "M8",
    message: { text: "a\ud800b\udc00c" },
    arrives: { text: "a\ufffdb\ufffdc" },
  },
  {
    name: "octets that are no UTF-8 as text",
    row: "M11",
    message: { text: Uint8Array.of(0x61, 0xff, 0xc3, 0x28, 0x0a) },
    arrives: { text: "a\ufffd\ufffd(\n" },
  },
  raw("a ready message of LF alone", `${HEAD}a\nb\n`.replace(/\r/g, ""), {
    without: RAW_WITHOUT,
    octets: `${HEAD}a\r\nb\r\n`,
  }),
  raw("a ready message with Bcc, folded", `Bcc: a@example.net,\r\n\tb@example.net\r\n${HEAD}x\r\n`, {
    without: RAW_WITHOUT,
    octets: `${HEAD}x\r\n`,
  }),
  raw(
    "a ready message with Bcc and Resent-Bcc in odd letters",
    `bCC : a@example.net\r\nRESENT-BCC:b@example.net\r\n${HEAD}x\r\n`,
    {
      without: RAW_WITHOUT,
      octets: `${HEAD}x\r\n`,
    },
  ),
  raw("a ready message without a body", "From: ann@example.com\r\nSubject: Hello\r\n", {
    without: [...RAW_WITHOUT, "to"],
    octets: "From: ann@example.com\r\nSubject: Hello\r\n\r\n",
  }),
  raw("a ready message that begins with a dot", ".From: ann@example.com\r\nSubject: Hello\r\n\r\n.\r\n", {
    without: [...RAW_WITHOUT, "to", "from"],
    fields: [".From"],
    octets: ".From: ann@example.com\r\nSubject: Hello\r\n\r\n.\r\n",
    defective: true,
  }),
  raw("a ready message of CRLF alone", "\r\n\r\n.\r\n", {
    without: [...RAW_WITHOUT, "to", "from", "subject"],
    octets: "\r\n\r\n.\r\n",
    defective: true,
    known: [NO_FIELD],
  }),
  {
    name: "a ready message that is empty",
    row: "M14",
    message: { raw: "" },
    options: { envelope: { from: "ann@example.com", to: "bob@example.org" } },
    arrives: {
      without: [...RAW_WITHOUT, "to", "from", "subject"],
      octets: "\r\n",
      defective: true,
      known: [NO_FIELD],
    },
  },
  {
    name: "a ready message beside a subject",
    row: "M1",
    message: { raw: HEAD, subject: "other" },
    refused: "ERR_MIME_INVALID_OPTION",
  },
  {
    name: "a ready message with a line of 999 octets",
    row: "M4",
    message: { raw: `${HEAD}${"x".repeat(999)}\r\n` },
    arrives: { without: WITHOUT_TYPE, text: "x".repeat(999) },
    arrivesBinary: { without: RAW_WITHOUT, octets: `${HEAD}${"x".repeat(999)}\r\n` },
  },
];
