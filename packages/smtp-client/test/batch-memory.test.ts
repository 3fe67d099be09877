// A batch as long as its source: what it has handed out, it lets go of.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import type { Receipt } from "../src/index.js";
import { type BatchItem, runBatch } from "../src/pool/run-batch.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const RECEIPT = {} as Receipt;
const COUNT = 500;

it.each([
  ["without a signal", undefined],
  ["with a signal", new AbortController().signal],
])("sendAll keeps no message that was taken, %s", async (_, signal) => {
  const messages: WeakRef<object>[] = [];
  async function* source(): AsyncGenerator<BatchItem> {
    for (let i = 0; i < COUNT; i++) {
      const message = { from: "ann@example.com", to: "bob@example.org", text: `Number ${i}` };
      messages.push(new WeakRef(message));
      yield message;
    }
  }
  const batch = runBatch(source(), { inFlight: 4, signal, send: async () => RECEIPT });
  for (let taken = 0; taken < COUNT / 2; taken++) await batch.next();
  // A WeakRef holds its object to the end of the turn.
  await new Promise(setImmediate);
  collectGarbage();
  const alive = messages.filter((message) => message.deref() !== undefined).length;
  await batch.return();
  expect(messages.length).toBeGreaterThanOrEqual(COUNT / 2);
  expect(alive).toBeLessThan(20);
});
