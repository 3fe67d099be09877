import { createHash } from "node:crypto";
import type { MessageInput } from "@wirepost/mime-message";
import { simpleParser } from "mailparser";
import { expect } from "vitest";
import type { PythonReader } from "../../src/raw/python-email.js";

/** One kind of message: what is sent, and what an independent reader must find. */
export interface MessageKind {
  readonly name: string;
  /** `subject` names the message; it is how the stored copy is found again. */
  readonly build: (subject: string) => MessageInput;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly check: (content: Uint8Array, subject: string, python: PythonReader) => Promise<void>;
  /** In place of `check` where the server takes seven bits only and the client has to encode. */
  readonly checkRecoded?: MessageKind["check"] | undefined;
  /** Sent over one way of each server only. */
  readonly heavy?: boolean | undefined;
  readonly needsSmtpUtf8?: boolean | undefined;
}

const FROM = "Ann <ann@example.test>";
const TO = "Bob <bob@example.test>";

export function sha256(octets: Uint8Array | string): string {
  return createHash("sha256").update(octets).digest("hex");
}

/** The same octets at each call, every value among them, not compressible into a pattern. */
export function octets(lengthBytes: number): Buffer {
  const made = Buffer.allocUnsafe(lengthBytes);
  let state = 0x9e3779b9;
  for (let index = 0; index < lengthBytes; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    made[index] = state >>> 24;
  }
  return made;
}

interface Expected {
  readonly utf8Fields?: boolean | undefined;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly attachments?: readonly { readonly filename: string; readonly content: Uint8Array }[] | undefined;
}

function withFinalLineEnd(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** Reads the stored octets with mailparser and with Python's email; both must find what was given to the client. */
async function readBack(content: Uint8Array, subject: string, python: PythonReader, expected: Expected) {
  const parsed = await simpleParser(Buffer.from(content), { skipHtmlToText: true, skipTextToHtml: true });
  expect(parsed.subject).toBe(subject);
  if (expected.text !== undefined)
    expect(withFinalLineEnd(parsed.text ?? "")).toBe(withFinalLineEnd(expected.text));
  if (expected.html !== undefined) {
    expect(withFinalLineEnd(parsed.html === false ? "" : parsed.html)).toBe(withFinalLineEnd(expected.html));
  }
  const attachments = expected.attachments ?? [];
  const found = parsed.attachments.map((part) => ({ filename: part.filename, sha256: sha256(part.content) }));
  const given = attachments.map((part) => ({ filename: part.filename, sha256: sha256(part.content) }));
  expect(found).toEqual(given);

  const read = await python.read(content);
  expect(read.subject).toBe(subject);
  // Content-Type's `name` holds an encoded word for old programs when the name is outside ASCII; Python notes it.
  const tolerated = attachments.some(({ filename }) => /[^ -~]/.test(filename))
    ? ["InvalidHeaderDefect"]
    : [];
  // So does it note every field in UTF-8, RFC 6532 or not.
  if (expected.utf8Fields === true) tolerated.push("UndecodableBytesDefect", "NonASCIILocalPartDefect");
  expect(read.defects.filter((defect) => !tolerated.includes(defect))).toEqual([]);
  const files = read.parts.filter(({ fileName }) => fileName !== null);
  expect(files.map(({ fileName, sha256: digest }) => ({ filename: fileName, sha256: digest }))).toEqual(
    given,
  );
  const text = read.parts.find(({ type, fileName }) => type === "text/plain" && fileName === null);
  if (expected.text !== undefined) {
    const candidates = [expected.text, withFinalLineEnd(expected.text)].map(sha256);
    expect(candidates).toContain(text?.sha256);
  }
}

const ASCII_TEXT =
  "First line.\n.\n..two dots\n.one dot\nFrom the start of a line\ntrailing blanks  \n\tend\n";
const UNICODE_TEXT = "Grüße aus Köln, 東京 und Αθήνα — ‹né› 🙂\n.\nzweite Zeile\n";
const UNICODE_HTML = "<!doctype html><p>Grüße, 東京, <b>🙂</b></p>\n";
const LONG_TEXT = `${"x".repeat(5_000)}\n${"wörter ".repeat(900)}\nshort\n`;
const SMALL = octets(10_000);
const HUGE = octets(30 * 1024 * 1024);

/** Octets that have to arrive exactly as they are: dots, long lines, blanks at the end, tabs. */
const EXACT_BODY = [
  ".",
  "..",
  ".hidden",
  "...",
  `${"a".repeat(997)}.`,
  `.${"b".repeat(997)}`,
  " leading blank",
  "trailing blank ",
  "\ttab",
  "",
  "",
  "QUIT",
  "end",
  "",
];

function exact(subject: string, body: readonly string[], extra: readonly string[] = []): string {
  const header = [
    `From: ${FROM}`,
    `To: ${TO}`,
    `Subject: ${subject}`,
    "Date: Thu, 01 Jan 2026 00:00:00 +0000",
    `Message-ID: <${sha256(subject).slice(0, 16)}@client.example.test>`,
    ...extra,
  ];
  return [...header, "", ...body].join("\r\n");
}

/** The ready message that `EXACT` expects to find under this subject. */
export function newExact(subject: string): string {
  return exact(subject, EXACT_BODY);
}

const EIGHT_BIT = [
  "MIME-Version: 1.0",
  "Content-Type: text/plain; charset=utf-8",
  "Content-Transfer-Encoding: 8bit",
];

export const ASCII: MessageKind = {
  name: "ASCII text and an attachment",
  build: (subject) => ({
    from: FROM,
    to: TO,
    subject,
    text: ASCII_TEXT,
    attachments: [{ filename: "data.bin", content: SMALL }],
  }),
  check: (content, subject, python) =>
    readBack(content, subject, python, {
      text: ASCII_TEXT,
      attachments: [{ filename: "data.bin", content: SMALL }],
    }),
};

export const EXACT: MessageKind = {
  name: "ready octets, compared one by one",
  build: (subject) => ({ raw: exact(subject, EXACT_BODY) }),
  check: async (content, subject) => {
    expect(Buffer.from(content).toString("latin1")).toBe(exact(subject, EXACT_BODY));
  },
};

export const EIGHT_BIT_EXACT: MessageKind = {
  name: "ready octets with eight bits",
  build: (subject) => ({ raw: exact(subject, [...UNICODE_TEXT.split("\n")], EIGHT_BIT) }),
  check: async (content, subject) => {
    expect(Buffer.from(content).toString("utf8")).toBe(
      exact(subject, [...UNICODE_TEXT.split("\n")], EIGHT_BIT),
    );
  },
  checkRecoded: (content, subject, python) => readBack(content, subject, python, { text: UNICODE_TEXT }),
};

export const UNICODE: MessageKind = {
  name: "Unicode text, html, subject and file name",
  build: (subject) => ({
    from: "Jürgen Ärmel <ann@example.test>",
    to: TO,
    subject,
    text: UNICODE_TEXT,
    html: UNICODE_HTML,
    attachments: [{ filename: "Übersicht – 東京.pdf", content: SMALL }],
  }),
  check: (content, subject, python) =>
    readBack(content, subject, python, {
      text: UNICODE_TEXT,
      html: UNICODE_HTML,
      attachments: [{ filename: "Übersicht – 東京.pdf", content: SMALL }],
    }),
};

export const LONG_LINES: MessageKind = {
  name: "lines of 5,000 characters",
  build: (subject) => ({ from: FROM, to: TO, subject, text: LONG_TEXT }),
  check: (content, subject, python) => readBack(content, subject, python, { text: LONG_TEXT }),
};

export const UTF8_ADDRESS: MessageKind = {
  name: "an address outside ASCII",
  needsSmtpUtf8: true,
  from: "jürgen@example.test",
  to: "bøb@example.test",
  build: (subject) => ({
    from: "Jürgen <jürgen@example.test>",
    to: "Bøb <bøb@example.test>",
    subject,
    text: UNICODE_TEXT,
  }),
  check: async (content, subject, python) => {
    await readBack(content, subject, python, { text: UNICODE_TEXT, utf8Fields: true });
    const { from, to } = await simpleParser(Buffer.from(content));
    expect(from?.value).toMatchObject([{ name: "Jürgen", address: "jürgen@example.test" }]);
    expect(to).toMatchObject({ value: [{ name: "Bøb", address: "bøb@example.test" }] });
  },
};

export const IDN: MessageKind = {
  name: "a domain outside ASCII, which travels as A-label",
  to: "bob@xn--bcher-kva.example",
  build: (subject) => ({ from: FROM, to: "bob@bücher.example", subject, text: ASCII_TEXT }),
  check: (content, subject, python) => readBack(content, subject, python, { text: ASCII_TEXT }),
};

export const THIRTY_MEGABYTES: MessageKind = {
  name: "an attachment of 30 MB",
  heavy: true,
  build: (subject) => ({
    from: FROM,
    to: TO,
    subject,
    text: ASCII_TEXT,
    attachments: [{ filename: "huge.bin", content: HUGE }],
  }),
  check: async (content, subject) => {
    const parsed = await simpleParser(Buffer.from(content), { skipHtmlToText: true, skipTextToHtml: true });
    expect(parsed.subject).toBe(subject);
    expect(parsed.attachments.map((part) => sha256(part.content))).toEqual([sha256(HUGE)]);
  },
};

export const KINDS: readonly MessageKind[] = [
  ASCII,
  EXACT,
  EIGHT_BIT_EXACT,
  UNICODE,
  LONG_LINES,
  UTF8_ADDRESS,
  IDN,
  THIRTY_MEGABYTES,
];
