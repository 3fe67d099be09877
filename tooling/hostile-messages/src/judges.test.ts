// The judges notice what they are there for: good sessions and messages, each with one thing spoiled.
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Expected, Way } from "./hostile-object.js";
import { type PythonJudge, startPythonJudge } from "./python-judge.js";
import { judgeRefusal } from "./send.js";
import { startStrictServer } from "./strict-server.js";
import { judgeByReaders } from "./verdict.js";
import { WAYS } from "./ways.js";
import { judgeSilence, judgeWire } from "./wire-judge.js";

const [DATA, , BDAT] = WAYS as [Way, Way, Way];
const EXPECTED: Expected = { to: ["<bob@example.org>"] };
const octets = (text: string): Uint8Array => Buffer.from(text, "latin1");

const CONTENT = "Subject: x\r\n\r\n.a\r\n";
const SIZE = CONTENT.length;
const GOOD_DATA =
  `EHLO client.example\r\nMAIL FROM:<ann@example.com> SIZE=${SIZE}\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n` +
  "Subject: x\r\n\r\n..a\r\n.\r\nQUIT\r\n";
const GOOD_BDAT =
  `EHLO client.example\r\nMAIL FROM:<ann@example.com> SIZE=${SIZE}\r\nRCPT TO:<bob@example.org>\r\n` +
  `BDAT 4\r\n${CONTENT.slice(0, 4)}BDAT ${SIZE - 4} LAST\r\n${CONTENT.slice(4)}QUIT\r\n`;

describe("the reader of octets", () => {
  it("finds the message and no fault in a good session", () => {
    expect(judgeWire(octets(GOOD_DATA), EXPECTED, DATA)).toEqual({ faults: [], content: CONTENT });
    expect(judgeWire(octets(GOOD_BDAT), EXPECTED, BDAT)).toEqual({ faults: [], content: CONTENT });
  });

  it.each<[string, string, string]>([
    ["another sender", "<ann@example.com>", "<eve@example.com>"],
    ["a parameter more", " SIZE=", " RET=FULL SIZE="],
    ["a recipient more", "DATA\r\n", "RCPT TO:<eve@example.net>\r\nDATA\r\n"],
    ["a recipient less", "RCPT TO:<bob@example.org>\r\n", ""],
    ["a dot that is not doubled", "..a", ".a"],
    ["a bare LF", "x\r\n\r\n", "x\n\r\n"],
    ["a bare CR", "..a\r\n", "..a\r\r\n"],
    ["a NUL", "..a", "..\0"],
    ["LF . LF", "..a\r\n", "..a\n.\n"],
    ["CR . CR", "..a\r\n", "..a\r.\r"],
    ["an end of data in the middle", "..a", ".\r\nMAIL FROM:<eve@example.net>"],
    ["a long line", "..a", `..${"a".repeat(998)}`],
    ["no end of data", "\r\n.\r\n", "\r\n"],
    ["a command after the message", "QUIT", "RSET\r\nQUIT"],
    ["another size", `SIZE=${SIZE}`, `SIZE=${SIZE + 1}`],
    ["LF at the end of a command", "RCPT TO:<bob@example.org>\r\n", "RCPT TO:<bob@example.org>\n"],
  ])("notices %s", (_, from, to) => {
    const spoiled = GOOD_DATA.replace(from, to);
    expect(spoiled).not.toBe(GOOD_DATA);
    expect(judgeWire(octets(spoiled), EXPECTED, DATA).faults).not.toEqual([]);
  });

  it.each<[string, string, string]>([
    ["a chunk declared too long", "BDAT 4\r\n", "BDAT 5\r\n"],
    ["a chunk declared too short", "BDAT 4\r\n", "BDAT 3\r\n"],
    ["no last chunk", " LAST", ""],
    ["a bare LF", ".a\r\n", ".aa\n"],
  ])("notices %s", (_, from, to) => {
    const spoiled = GOOD_BDAT.replace(from, to);
    expect(spoiled).not.toBe(GOOD_BDAT);
    expect(judgeWire(octets(spoiled), EXPECTED, BDAT).faults).not.toEqual([]);
  });

  it("lets a refusal say nothing but hello and goodbye", () => {
    expect(judgeSilence(octets(""))).toEqual([]);
    expect(judgeSilence(octets("EHLO client.example\r\nQUIT\r\n"))).toEqual([]);
    expect(judgeSilence(octets("EHLO client.example\r\nMAIL FROM:<>\r\nQUIT\r\n"))).not.toEqual([]);
  });
});

describe("the strict server", () => {
  async function hear(text: string): Promise<readonly string[]> {
    const server = await startStrictServer(DATA);
    const socket = connect(server.port, "127.0.0.1");
    socket.end(octets(text));
    await new Promise((resolve) => socket.resume().on("close", resolve).on("error", resolve));
    const [session] = await server.sessions();
    await server.close();
    return session?.faults ?? ["no session"];
  }

  it("takes a good session", async () => expect(await hear(GOOD_DATA)).toEqual([]));

  it.each<[string, string, string]>([
    ["LF at the end of a command", "RCPT TO:<bob@example.org>\r\n", "RCPT TO:<bob@example.org>\n"],
    ["an address outside the grammar", "<bob@example.org>", "<bob@eve@example.org>"],
    ["a bare LF in the content", "x\r\n\r\n", "x\n\r\n"],
    ["DATA without a recipient", "RCPT TO:<bob@example.org>\r\n", ""],
  ])("notices %s", async (_, from, to) => {
    expect(await hear(GOOD_DATA.replace(from, to))).not.toEqual([]);
  });
});

describe("the other parsers", () => {
  let python: PythonJudge;
  beforeAll(() => {
    python = startPythonJudge();
  });
  afterAll(() => python.stop());

  const MESSAGE = [
    "From: ann@example.com",
    "To: bob@example.org",
    "Subject: Hello",
    "Message-ID: <base@example.com>",
    "Date: Sun, 22 Nov 2026 10:00:00 +0000",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 7bit",
    "",
    "The body.",
    "",
  ].join("\r\n");

  it("find no fault in a good message", async () => {
    expect(await judgeByReaders(python, octets(MESSAGE), {})).toEqual([]);
  });

  it.each<[string, string, string]>([
    ["a field more", "To: bob", "Bcc: eve@example.net\r\nTo: bob"],
    ["a field twice", "Subject: Hello", "Subject: Hello\r\nSubject: evil"],
    ["a field less", "MIME-Version: 1.0\r\n", ""],
    ["another subject", "Hello", "Hallo"],
    ["another body", "The body.", "The body. More."],
    ["a header that ends early", "Subject: Hello", "Subject: Hello\r\n\r\nx"],
    ["an attachment more", "text/plain; charset=utf-8", "application/pdf"],
  ])("notice %s", async (_, from, to) => {
    const found = await judgeByReaders(python, octets(MESSAGE.replace(from, to)), {});
    expect(found.some((fault) => fault.startsWith("Python"))).toBe(true);
    expect(found.some((fault) => fault.startsWith("mailparser"))).toBe(true);
  });
});

it("a refusal has to be ours", () => {
  expect(judgeRefusal(new TypeError("x"), "ERR_MIME_NUL")).not.toEqual([]);
  expect(judgeRefusal(undefined, "ERR_MIME_NUL")).not.toEqual([]);
});
