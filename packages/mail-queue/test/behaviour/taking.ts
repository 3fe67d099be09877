import { expect, it } from "vitest";
import { type Deliver, QueueError } from "../../src/index.js";
import { allOf, LETTER, readAll } from "../stores.js";
import type { Setting } from "./setting.js";

/** What a queue takes, keeps and refuses. */
export function testTaking(setting: Setting): void {
  const { drain, newQueue } = setting;

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
    expect(setting.events.map(({ type }) => type)).toEqual(["queued", "attempt", "settled"]);
  });

  it("is found by a queue that is opened later", async () => {
    const first = await newQueue();
    const { id, messageId } = await first.enqueue(
      { from: null, to: "bob@example.org" },
      new TextEncoder().encode("Subject: x\n\nx\n"),
    );
    expect(messageId).toBeUndefined();
    await first.close();
    const second = await newQueue();
    expect(await second.get(id)).toMatchObject({ state: "queued", from: null, messageId: undefined });
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

  it("takes a call that is made again after its expires for the same message, and a new one not", async () => {
    const queue = await newQueue();
    const options = { idempotencyKey: "order 4712 / receipt" };
    const { id } = await queue.enqueue(undefined, LETTER, options);
    const expires = Date.now() - 1;
    expect(await queue.enqueue(undefined, LETTER, { ...options, expires })).toMatchObject({
      id,
      duplicate: true,
    });
    const late = { idempotencyKey: "order 4713 / receipt", expires };
    await expect(queue.enqueue(undefined, LETTER, late)).rejects.toMatchObject({ code: "ERR_QUEUE_OPTION" });
    expect(await queue.statistics()).toMatchObject({ queued: 1 });
    // Its key was not taken by the refusal.
    expect(await queue.enqueue(undefined, LETTER, { ...late, expires: undefined })).toMatchObject({
      duplicate: false,
    });
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
}
