import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Deliver,
  type MailQueue,
  openQueue,
  QueueError,
  type QueueEvent,
  type QueueWorker,
  type WorkerOptions,
} from "../src/index.js";
import { allOf, LETTER, readAll, type Stores } from "./stores.js";

/** What every store must do; run for each of them. */
export function describeBehaviour(kind: string, makeStores: () => Promise<Stores>): void {
  describe(`a queue in ${kind}`, () => {
    let stores: Stores;
    let events: QueueEvent[];
    const open: MailQueue[] = [];

    async function newQueue(): Promise<MailQueue> {
      const queue = await openQueue({ store: stores.open(), onEvent: (event) => events.push(event) });
      open.push(queue);
      return queue;
    }

    /** Delivers what is due, once. */
    async function drain(
      queue: MailQueue,
      deliver: Deliver,
      options: WorkerOptions = {},
    ): Promise<QueueWorker> {
      const worker = queue.work(deliver, { firstDelayMs: 3_600_000, stopWhenIdle: true, ...options });
      await worker.done;
      return worker;
    }

    beforeEach(async () => {
      events = [];
      stores = await makeStores();
    });
    afterEach(async () => {
      await Promise.all(open.splice(0).map((queue) => queue.destroy()));
      await stores.remove();
    });

    it("keeps a message, delivers it once, and keeps the reply", async () => {
      const queue = await newQueue();
      const { id, messageId, duplicate } = await queue.enqueue(undefined, LETTER);
      expect(duplicate).toBe(false);
      expect(await queue.get(id)).toMatchObject({
        state: "queued",
        from: "ann@example.com",
        attempts: 0,
        messageId,
      });
      const seen: string[] = [];
      await drain(queue, async (envelope, source) => {
        expect(envelope).toMatchObject({ id, from: "ann@example.com", to: LETTER.to, attempt: 1, messageId });
        const text = await readAll(source);
        expect(text.length).toBe(source.sizeBytes);
        seen.push(text);
        return allOf(envelope.to, "accepted");
      });
      expect(seen).toEqual([expect.stringContaining(`Message-ID: ${messageId}`)]);
      const sent = await queue.get(id);
      expect(sent).toMatchObject({ state: "sent", attempts: 1, error: undefined });
      expect(sent.recipients).toMatchObject([
        { address: "bob@example.org", state: "accepted", reply: { code: 250, text: "2.0.0 Ok: kept" } },
        { address: "cy@example.net", state: "accepted" },
      ]);
      expect(await queue.statistics()).toMatchObject({
        queued: 0,
        sending: 0,
        sent: 1,
        failed: 0,
        "in-doubt": 0,
      });
      expect(events.map(({ type }) => type)).toEqual(["queued", "attempt", "settled"]);
    });

    it("is found by a queue that is opened later", async () => {
      const first = await newQueue();
      const { id } = await first.enqueue(
        { from: null, to: "bob@example.org" },
        new TextEncoder().encode("Subject: x\n\nx\n"),
      );
      await first.close();
      const second = await newQueue();
      expect(await second.get(id)).toMatchObject({ state: "queued", from: null });
      expect(await readAll(second.content(id))).toMatch(/^Subject: x\r\n/);
      const listed = [];
      for await (const message of second.list()) listed.push(message.id);
      expect(listed).toEqual([id]);
    });

    it("keeps a long message block by block", async () => {
      const queue = await newQueue();
      const line = `${"x".repeat(70)}\r\n`;
      async function* long() {
        yield new TextEncoder().encode("Subject: long\r\n\r\n");
        for (let block = 0; block < 40; block++) yield new TextEncoder().encode(line.repeat(500));
      }
      const { id } = await queue.enqueue({ from: "ann@example.com", to: "bob@example.org" }, long());
      let text = "";
      await drain(queue, async (envelope, source) => {
        text = await readAll(source);
        return allOf(envelope.to, "accepted");
      });
      expect(text.endsWith(line.repeat(20_000))).toBe(true);
      expect((await queue.get(id)).sizeBytes).toBe(text.length);
    });

    it("tries again only those who have not accepted and were not refused for good", async () => {
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
        { stopWhenIdle: false, firstDelayMs: 1, maxDelayMs: 2, signal: afterSettled(events, "failed") },
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
          signal: afterSettled(events, "failed"),
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

    it("holds a message in doubt until somebody decides", async () => {
      const queue = await newQueue();
      const ids = [];
      for (let i = 0; i < 3; i++) ids.push((await queue.enqueue(undefined, LETTER)).id);
      await drain(queue, async (envelope) => allOf(envelope.to, "unknown"));
      expect(await queue.statistics()).toMatchObject({ queued: 0, "in-doubt": 3 });
      const [again, sent, failed] = ids as [string, string, string];
      await expect(queue.retry(again)).rejects.toMatchObject({ code: "ERR_QUEUE_STATE" });
      expect(await queue.retry(again, { mayDuplicate: true })).toMatchObject({ state: "queued" });
      expect(await queue.decide(sent, "sent")).toMatchObject({ state: "sent" });
      expect(await queue.decide(failed, "failed")).toMatchObject({ state: "failed" });
      await drain(queue, async (envelope) => allOf(envelope.to, "accepted"));
      const states = await Promise.all(ids.map(async (id) => (await queue.get(id)).state));
      expect(states).toEqual(["sent", "sent", "failed"]);
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
      const expired = await queue.enqueue(undefined, LETTER, { expires: Date.now() - 1 });
      await drain(queue, async (envelope) => allOf(envelope.to, "accepted"));
      expect(await queue.get(later.id)).toMatchObject({ state: "queued", attempts: 0 });
      expect(await queue.get(expired.id)).toMatchObject({
        state: "failed",
        error: { code: "ERR_QUEUE_EXPIRED" },
      });
      const soon = await queue.enqueue(undefined, LETTER, { notBefore: Date.now() + 150 });
      await drain(queue, async (envelope) => allOf(envelope.to, "accepted"), {
        stopWhenIdle: false,
        signal: afterSettled(events, "sent"),
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

    it("takes a message once for each idempotency key", async () => {
      const queue = await newQueue();
      const other = await newQueue();
      const key = { idempotencyKey: "order 4711 / receipt" };
      const added = await Promise.all([
        queue.enqueue(undefined, LETTER, key),
        other.enqueue(undefined, LETTER, key),
        queue.enqueue(undefined, LETTER, key),
      ]);
      expect(new Set(added.map(({ id }) => id)).size).toBe(1);
      expect(added.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      let sent = 0;
      const deliver: Deliver = async (envelope) => {
        sent++;
        return allOf(envelope.to, "accepted");
      };
      await drain(queue, deliver);
      expect(await other.enqueue(undefined, LETTER, key)).toMatchObject({
        id: added[0]?.id,
        duplicate: true,
      });
      expect(await queue.enqueue(undefined, LETTER, { idempotencyKey: "another" })).toMatchObject({
        duplicate: false,
      });
      await drain(queue, deliver);
      expect(sent).toBe(2);
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

    it("removes sent messages at once when they are not to be kept", async () => {
      const queue = await newQueue();
      const { id } = await queue.enqueue(undefined, LETTER);
      await drain(queue, async (envelope) => allOf(envelope.to, "accepted"), { keepSentMs: 0 });
      await expect(queue.get(id)).rejects.toMatchObject({ code: "ERR_QUEUE_NOT_FOUND" });
      expect(events.at(-1)).toMatchObject({ type: "settled", message: { state: "sent" } });
    });

    it.each([2, 5])("%i workers send each message once", async (count) => {
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

    it("ends an attempt before content when it closes, without counting it, and lets content end", async () => {
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

    it("refuses what is not a message, an envelope or an option, and keeps nothing of it", async () => {
      const queue = await newQueue();
      const refusals: [() => Promise<unknown>, string][] = [
        [() => queue.enqueue({ from: "ann@example.com", to: [] }, LETTER), "ERR_QUEUE_ENVELOPE"],
        [() => queue.enqueue({ from: "no address", to: "bob@example.org" }, LETTER), "ERR_QUEUE_ENVELOPE"],
        [
          () => queue.enqueue({ from: "a@b.example", to: "x@y.example\r\nRCPT TO:<z@y.example>" }, LETTER),
          "ERR_QUEUE_ENVELOPE",
        ],
        [() => queue.enqueue(undefined, LETTER, { priority: 10 }), "ERR_QUEUE_OPTION"],
        [() => queue.enqueue(undefined, LETTER, { prioritty: 1 } as never), "ERR_QUEUE_UNKNOWN_OPTION"],
        [
          () => queue.enqueue(undefined, { ...LETTER, attachments: [{ path: "/etc/passwd" }] }),
          "ERR_MIME_FILE_ACCESS",
        ],
      ];
      for (const [enqueue, code] of refusals) await expect(enqueue()).rejects.toMatchObject({ code });
      expect(await queue.statistics()).toMatchObject({ queued: 0 });
    });

    it("says that it is closed", async () => {
      const queue = await newQueue();
      await queue.close();
      await expect(queue.enqueue(undefined, LETTER)).rejects.toMatchObject({ code: "ERR_QUEUE_CLOSED" });
      await expect(queue.get("x")).rejects.toSatisfy(QueueError.is);
    });
  });
}

/** Aborted when a message has come to this state. */
function afterSettled(events: QueueEvent[], state: string): AbortSignal {
  const controller = new AbortController();
  const push = events.push.bind(events);
  events.push = (...items) => {
    if (items.some((event) => event.type === "settled" && event.message.state === state)) {
      queueMicrotask(() => controller.abort());
    }
    return push(...items);
  };
  return controller.signal;
}
