import { expect, it } from "vitest";
import { allOf, LETTER, readAll } from "../stores.js";
import type { Setting } from "./setting.js";

/** Several workers, their pace, and how they end. */
export function testWorkers(setting: Setting): void {
  const { drain, newQueue } = setting;

  it("removes sent messages at once when they are not to be kept", async () => {
    const queue = await newQueue();
    const { id } = await queue.enqueue(undefined, LETTER);
    await drain(queue, async (envelope) => allOf(envelope.to, "accepted"), { keepSentMs: 0 });
    await expect(queue.get(id)).rejects.toMatchObject({ code: "ERR_QUEUE_NOT_FOUND" });
    expect(setting.events.at(-1)).toMatchObject({ type: "settled", message: { state: "sent" } });
  });

  it.each([2, 5])("Q4 %i workers send each message once", async (count) => {
    const queues = await Promise.all(Array.from({ length: count }, newQueue));
    const ids = new Set<string>();
    for (let i = 0; i < 60; i++) ids.add((await queues[i % count]!.enqueue(undefined, LETTER)).id);
    const sent: string[] = [];
    await Promise.all(
      queues.map((queue) =>
        drain(queue, async (envelope, source) => {
          await readAll(source);
          sent.push(envelope.id);
          return allOf(envelope.to, "accepted");
        }),
      ),
    );
    expect(sent.toSorted()).toEqual([...ids].toSorted());
  });

  it("Q13 ends an attempt before content when it closes, without counting it, and lets content end", async () => {
    const queue = await newQueue();
    const waiting = await queue.enqueue(undefined, LETTER);
    const sending = await queue.enqueue(undefined, LETTER);
    let begun = () => {};
    const both = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let started = 0;
    const worker = queue.work(async (envelope, source, signal) => {
      if (envelope.id === sending.id) await readAll(source);
      if (++started === 2) begun();
      if (envelope.id === sending.id) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return allOf(envelope.to, "accepted");
      }
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      return allOf(envelope.to, "accepted");
    });
    await both;
    await worker.close();
    expect(await queue.get(waiting.id)).toMatchObject({ state: "queued", attempts: 0, journal: [] });
    expect(await queue.get(sending.id)).toMatchObject({ state: "sent" });
  });

  it("refuses content once it is closing", async () => {
    const queue = await newQueue();
    const { id } = await queue.enqueue(undefined, LETTER);
    let go = () => {};
    const closing = new Promise<void>((resolve) => {
      go = resolve;
    });
    let began = () => {};
    const attempt = new Promise<void>((resolve) => {
      began = resolve;
    });
    const worker = queue.work(async (envelope, source) => {
      began();
      await closing;
      await expect(source.beforeContent()).rejects.toMatchObject({ code: "ERR_QUEUE_CLOSED" });
      return allOf(envelope.to, "not-sent");
    });
    await attempt;
    const closed = worker.close();
    go();
    await closed;
    expect(await queue.get(id)).toMatchObject({ state: "queued", attempts: 0 });
  });

  it("keeps to the pace of a destination", async () => {
    const queue = await newQueue();
    for (let i = 0; i < 6; i++) await queue.enqueue({ from: null, to: "bob@slow.example" }, LETTER);
    await queue.enqueue({ from: null, to: "bob@fast.example" }, LETTER);
    const sent: string[] = [];
    await drain(
      queue,
      async (envelope) => {
        sent.push(envelope.to[0] as string);
        return allOf(envelope.to, "accepted");
      },
      { destinationLimits: { "slow.example": { count: 2, perMs: 3_600_000 } } },
    );
    expect(sent.toSorted()).toEqual(["bob@fast.example", "bob@slow.example", "bob@slow.example"]);
    expect(await queue.statistics()).toMatchObject({ queued: 4 });
  });
}
