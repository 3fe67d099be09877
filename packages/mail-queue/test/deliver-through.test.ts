// The in-doubt marker and a real client: it is written between the server's 354 and the first octet of content, and not before.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { SmtpClient } from "@wirepost/smtp-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  deliverThrough,
  type MailQueue,
  openQueue,
  QueueError,
  type QueueEvent,
  type QueueStore,
  type WorkerOptions,
} from "../src/index.js";
import { SmtpTruth, type Step } from "./crash/smtp-truth.js";
import { directoryStores, type Stores } from "./stores.js";

const STEPS: readonly Step[] = ["connect", "EHLO", "MAIL", "RCPT", "DATA", "content", "end of data"];

describe("deliverThrough", () => {
  let stores: Stores & { directory: string };
  let server: SmtpTruth;
  let client: SmtpClient;
  let queue: MailQueue;
  let events: QueueEvent[];
  /** What the file of the message was called when the server had heard so much. */
  let seen: Partial<Record<Step, string>>;

  beforeEach(async () => {
    stores = await directoryStores();
    server = await new SmtpTruth().listen();
    client = new SmtpClient(server.url);
    seen = {};
    server.onStep = async (step) => {
      seen[step] ??= await phase();
      return undefined;
    };
    await open(stores.open());
  });
  afterEach(async () => {
    await queue.destroy();
    await client.destroy();
    await server.close();
    await stores.remove();
  });

  async function open(store: QueueStore): Promise<void> {
    await queue?.destroy();
    events = [];
    queue = await openQueue({ store, onEvent: (event) => events.push(event) });
  }

  async function phase(): Promise<string> {
    const names = await readdir(join(stores.directory, "live"));
    return names.map((name) => name.split(".").at(-1)).join(" ");
  }

  async function enqueue(...labels: string[]): Promise<string> {
    const to = labels.map((label) => `${label}@example.org`);
    const message = { from: "ann@example.com", to, subject: labels[0] as string, text: "x" };
    return (await queue.enqueue(undefined, message)).id;
  }

  async function drain(options: WorkerOptions = {}): Promise<void> {
    const worker = queue.work(deliverThrough(client), {
      stopWhenIdle: true,
      firstDelayMs: 3_600_000,
      ...options,
    });
    await worker.done;
  }

  it("marks a message between DATA and content", async () => {
    const id = await enqueue("one");
    await drain();
    expect(await queue.get(id)).toMatchObject({ state: "sent" });
    expect(seen).toEqual(
      Object.fromEntries(
        STEPS.map((step) => [step, step === "content" || step === "end of data" ? "content" : "sending"]),
      ),
    );
  });

  it.each([
    { label: "early-defer-a", state: "queued", code: 451 },
    { label: "early-refuse-a", state: "failed", code: 550 },
  ])("marks nothing when every recipient is refused: $label", async ({ label, state, code }) => {
    const id = await enqueue(label);
    await drain();
    expect(await queue.get(id)).toMatchObject({ state, recipients: [{ reply: { code } }] });
    expect(Object.values(seen)).not.toContain("content");
  });

  it("marks a message whose other recipients are refused, and tries only those again who were deferred", async () => {
    const id = await enqueue("one", "early-defer-b", "early-refuse-b");
    await drain();
    expect(seen.content).toBe("content");
    expect(await queue.get(id)).toMatchObject({
      state: "queued",
      recipients: [{ state: "accepted" }, { state: "waiting" }, { state: "rejected" }],
    });
  });

  it.each(["connect", "EHLO", "MAIL", "RCPT", "DATA"] as const)(
    "leaves a message queued whose connection is lost at %s",
    async (lost) => {
      server.onStep = (step) => step === lost;
      const id = await enqueue("one");
      await drain({ inDoubt: "fail" });
      expect(await queue.get(id)).toMatchObject({ state: "queued", attempts: 1 });
    },
  );

  it("holds a message in doubt whose connection is lost at the end of the data", async () => {
    server.onStep = (step) => step === "end of data";
    const id = await enqueue("one");
    await drain();
    expect(await queue.get(id)).toMatchObject({ state: "in-doubt" });
  });

  it.each(["connect", "EHLO", "MAIL", "RCPT", "DATA"] as const)(
    "takes the attempt back when the worker closes at %s",
    async (last) => {
      const id = await enqueue("one");
      let heard = () => {};
      const there = new Promise<void>((resolve) => {
        heard = resolve;
      });
      // It answers nothing more, so nothing but the end of the worker can end the attempt.
      server.onStep = (step) => {
        if (step !== last) return undefined;
        heard();
        return new Promise(() => {});
      };
      const worker = queue.work(deliverThrough(client));
      await there;
      await worker.close();
      expect(await queue.get(id)).toMatchObject({ state: "queued", attempts: 0, journal: [] });
      expect(server.accepted).toEqual([]);
    },
  );

  it("says what was asked for when the message was queued, to a server that is met later", async () => {
    const dsn = {
      return: "headers",
      envelopeId: "id 1",
      notify: ["failure", "delay"],
      originalRecipient: true,
    } as const;
    const message = { from: "ann@example.com", to: "bob@example.org", subject: "one", text: "x" };
    await queue.enqueue(undefined, message, { sendOptions: { dsn, mailParameters: { "X-SHELF": "3" } } });
    await open(stores.open());
    await drain();
    expect(server.accepted).toEqual(["one"]);
    expect(server.commands.filter((line) => /^(?:MAIL|RCPT)/.test(line))).toEqual([
      expect.stringMatching(
        /^MAIL FROM:<ann@example\.com>(?=.* RET=HDRS)(?=.* ENVID=id\+201)(?=.* X-SHELF=3)/,
      ),
      expect.stringMatching(
        /^RCPT TO:<bob@example\.org>(?=.* NOTIFY=FAILURE,DELAY)(?=.* ORCPT=rfc822;bob@example\.org)/,
      ),
    ]);
  });

  it("sends to addresses longer than usual, which were let in when the message was queued", async () => {
    const long = (name: string) => `${name}+${"A".repeat(70)}@example.org`;
    const message = { from: long("ann"), to: long("bob"), subject: "one", text: "x" };
    const limits = { maxLocalPartBytes: 90 };
    await queue.enqueue(undefined, message, limits);
    await queue.enqueue({ from: long("cy"), to: [long("di")] }, message, limits);
    const ready = new TextEncoder().encode("Subject: two\r\n\r\nx\r\n");
    await queue.enqueue(
      { from: long("ed"), to: { localPart: `flo+${"A".repeat(70)}`, domain: "example.org" } },
      ready,
      limits,
    );
    await expect(queue.enqueue(undefined, message)).rejects.toThrow("maxLocalPartBytes");
    await open(stores.open());
    await drain();
    const said = server.commands.filter((line) => line.startsWith("RCPT"));
    expect(said.sort()).toEqual(["bob", "di", "flo"].map((name) => `RCPT TO:<${long(name)}>`));
  });

  it("fails no message because its client was closed", async () => {
    await client.close();
    const id = await enqueue("one");
    await drain();
    expect(await queue.get(id)).toMatchObject({ state: "queued", error: { code: "ERR_CLIENT_CLOSED" } });
  });

  it("lets a message end whose content has begun when the worker closes", async () => {
    const id = await enqueue("one");
    let closed: Promise<void> | undefined;
    server.onStep = (step) => {
      if (step === "content") closed = worker.close();
      return undefined;
    };
    const worker = queue.work(deliverThrough(client));
    await worker.done;
    await closed;
    expect(await queue.get(id)).toMatchObject({ state: "sent" });
  });

  it("Q5 sends no content that it could not mark, says what the disk said, and goes on later", async () => {
    const store = stores.open();
    const claim = store.claim.bind(store);
    store.claim = async (terms) => {
      const claimed = await claim(terms);
      if (claimed !== undefined) {
        claimed.markContent = async () => {
          throw new QueueError("ERR_QUEUE_STORAGE", "no room", { cause: { code: "ENOSPC" } });
        };
      }
      return claimed;
    };
    await open(store);
    const id = await enqueue("one");
    await drain();
    expect(seen.content).toBeUndefined();
    expect(server.accepted).toEqual([]);
    expect(await queue.get(id)).toMatchObject({ state: "queued", error: { code: "ERR_QUEUE_STORAGE" } });
    expect(events).toMatchObject([
      { type: "queued" },
      { type: "attempt" },
      { type: "settled", message: { state: "queued" } },
      { type: "problem", error: { code: "ERR_QUEUE_STORAGE", errno: "ENOSPC" } },
    ]);
    await open(stores.open());
    await queue.retry(id);
    await drain();
    expect(await queue.get(id)).toMatchObject({ state: "sent" });
    expect(server.accepted).toEqual(["one"]);
  });
});
