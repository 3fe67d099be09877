import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../journal.js";
import type { MessageHead } from "../message.js";
import {
  decodeHead,
  decodeJournal,
  decodePreamble,
  encodeEntry,
  encodeHead,
  encodePreamble,
  PREAMBLE_BYTES,
} from "./file-format.js";

const head: MessageHead = {
  id: "0mwr9zas1-1lvzeuo4iglsg927",
  createdAtMs: 1,
  messageId: "<x@example.com>",
  from: null,
  to: ["bob@example.org"],
  priority: 5,
  notBeforeMs: undefined,
  expiresAtMs: 2,
  idempotencyKey: undefined,
  sizeBytes: 3,
  sha256: "00",
  sendOptions: undefined,
};
const entries: JournalEntry[] = [
  { type: "interrupted", atMs: 1, attempt: 1 },
  { type: "decided", atMs: 2, outcome: "accepted", by: "hand" },
];

describe("the head of a queue file", () => {
  const octets = encodeHead(head);
  const preamble = encodePreamble({ contentBytes: 3, headBytes: octets.length, roomBytes: 700 }, octets);

  it("is read as it was written", () => {
    expect(preamble).toHaveLength(PREAMBLE_BYTES);
    const lengths = decodePreamble(preamble);
    expect(lengths).toMatchObject({ contentBytes: 3, headBytes: octets.length, roomBytes: 700 });
    expect(decodeHead(octets, lengths, head.id)).toEqual(JSON.parse(JSON.stringify(head)));
  });

  it("is refused when any octet of it is another", () => {
    for (let at = 0; at < preamble.length + octets.length; at++) {
      const whole = Buffer.concat([preamble, octets]);
      whole[at] = (whole[at] as number) ^ 1;
      expect(() => {
        const lengths = decodePreamble(whole.subarray(0, PREAMBLE_BYTES));
        decodeHead(whole.subarray(PREAMBLE_BYTES), lengths, head.id);
      }, `octet ${at}`).toThrow(/damaged|version/);
    }
  });

  it("is refused under another name, and in another version", () => {
    expect(() => decodeHead(octets, decodePreamble(preamble), "another")).toThrow(/belongs to/);
    const newer = Buffer.from(Buffer.from(preamble).toString().replace("queue 001", "queue 002"));
    expect(() => decodePreamble(newer)).toThrow(expect.objectContaining({ code: "ERR_QUEUE_VERSION" }));
  });
});

describe("a journal on disk", () => {
  const lines = entries.map((entry, index) => encodeEntry(entry, index + 1));
  const room = Buffer.alloc(300, 0x20);

  it("is read to its last whole line, wherever a crash has torn it", () => {
    const whole = Buffer.concat(lines);
    for (let torn = 0; torn <= whole.length; torn++) {
      const read = decodeJournal(Buffer.concat([whole.subarray(0, torn), room]));
      const count = torn < (lines[0]?.length ?? 0) ? 0 : torn < whole.length ? 1 : 2;
      expect(read.entries).toEqual(entries.slice(0, count));
      expect(read.endsAt).toBe(lines.slice(0, count).reduce((sum, line) => sum + line.length, 0));
    }
  });

  it("ends at a line that is not the next one", () => {
    const [first, second] = lines as [Uint8Array, Uint8Array];
    expect(decodeJournal(Buffer.concat([second, room])).entries).toEqual([]);
    expect(decodeJournal(Buffer.concat([first, first, room])).entries).toEqual(entries.slice(0, 1));
    expect(decodeJournal(Buffer.concat([first, Buffer.from("what\n"), second])).entries).toHaveLength(1);
  });
});
