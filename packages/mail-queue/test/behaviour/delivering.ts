import { expect, it } from "vitest";
import { allOf, LETTER, readAll } from "../stores.js";
import { afterSettled, type Setting } from "./setting.js";

/** What becomes of messages whose attempts end this way or that. */
export function testDelivering(setting: Setting): void {
  const { drain, newQueue } = setting;

  it("Q10 tries again only those who have not accepted and were not refused for good", async () => {
    const queue = await newQueue();
    const to = ["ok@example.org", "later@example.org", "never@example.org"];
    const { id } = await queue.enqueue({ from: "ann@example.com", to }, LETTER);
    const asked: (readonly string[])[] = [];
    await drain(
      queue,
      async (envelope) => {
        asked.push(envelope.to);
        return {
          recipients: envelope.to.map((address) => {
            if (address.startsWith("ok") || envelope.attempt === 3)
              return { address, outcome: "accepted" as const };
            const code = address.startsWith("later") ? 451 : 550;
            return { address, outcome: "rejected" as const, reply: { code, lines: [`${code} no`] } };
          }),
        };
      },
      { stopWhenIdle: false, firstDelayMs: 1, maxDelayMs: 2, signal: afterSettled(setting.events, "failed") },
    );
    expect(asked).toEqual([to, ["later@example.org"], ["later@example.org"]]);
    const message = await queue.get(id);
    expect(message.recipients.map(({ state }) => state)).toEqual(["accepted", "accepted", "rejected"]);
    expect(message).toMatchObject({ state: "failed", attempts: 3 });
  });

  it("fails a message that is refused for good, at once", async () => {
    const queue = await newQueue();
    const { id } = await queue.enqueue(undefined, LETTER);
    await drain(queue, async (envelope) => allOf(envelope.to, "rejected", 550));
    expect(await queue.get(id)).toMatchObject({ state: "failed", attempts: 1 });
  });

  it("gives up after the last attempt", async () => {
    const queue = await newQueue();
    const { id } = await queue.enqueue(undefined, LETTER);
    let attempts = 0;
    await drain(
      queue,
      async () => {
        attempts++;
        throw Object.assign(new Error("nobody listens"), {
          code: "ERR_SOCKET_REFUSED",
          retryable: true,
          state: "not-sent",
        });
      },
      {
        stopWhenIdle: false,
        firstDelayMs: 1,
        maxDelayMs: 2,
        maxAttempts: 3,
        signal: afterSettled(setting.events, "failed"),
      },
    );
    expect(attempts).toBe(3);
    expect(await queue.get(id)).toMatchObject({ state: "failed", error: { code: "ERR_SOCKET_REFUSED" } });
  });

  it("waits between attempts, and knows when the next one is", async () => {
    const queue = await newQueue();
    const { id } = await queue.enqueue(undefined, LETTER);
    const worker = await drain(queue, async (envelope) => allOf(envelope.to, "rejected", 451));
    expect(worker.statistics).toMatchObject({ attempts: 1, deferred: 1 });
    const message = await queue.get(id);
    expect(message).toMatchObject({ state: "queued", attempts: 1 });
    const waitMs = (message.nextTryAt?.getTime() ?? 0) - Date.now();
    expect(waitMs).toBeGreaterThan(1_700_000);
    expect(waitMs).toBeLessThan(3_700_000);
    await queue.enqueue(undefined, LETTER);
    await queue.enqueue(undefined, LETTER, { notBefore: Date.now() + 7_200_000 });
    expect((await queue.upcoming()).map((next) => next.id)[0]).toBe(id);
    expect(await queue.upcoming()).toHaveLength(2);
    expect(await queue.upcoming(1)).toHaveLength(1);
  });

  it.each([
    { inDoubt: "resend", state: "queued" },
    { inDoubt: "fail", state: "failed" },
  ] as const)("treats doubt by policy $inDoubt", async ({ inDoubt, state }) => {
    const queue = await newQueue();
    const { id } = await queue.enqueue(undefined, LETTER);
    await drain(queue, async (envelope) => allOf(envelope.to, "unknown"), { inDoubt });
    expect(await queue.get(id)).toMatchObject({ state });
  });

  it("is in doubt when a deliverer fails without a word after it was given content, and only then", async () => {
    const queue = await newQueue();
    const before = await queue.enqueue(undefined, LETTER);
    const after = await queue.enqueue(undefined, LETTER);
    await drain(queue, async (envelope, source) => {
      if (envelope.id === after.id) await readAll(source);
      throw new Error("crashed");
    });
    expect((await queue.get(before.id)).state).toBe("queued");
    expect((await queue.get(after.id)).state).toBe("in-doubt");
  });

  it("waits for notBefore and gives up at expires", async () => {
    const queue = await newQueue();
    const later = await queue.enqueue(undefined, LETTER, { notBefore: Date.now() + 3_600_000 });
    const expires = Date.now() + 20;
    const expired = await queue.enqueue(undefined, LETTER, { expires });
    while (Date.now() <= expires) await new Promise((resolve) => setTimeout(resolve, 5));
    await drain(queue, async (envelope) => allOf(envelope.to, "accepted"));
    expect(await queue.get(later.id)).toMatchObject({ state: "queued", attempts: 0 });
    expect(await queue.get(expired.id)).toMatchObject({
      state: "failed",
      error: { code: "ERR_QUEUE_EXPIRED" },
    });
    const soon = await queue.enqueue(undefined, LETTER, { notBefore: Date.now() + 150 });
    await drain(queue, async (envelope) => allOf(envelope.to, "accepted"), {
      stopWhenIdle: false,
      signal: afterSettled(setting.events, "sent"),
    });
    expect(await queue.get(soon.id)).toMatchObject({ state: "sent" });
  });

  it("sends by priority, then by age", async () => {
    const queue = await newQueue();
    const ids: string[] = [];
    for (const priority of [9, 5, 0]) {
      ids.push((await queue.enqueue(undefined, LETTER, { priority })).id);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    await new Promise((resolve) => setTimeout(resolve, 3));
    ids.push((await queue.enqueue(undefined, LETTER, { priority: 5 })).id);
    const order: string[] = [];
    await drain(
      queue,
      async (envelope) => {
        order.push(envelope.id);
        return allOf(envelope.to, "accepted");
      },
      { concurrency: 1 },
    );
    expect(order).toEqual([ids[2], ids[1], ids[3], ids[0]]);
  });
}
