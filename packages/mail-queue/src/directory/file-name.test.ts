import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newMessageId } from "../message-id.js";
import { asideName, formatLiveName, type LiveName, parseLiveName } from "./file-name.js";

const id = newMessageId(1_700_000_000_000);
const owner = "abcdef012345";

describe("names in live/", () => {
  it("say what they were made from", () => {
    const names = fc.record<LiveName>({
      file: fc.constantFrom("queued", "sending", "content"),
      id: fc.nat(2 ** 40).map(newMessageId),
      dueMs: fc.nat(2 ** 43),
      priority: fc.nat(9),
      attempts: fc.nat(99_999),
      owner: fc.constant(owner),
    });
    fc.assert(
      fc.property(names, (name) => {
        const expected = name.file === "queued" ? { ...name, owner: "" } : name;
        expect(parseLiveName(formatLiveName(name))).toEqual(expected);
        expect(formatLiveName(name)).toMatch(/^[0-9a-z.-]+$/);
      }),
    );
    expect(parseLiveName(`${id}.${owner}.writing`)).toMatchObject({ file: "writing", id, owner });
  });

  it.each([
    "",
    "readme.txt",
    `${id}.queued`,
    `000000000.5.00000.${id}.queued.bak`,
    `000000000.5.00000.${id.toUpperCase()}.queued`,
    `000000000.5.00000.${id}.sending`,
    `000000000.5.00000.${id}.${owner}.sent`,
    `000000000.5.00000.../../x.queued`,
    `000000000.5.00000.${id}.queued\n`,
  ])("%j is none", (name) => {
    expect(parseLiveName(name)).toBeUndefined();
  });

  it("of what is set aside are tame", () => {
    expect(asideName("../a b\u0000\n/c", "ERR_QUEUE_FOREIGN")).toMatch(
      /^\.\._a_b___c\.[0-9a-z]{8}\.ERR_QUEUE_FOREIGN$/,
    );
  });
});
