import { beforeAll, describe, expect, it } from "vitest";
import { LineFacts, loadVectorUnit, ReadyLines } from "../src/index.js";

const octets = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0));
const LINE = `${"x".repeat(74)}\r\n`;
const LINES = LINE.repeat(1000);

beforeAll(async () => {
  expect(await loadVectorUnit()).toBe(true);
});

function copied(lines: ReadyLines): string {
  const octets = lines.lend().subarray(0, lines.length);
  const text = String.fromCharCode(...octets.subarray(0, 60_000), ...octets.subarray(60_000));
  lines.returned();
  return text;
}

describe("lines are ready", () => {
  it.each([
    { name: "one of 998 octets", text: `${LINES}${"y".repeat(998)}\r\n` },
    { name: "empty ones", text: `\r\n${LINES}\r\n\r\n` },
    { name: "dots within", text: `${LINES}a.b.\r\n` },
    { name: "TAB and dots all over", text: "a\t.b\r\n\t.\r\n".repeat(2_000) },
    { name: "TAB and other controls", text: `${LINES}a\tb\x01\x7f\r\n` },
    { name: "as few as count", text: LINES.slice(0, 16_340 - (16_340 % 76)) + LINE },
    {
      name: "as many as are taken",
      text: `${`${"z".repeat(78)}\r\n`.repeat(131_072 / 80).padEnd(131_070, "z")}\r\n`,
    },
  ])("$name", ({ text }) => {
    const lines = ReadyLines.of(octets(text));
    expect(lines?.length).toBe(text.length);
    expect(copied(lines as ReadyLines)).toBe(text);
    lines?.release();
  });

  it.each([
    { name: "a dot that begins the first", text: `.${LINES}` },
    { name: "a dot that begins another", text: `${LINES}.\r\n` },
    {
      name: "a dot behind what the unit holds at a time",
      text: `${`${"a".repeat(62)}\r\n`.repeat(1024)}.${LINE}`,
    },
    { name: "the last without its end", text: `${LINES}x` },
    { name: "a CR at the end", text: `${LINES}x\r` },
    { name: "a bare CR", text: `${LINES}a\rb\r\n` },
    { name: "a bare LF", text: `${LINES}a\nb\r\n` },
    { name: "LF CR", text: `${LINES}a\n\r\r\n` },
    { name: "a NUL", text: `${LINES}a\0b\r\n` },
    { name: "an octet above 127", text: `${LINES}a\x80b\r\n` },
    { name: "one of 999 octets", text: `${LINES}${"y".repeat(999)}\r\n` },
    { name: "one without an end", text: "y".repeat(20_000) },
    { name: "fewer octets than count", text: LINE },
    { name: "more octets than are taken", text: LINES + LINES },
  ])("not with $name", ({ text }) => {
    expect(ReadyLines.of(octets(text))).toBeUndefined();
  });
});

it("no octet above 127 is missed, wherever it stands", () => {
  const text = LINE.repeat(220);
  for (let at = 0; at < 400; at++) {
    const spoiled = octets(text);
    spoiled[text.length - 1 - at] = 0x80 + (at & 127);
    expect(ReadyLines.of(spoiled), `${at} from the end`).toBeUndefined();
  }
});

describe("ready lines", () => {
  it("stay what they were when their source changes", () => {
    const source = octets(LINES);
    const lines = ReadyLines.of(source) as ReadyLines;
    source.set(octets("\r\n.\r\n"), 100);
    expect(copied(lines)).toBe(LINES);
  });

  it("stay what they were when others are made, refused, lent and given back", () => {
    const first = ReadyLines.of(octets(LINES)) as ReadyLines;
    const facts = new LineFacts();
    for (let i = 0; i < 40; i++) {
      expect(copied(ReadyLines.of(octets(LINES.replaceAll("x", "y"))) as ReadyLines)).toContain("y");
      ReadyLines.of(octets(`${LINES}.\r\n`));
      facts.add(octets(LINES.replaceAll("x", "z")));
    }
    expect(copied(first)).toBe(LINES);
  });

  it("are lent once, and keep their place as long as they are lent", () => {
    const lines = ReadyLines.of(octets(LINES)) as ReadyLines;
    expect(lines.held).toBe(true);
    const lent = lines.lend();
    expect(lines.held).toBe(false);
    expect(() => lines.lend()).toThrow(TypeError);
    lines.release();
    const other = ReadyLines.of(octets(LINES.replaceAll("x", "y"))) as ReadyLines;
    expect(String.fromCharCode(...lent.subarray(0, 76))).toBe(LINE);
    lines.returned();
    lines.returned();
    lines.release();
    expect(lines.held).toBe(false);
    expect(() => lines.lend()).toThrow(TypeError);
    expect(copied(other)).toContain("y");
  });

  it("find no place where sixteen are taken, and find it again", () => {
    const all = Array.from({ length: 20 }, () => ReadyLines.of(octets(LINES)));
    expect(all.filter((one) => one !== undefined)).toHaveLength(16);
    for (const lines of all) {
      lines?.release();
      lines?.release();
    }
    const again = Array.from({ length: 20 }, () => ReadyLines.of(octets(LINES)));
    expect(again.filter((one) => one !== undefined)).toHaveLength(16);
    expect(new Set(again.map((lines) => lines?.lend().byteOffset)).size).toBe(17);
    for (const lines of again) lines?.returned();
  });
});
