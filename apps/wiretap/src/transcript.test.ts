import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TranscriptEntry } from "./entry.js";
import { type LinePart, lineText, REDACTED } from "./octet-text.js";
import { entryOctets, formatEntry, parseTranscript, TRANSCRIPT_HEADING } from "./transcript.js";

const entry = (text: string): TranscriptEntry => ({ atMs: 12.3, kind: "server", text });

describe("lines of the wire as text", () => {
  it.each<[string, LinePart[], string]>([
    ["CRLF goes without saying", ["250 ok\r\n"], "250 ok"],
    ["LF alone does not", ["250 ok\n"], "250 ok\\x0a\\"],
    ["nor does no line end", ["250 ok"], "250 ok\\"],
    ["an empty line", ["\r\n"], ""],
    ["a backslash at the end", ["a\\\r\n"], "a\\\\"],
    ["UTF-8", ["\xc3\xbc\r\n"], "ü"],
    ["broken UTF-8", ["\xc3\r\n"], "\\xc3"],
    ["controls and overrides", ["\x1b\t\xe2\x80\xae\r\n"], "\\x1b\\x09\\xe2\\x80\\xae"],
    ["what is not shown", ["AUTH PLAIN ", null, "\r\n"], `AUTH PLAIN ${REDACTED}`],
    ["what looks like it", [`${REDACTED}\r\n`], "\\x3credacted>"],
  ])("%s", (_, parts, text) => {
    expect(lineText(parts)).toBe(text);
    expect(entryOctets(entry(text))).toEqual(
      parts.at(-1) === "\r\n" ? parts : parts.filter((part) => part !== ""),
    );
  });

  it("give back the same octets, whatever they are", () => {
    const octet = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0x0d, 0x0a, 0x5c, 0x3c, 0xc3, 0xbc),
    );
    fc.assert(
      fc.property(fc.array(octet, { minLength: 1 }), (octets) => {
        const line = String.fromCharCode(...octets);
        const text = lineText([line]);
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        expect(entryOctets(entry(text)).join("")).toBe(line);
      }),
    );
  });
});

describe("transcripts", () => {
  it("are read as they were written; comments are let pass", () => {
    const entries: TranscriptEntry[] = [
      { atMs: 0, kind: "from-server", text: "250 ok" },
      { atMs: 0.1, kind: "to-server", text: "STARTTLS" },
      { atMs: 1234567.8, kind: "content", text: "" },
      { atMs: 2, kind: "content-end", text: "DATA 1 lines, 2 octets" },
      { atMs: 2, kind: "event", text: "client ended" },
      { atMs: 2, kind: "client", text: " # \\x00" },
    ];
    const text = [TRANSCRIPT_HEADING, "# note", ...entries.map(formatEntry), ""].join("\n");
    expect(parseTranscript(text)).toEqual(entries);
    expect(parseTranscript(text.replaceAll("\n", "\r\n"))).toEqual(entries);
  });

  it.each([
    ["220 mx", 'line 1 of the transcript: it does not begin with "# wiretap transcript 1"'],
    [`${TRANSCRIPT_HEADING}\n220 mx`, "line 2 of the transcript: it is no entry"],
    [`${TRANSCRIPT_HEADING}\n 1.0 X: mx`, "line 2 of the transcript: it is no entry"],
  ])("other text is refused: %j", (text, message) => {
    expect(() => parseTranscript(text)).toThrow(
      expect.objectContaining({ code: "ERR_WIRETAP_TRANSCRIPT", message }),
    );
  });

  it("a backslash that escapes nothing is refused", () => {
    expect(() => entryOctets(entry("a\\z"))).toThrow(
      expect.objectContaining({ code: "ERR_WIRETAP_TRANSCRIPT" }),
    );
  });
});
