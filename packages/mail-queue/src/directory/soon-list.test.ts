import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LiveName } from "./file-name.js";
import { SoonList } from "./soon-list.js";

const name = (id: number): LiveName => ({
  file: "queued",
  id: String(id),
  dueMs: 0,
  priority: 5,
  attempts: 0,
  owner: "",
});

const times = fc.array(fc.nat(60), { maxLength: 50 });

describe("the list of messages that wait for their time", () => {
  it("gives each in its time as long as it is complete, and says from when on it is not", () => {
    fc.assert(
      fc.property(times, times, fc.integer({ min: 1, max: 12 }), (found, added, limit) => {
        const list = new SoonList(limit);
        list.begin();
        for (const [id, dueAt] of found.entries()) {
          list.collect(name(id), dueAt);
          expect(list.nextAt).toBe(Math.min(...found.slice(0, id + 1)));
        }
        list.finish();
        expect(list.size).toBe(Math.min(limit, found.length));
        const all = [...found, ...added];
        for (const [index, dueAt] of added.entries()) list.insert(name(found.length + index), dueAt);
        expect(list.size).toBeLessThanOrEqual(Math.max(limit, found.length));
        const taken: number[] = [];
        for (let now = 0; now <= 60 && !list.isUsedUp(now); now++) {
          expect(list.nextAt).toBeGreaterThanOrEqual(now);
          taken.push(...list.take(now).map(({ id }) => Number(id)));
          const due = [...all.keys()].filter((id) => (all[id] as number) <= now);
          expect(taken.toSorted((one, other) => one - other)).toEqual(due);
        }
      }),
    );
  });

  it("knows when nothing waits", () => {
    const list = new SoonList(3);
    expect(list.nextAt).toBe(Number.POSITIVE_INFINITY);
    list.insert(name(1), 10);
    expect(list.nextAt).toBe(10);
    expect(list.take(10)).toHaveLength(1);
    expect(list.nextAt).toBe(Number.POSITIVE_INFINITY);
    expect(list.isUsedUp(1_000)).toBe(false);
  });
});
