// F13: for random operations and crashes, the set of messages is conserved: every id is in exactly one state, nothing is lost,
// nothing moves against the table, and nothing that was accepted is sent again.
import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Claim, DirectoryStore, openQueue, TRANSITIONS } from "../src/index.js";
import { allOf, directoryStores, LETTER, readAll } from "./stores.js";

const terms = { retryDelayMs: () => 1, maxDelayMs: 1 };
const silent = { onReady: () => {}, onSetAside: () => {}, onProblem: () => {} };

type Step =
  | { readonly do: "enqueue" }
  | {
      readonly do: "deliver";
      readonly outcome: "accepted" | "rejected" | "unknown" | "not-sent";
      readonly code: number;
    }
  | { readonly do: "crash"; readonly after: "claim" | "marker" }
  | { readonly do: "cancel" | "retry" | "decide"; readonly which: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constant({ do: "enqueue" } as const),
  fc.record({
    do: fc.constant("deliver" as const),
    outcome: fc.constantFrom("accepted", "rejected", "unknown", "not-sent"),
    code: fc.constantFrom(451, 550),
  }),
  fc.record({ do: fc.constant("crash" as const), after: fc.constantFrom("claim", "marker") }),
  fc.record({ do: fc.constantFrom("cancel", "retry", "decide"), which: fc.nat(5) }),
);

it("conserves messages through operations and crashes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 3, maxLength: 14 }), async (program) => {
      const stores = await directoryStores();
      const queue = await openQueue({ store: stores.open() });
      const ids: string[] = [];
      const accepted: string[] = [];
      const mayRepeat = new Set<string>();

      /** A worker that dies: its member file goes, its claim stays. */
      async function crash(after: "claim" | "marker"): Promise<void> {
        const store = new DirectoryStore({ directory: stores.directory });
        await store.open(silent);
        await store.recover(terms);
        const before = await readdir(join(stores.directory, "members"));
        let claim: Claim | undefined = await store.claim(terms);
        while (claim?.interrupted === true) {
          // Left as it was found.
          claim = await store.claim(terms);
        }
        if (claim !== undefined && after !== "claim") {
          await claim.markContent();
          accepted.push(claim.stored.head.id);
        }
        await store.close();
        for (const name of await readdir(join(stores.directory, "members"))) {
          if (!before.includes(name)) await unlink(join(stores.directory, "members", name));
        }
      }

      for (const step of program) {
        if (step.do === "enqueue") {
          ids.push((await queue.enqueue({ from: null, to: "bob@example.org" }, LETTER)).id);
        } else if (step.do === "deliver") {
          let given = 0;
          await queue.work(
            async (envelope, source) => {
              await readAll(source);
              if (step.outcome === "accepted" || step.outcome === "unknown") accepted.push(envelope.id);
              given++;
              return allOf(envelope.to, step.outcome, step.code);
            },
            { stopWhenIdle: true, concurrency: 1, firstDelayMs: 3_600_000, maxDelayMs: 3_600_000 },
          ).done;
          expect(given).toBeLessThanOrEqual(ids.length);
        } else if (step.do === "crash") {
          await crash(step.after);
        } else {
          const id = ids[step.which];
          if (id === undefined) continue;
          const from = (await queue.get(id)).state;
          const moved = await (step.do === "cancel"
            ? queue.cancel(id)
            : step.do === "decide"
              ? queue.decide(id, "sent")
              : queue.retry(id, { mayDuplicate: true })
          ).catch((error: { code: string }) => error.code);
          if (typeof moved === "string") expect(["ERR_QUEUE_STATE"]).toContain(moved);
          else {
            if (step.do === "retry" && from === "in-doubt") mayRepeat.add(id);
            expect(Object.keys(TRANSITIONS[from])).toContain("sending");
            expect(Object.keys(TRANSITIONS.sending)).toContain(moved.state);
          }
        }
        const listed: string[] = [];
        for await (const message of queue.list()) listed.push(message.id);
        expect(listed.toSorted()).toEqual(ids.toSorted());
      }
      for (const id of ids) {
        if (mayRepeat.has(id)) continue;
        expect(accepted.filter((one) => one === id).length, id).toBeLessThanOrEqual(1);
      }
      await queue.close();
      await stores.remove();
    }),
    { numRuns: 25 },
  );
});
