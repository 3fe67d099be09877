import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LiveName } from "./file-name.js";
import { compareReady, ReadyList } from "./ready-list.js";

const names = fc.uniqueArray(
  fc.record<LiveName>({
    file: fc.constant("queued"),
    id: fc.nat(10_000).map((n) => String(n).padStart(5, "0")),
    dueMs: fc.nat(50),
    priority: fc.nat(9),
    attempts: fc.constant(0),
    owner: fc.constant(""),
  }),
  { selector: ({ id }) => id, maxLength: 60 },
);

describe("the list of ready messages", () => {
  it("holds the first so many in order, whatever order they were found in", () => {
    fc.assert(
      fc.property(names, names, fc.integer({ min: 1, max: 20 }), (found, added, limit) => {
        const list = new ReadyList(limit);
        list.begin();
        for (const name of found) list.collect(name);
        list.finish();
        expect(list.size).toBe(Math.min(limit, found.length));
        expect(list.complete).toBe(found.length <= limit);
        for (const name of added) list.insert(name);
        const taken: LiveName[] = [];
        for (let name = list.take(1); name !== undefined; name = list.take(1)) taken.push(name);
        expect(taken).toEqual(taken.toSorted(compareReady));
        // Nothing that was left out goes before anything that was taken.
        const left = [...found, ...added].filter((name) => !taken.includes(name));
        const last = taken.at(-1);
        for (const name of left)
          if (last !== undefined) expect(compareReady(last, name)).toBeLessThanOrEqual(0);
        if (left.length > 0) expect(list.complete).toBe(false);
      }),
    );
  });

  it("spreads takers without losing or repeating one", () => {
    fc.assert(
      fc.property(names, (found) => {
        const list = new ReadyList(100);
        list.begin();
        for (const name of found) list.collect(name);
        list.finish();
        const taken = new Set<LiveName>();
        for (let name = list.take(8); name !== undefined; name = list.take(8)) taken.add(name);
        expect(taken.size).toBe(found.length);
      }),
    );
  });
});
