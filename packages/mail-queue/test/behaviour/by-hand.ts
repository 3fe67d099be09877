import { expect, it } from "vitest";
import { allOf, LETTER } from "../stores.js";
import type { Setting } from "./setting.js";

/** What people do to messages: decide, retry, cancel, purge. */
export function testByHand(setting: Setting): void {
  const { drain, newQueue } = setting;

  it("holds a message in doubt until somebody decides", async () => {
    const queue = await newQueue();
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await queue.enqueue(undefined, LETTER)).id);
    await drain(queue, async (envelope) => allOf(envelope.to, "unknown"));
    expect(await queue.statistics()).toMatchObject({ queued: 0, "in-doubt": 3 });
    const [again, sent, failed] = ids as [string, string, string];
    await expect(queue.retry(again)).rejects.toMatchObject({
      code: "ERR_QUEUE_STATE",
      message: expect.stringContaining("mayDuplicate"),
    });
    expect(await queue.retry(again, { mayDuplicate: true })).toMatchObject({ state: "queued" });
    expect(await queue.decide(sent, "sent")).toMatchObject({ state: "sent" });
    expect(await queue.decide(failed, "failed")).toMatchObject({ state: "failed" });
    await drain(queue, async (envelope) => allOf(envelope.to, "accepted"));
    const states = await Promise.all(ids.map(async (id) => (await queue.get(id)).state));
    expect(states).toEqual(["sent", "sent", "failed"]);
  });

  it("tries a waiting message at once when asked to, and counts attempts anew after a failure", async () => {
    const queue = await newQueue();
    const { id } = await queue.enqueue(undefined, LETTER);
    await drain(queue, async (envelope) => allOf(envelope.to, "rejected", 451), { maxAttempts: 2 });
    await queue.retry(id);
    await drain(queue, async (envelope) => allOf(envelope.to, "rejected", 451), { maxAttempts: 1 });
    expect(await queue.get(id)).toMatchObject({ state: "failed" });
    await queue.retry(id);
    await drain(
      queue,
      async (envelope) => {
        expect(envelope.attempt).toBe(1);
        return allOf(envelope.to, "rejected", 451);
      },
      { maxAttempts: 2 },
    );
    expect(await queue.get(id)).toMatchObject({ state: "queued", attempts: 1 });
  });

  it("purges what has ended, and what is in doubt only when named", async () => {
    const queue = await newQueue();
    for (const outcome of ["accepted", "rejected", "unknown"] as const) {
      await queue.enqueue(undefined, LETTER);
      await drain(queue, async (envelope) => allOf(envelope.to, outcome));
    }
    await queue.enqueue(undefined, LETTER);
    expect(await queue.purge({ olderThanMs: 3_600_000 })).toBe(0);
    expect(await queue.purge()).toBe(2);
    expect(await queue.statistics()).toMatchObject({ queued: 1, sent: 0, failed: 0, "in-doubt": 1 });
    expect(await queue.purge({ states: ["in-doubt"] })).toBe(1);
  });

  it("cancels what waits, retries what failed, and refuses both otherwise", async () => {
    const queue = await newQueue();
    const { id } = await queue.enqueue(undefined, LETTER);
    expect(await queue.cancel(id)).toMatchObject({
      state: "failed",
      error: { code: "ERR_QUEUE_CANCELLED" },
    });
    await expect(queue.cancel(id)).rejects.toMatchObject({ code: "ERR_QUEUE_STATE" });
    expect(await queue.get(id)).toMatchObject({ state: "failed" });
    expect(await queue.retry(id)).toMatchObject({ state: "queued" });
    await drain(queue, async (envelope) => allOf(envelope.to, "accepted"));
    expect(await queue.get(id)).toMatchObject({ state: "sent" });
    await expect(queue.retry(id)).rejects.toMatchObject({ code: "ERR_QUEUE_STATE" });
    for (const bad of ["0mwr9zas1-1lvzeuo4iglsg927", "../../etc/passwd", ""]) {
      await expect(queue.cancel(bad)).rejects.toMatchObject({ code: "ERR_QUEUE_NOT_FOUND" });
      await expect(queue.get(bad)).rejects.toMatchObject({ code: "ERR_QUEUE_NOT_FOUND" });
    }
  });
}
