// Calls that a program gets wrong: refused at once, by a stable code, and before they cost a message anything.
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Deliver,
  deliverThrough,
  type EnqueueOptions,
  type KeptSendOptions,
  type MailQueue,
  openQueue,
  QueueError,
  type WorkerOptions,
} from "../src/index.js";
import { RedisStore } from "../src/redis.js";
import { allOf, directoryStores, LETTER, type Stores } from "./stores.js";

let stores: Stores & { directory: string };
let queue: MailQueue;
beforeAll(async () => {
  stores = await directoryStores();
  queue = await openQueue({ store: stores.open() });
});
afterAll(async () => {
  await queue.destroy();
  await stores.remove();
});

const TO_BOB = { from: "ann@example.com", to: "bob@example.org" };
const client = { send: async () => ({ recipients: [] }) };
const deliver: Deliver = async ({ to }) => allOf(to, "accepted");
/** What somebody without types may give. */
const any = (value: unknown) => value as never;

async function refusalOf(use: () => unknown): Promise<unknown> {
  const outcome = await (async () => use())().then(
    (value) => ({ value }),
    (error: unknown) => ({ ours: QueueError.is(error), error }),
  );
  return outcome;
}

interface Row {
  readonly name: string;
  readonly use: () => unknown;
  readonly code: string;
  readonly says?: RegExp;
}

function refuses(rows: readonly Row[]): void {
  it.each(rows)("$name: $code", async ({ use, code, says = /./ }) => {
    expect(await refusalOf(use)).toMatchObject({
      ours: true,
      error: { code, message: expect.stringMatching(says) },
    });
    expect(await queue.statistics()).toMatchObject({ queued: 0 });
  });
}

describe("openQueue refuses", () => {
  refuses([
    { name: "nothing", use: () => openQueue(any(undefined)), code: "ERR_QUEUE_ARGUMENT", says: /directory/ },
    { name: "null", use: () => openQueue(any(null)), code: "ERR_QUEUE_ARGUMENT" },
    { name: "a number", use: () => openQueue(any(5)), code: "ERR_QUEUE_ARGUMENT" },
    { name: "no directory", use: () => openQueue(any({})), code: "ERR_QUEUE_OPTION", says: /^directory/ },
    { name: "an empty path", use: () => openQueue(""), code: "ERR_QUEUE_OPTION" },
    { name: "a NUL in the path", use: () => openQueue("a\0b"), code: "ERR_QUEUE_OPTION" },
    { name: "a store that is none", use: () => openQueue({ store: any({}) }), code: "ERR_QUEUE_OPTION" },
    { name: "null as a store", use: () => openQueue({ store: any(null) }), code: "ERR_QUEUE_OPTION" },
    {
      name: "a store with a directory",
      use: () => openQueue(any({ store: stores.open(), directory: "x" })),
      code: "ERR_QUEUE_UNKNOWN_OPTION",
    },
    {
      name: "a listener that is none",
      use: () => openQueue({ directory: stores.directory, onEvent: any({}) }),
      code: "ERR_QUEUE_OPTION",
      says: /onEvent/,
    },
    {
      name: "a word for true",
      use: () => openQueue({ directory: stores.directory, sharedSync: any("no") }),
      code: "ERR_QUEUE_OPTION",
      says: /sharedSync/,
    },
    {
      name: "a limit as text",
      use: () => openQueue({ directory: stores.directory, maxMessageBytes: any("1G") }),
      code: "ERR_QUEUE_OPTION",
    },
    { name: "Redis without options", use: () => new RedisStore(any(undefined)), code: "ERR_QUEUE_ARGUMENT" },
    {
      name: "a Redis name that is null",
      use: () => new RedisStore({ url: "redis://127.0.0.1", name: any(null) }),
      code: "ERR_QUEUE_OPTION",
    },
    {
      name: "a word for true to Redis",
      use: () => new RedisStore({ url: "redis://127.0.0.1", allowVolatile: any("no") }),
      code: "ERR_QUEUE_OPTION",
    },
  ]);
});

describe("enqueue refuses", () => {
  const withMessage = (name: string, message: unknown): Row => ({
    name,
    use: () => queue.enqueue(TO_BOB, any(message)),
    code: "ERR_QUEUE_ARGUMENT",
    says: /message/,
  });
  refuses([
    {
      name: "a message alone",
      use: () => (queue.enqueue as (message: unknown) => unknown).call(queue, LETTER),
      code: "ERR_QUEUE_ARGUMENT",
      says: /enqueue\(envelope, message\)/,
    },
    withMessage("null as a message", null),
    withMessage("a message as text", "Subject: x\r\n\r\nx"),
    withMessage("a number as a message", 5),
    withMessage("a list as a message", [new Uint8Array(3)]),
    withMessage("a view that is no octets", new DataView(new ArrayBuffer(3))),
    withMessage("a buffer without a view", new ArrayBuffer(3)),
    withMessage("a buffer of another realm", runInNewContext("new ArrayBuffer(3)")),
    { name: "a null envelope", use: () => queue.enqueue(any(null), LETTER), code: "ERR_QUEUE_ARGUMENT" },
    {
      name: "an envelope as text",
      use: () => queue.enqueue(any("bob@example.org"), LETTER),
      code: "ERR_QUEUE_ARGUMENT",
    },
    {
      name: "an unknown name in the envelope",
      use: () => queue.enqueue({ ...TO_BOB, cc: "cy@example.org" } as never, LETTER),
      code: "ERR_QUEUE_UNKNOWN_OPTION",
      says: /"cc"/,
    },
    {
      name: "an envelope without from",
      use: () => queue.enqueue(any({ to: "bob@example.org" }), LETTER),
      code: "ERR_QUEUE_ENVELOPE",
      says: /from/,
    },
    {
      name: "an envelope without to",
      use: () => queue.enqueue(any({ from: null }), LETTER),
      code: "ERR_QUEUE_ENVELOPE",
      says: /recipient/,
    },
    {
      name: "several addresses as one text",
      use: () => queue.enqueue({ from: null, to: "Bob <bob@example.org>, cy@example.org" }, LETTER),
      code: "ERR_QUEUE_ENVELOPE",
      says: /array/,
    },
    {
      name: "a group as a recipient",
      use: () => queue.enqueue({ from: null, to: "team: bob@example.org;" }, LETTER),
      code: "ERR_QUEUE_ENVELOPE",
    },
    {
      name: "null as a recipient",
      use: () => queue.enqueue({ from: null, to: any(["bob@example.org", null]) }, LETTER),
      code: "ERR_QUEUE_ENVELOPE",
    },
  ]);
});

describe("enqueue refuses the option", () => {
  const HOUR_MS = 3_600_000;
  const withOption = (
    name: string,
    options: { [K in keyof EnqueueOptions]: unknown },
    says: RegExp,
  ): Row => ({
    name,
    use: () => queue.enqueue(undefined, LETTER, options as EnqueueOptions),
    code: "ERR_QUEUE_OPTION",
    says,
  });
  refuses([
    {
      name: "null instead of options",
      use: () => queue.enqueue(undefined, LETTER, any(null)),
      code: "ERR_QUEUE_ARGUMENT",
    },
    withOption("notBefore as text", { notBefore: "2030-01-01" }, /notBefore/),
    withOption("notBefore null", { notBefore: null }, /notBefore/),
    withOption("notBefore that is no time", { notBefore: new Date("soon") }, /notBefore/),
    withOption(
      "notBefore that only looks like a Date",
      { notBefore: Object.create(Date.prototype) },
      /notBefore/,
    ),
    withOption("expires as text", { expires: "tomorrow" }, /expires/),
    withOption("expires in the past", { expires: new Date(Date.now() - 1) }, /past/),
    withOption("expires in seconds", { expires: Math.floor(Date.now() / 1_000) + 3_600 }, /past/),
    withOption(
      "expires before notBefore",
      { notBefore: Date.now() + 2 * HOUR_MS, expires: Date.now() + HOUR_MS },
      /notBefore/,
    ),
    withOption("priority as text", { priority: "1" }, /priority/),
    withOption("idempotencyKey as a number", { idempotencyKey: 5 }, /idempotencyKey/),
    withOption("signal that is none", { signal: {} }, /signal/),
    withOption("null as a signal", { signal: null }, /signal/),
  ]);
});

describe("enqueue refuses the send option", () => {
  const SEND_OPTIONS: [string, { [K in keyof KeptSendOptions]: unknown } | null, RegExp][] = [
    ["null", null, /sendOptions must be an object/],
    ["dsn: true", { dsn: true }, /dsn must be an object/],
    ["dsn.return", { dsn: { return: "all" } }, /return/],
    ["dsn.notify as a word", { dsn: { notify: "failure" } }, /notify/],
    ["dsn.notify empty", { dsn: { notify: [] } }, /notify/],
    ["dsn.notify unknown", { dsn: { notify: ["failure", "bounce"] } }, /notify/],
    ["dsn.envelopeId with a line break", { dsn: { envelopeId: "a\r\nRSET" } }, /envelopeId/],
    ["dsn.envelopeId a number", { dsn: { envelopeId: 5 } }, /envelopeId/],
    ["dsn.originalRecipient as text", { dsn: { originalRecipient: "bob@example.org" } }, /originalRecipient/],
    ["dsn.optional as a number", { dsn: { optional: 1 } }, /optional/],
    ["requireTls as text", { requireTls: "yes" }, /requireTls/],
    ["priority 10", { priority: 10 }, /priority/],
    ["priority as text", { priority: "1" }, /priority/],
    ["deliverBy as a number", { deliverBy: 60 }, /deliverBy must be an object/],
    ["deliverBy without seconds", { deliverBy: { mode: "notify" } }, /seconds/],
    ["deliverBy in the past, to be returned", { deliverBy: { seconds: 0, mode: "return" } }, /seconds/],
    ["deliverBy without mode", { deliverBy: { seconds: 60 } }, /mode/],
    ["deliverBy with a word for trace", { deliverBy: { seconds: 1, mode: "return", trace: "T" } }, /trace/],
    ["submitter as text", { submitter: "ann@example.com" }, /submitter/],
    ["mailParameters as text", { mailParameters: "X=3" }, /mailParameters/],
    ["mailParameters with a number", { mailParameters: { "X-SHELF": 3 } }, /X-SHELF/],
    ["mailParameters with a line break", { mailParameters: { X: "3\r\nRSET" } }, /mailParameters/],
    ["mailParameters with a blank keyword", { mailParameters: { "X Y": true } }, /keyword/],
    ["rcptParameters as a list", { rcptParameters: ["X"] }, /rcptParameters/],
  ];
  refuses(
    SEND_OPTIONS.map(([name, sendOptions, says]) => ({
      name,
      use: () => queue.enqueue(undefined, LETTER, { sendOptions: sendOptions as never }),
      code: "ERR_QUEUE_OPTION",
      says,
    })),
  );
  refuses([
    {
      name: "an unknown one",
      use: () => queue.enqueue(undefined, LETTER, { sendOptions: any({ require: true }) }),
      code: "ERR_QUEUE_UNKNOWN_OPTION",
    },
    {
      name: "an unknown one of dsn",
      use: () => queue.enqueue(undefined, LETTER, { sendOptions: { dsn: any({ ret: "full" }) } }),
      code: "ERR_QUEUE_UNKNOWN_OPTION",
    },
  ]);
});

describe("work refuses", () => {
  const withOption = (
    name: string,
    options: { [K in keyof WorkerOptions]: unknown },
    code?: string,
  ): Row => ({
    name,
    use: () => queue.work(deliver, options as WorkerOptions),
    code: code ?? "ERR_QUEUE_OPTION",
  });
  refuses([
    {
      name: "a client",
      use: () => queue.work(any(client)),
      code: "ERR_QUEUE_ARGUMENT",
      says: /deliverThrough\(client\)/,
    },
    {
      name: "nothing",
      use: () => queue.work(any(undefined)),
      code: "ERR_QUEUE_ARGUMENT",
      says: /deliverThrough/,
    },
    { name: "null", use: () => queue.work(any(null)), code: "ERR_QUEUE_ARGUMENT" },
    {
      name: "deliverThrough of nothing",
      use: () => deliverThrough(any(undefined)),
      code: "ERR_QUEUE_ARGUMENT",
    },
    {
      name: "deliverThrough of a function",
      use: () => deliverThrough(any(deliver)),
      code: "ERR_QUEUE_ARGUMENT",
    },
    { name: "null as options", use: () => queue.work(deliver, any(null)), code: "ERR_QUEUE_ARGUMENT" },
    withOption("concurrency as text", { concurrency: "5" }),
    withOption("a factor as text", { factor: "2" }),
    withOption("a word for true", { stopWhenIdle: "no" }),
    withOption("a number for true", { pauseWhenUnreachable: 1 }),
    withOption("a policy that does not exist", { inDoubt: "drop" }),
    withOption("a signal that is none", { signal: new AbortController() }),
    withOption("chance that is none", { random: 0.5 }),
    withOption("limits that are none", { destinationLimits: [] }),
    withOption("a limit that is none", { destinationLimits: { "example.org": 5 } }),
    withOption("a limit of nothing", { destinationLimits: { "": { count: 5, perMs: 1 } } }),
    withOption("a limit of a dot", { destinationLimits: { ".": { count: 5, perMs: 1 } } }),
    withOption("a limit of two dots", { destinationLimits: { "example.org..": { count: 5, perMs: 1 } } }),
    withOption("a limit as text", { destinationLimits: { "example.org": { count: "5", perMs: 1 } } }),
    withOption("a limit of an address", { destinationLimits: { "bob@example.org": { count: 5, perMs: 1 } } }),
    withOption(
      "a limit with an unknown name",
      { destinationLimits: { "example.org": { count: 5, perMs: 1, perSecond: 1 } } },
      "ERR_QUEUE_UNKNOWN_OPTION",
    ),
  ]);

  it("a client before it costs a message an attempt", async () => {
    const other = await openQueue({ store: stores.open() });
    const { id } = await other.enqueue(undefined, LETTER);
    expect(() => other.work(any(client), { stopWhenIdle: true })).toThrow(/deliverThrough/);
    expect(await other.get(id)).toMatchObject({ state: "queued", attempts: 0, journal: [] });
    await other.cancel(id);
    await other.purge();
    await other.close();
  });
});

describe("a message is not asked for", () => {
  const ids: [string, (id: never) => unknown][] = [
    ["get", (id) => queue.get(id)],
    ["content", (id) => queue.content(id)],
    ["cancel", (id) => queue.cancel(id)],
    ["retry", (id) => queue.retry(id)],
    ["decide", (id) => queue.decide(id, "sent")],
  ];
  refuses(
    ids.flatMap(([name, use]) =>
      [undefined, null, 5, {}].map((id) => ({
        name: `${name}(${JSON.stringify(id)})`,
        use: () => use(any(id)),
        code: "ERR_QUEUE_ARGUMENT",
      })),
    ),
  );
  refuses([
    { name: "retry with null", use: () => queue.retry("x", any(null)), code: "ERR_QUEUE_ARGUMENT" },
    {
      name: "retry with a word",
      use: () => queue.retry("x", { mayDuplicate: any("yes") }),
      code: "ERR_QUEUE_OPTION",
    },
    { name: "list of one state", use: () => queue.list({ states: any("sent") }), code: "ERR_QUEUE_OPTION" },
    {
      name: "list of no state",
      use: () => queue.list({ states: any(["done"]) }),
      code: "ERR_QUEUE_OPTION",
      says: /"done"/,
    },
    { name: "list with null", use: () => queue.list(any(null)), code: "ERR_QUEUE_ARGUMENT" },
    {
      name: "purge of queued",
      use: () => queue.purge({ states: any(["sent", "queued"]) }),
      code: "ERR_QUEUE_OPTION",
      says: /"queued"/,
    },
    {
      name: "purge of sending",
      use: () => queue.purge({ states: any(["sending"]) }),
      code: "ERR_QUEUE_OPTION",
      says: /"sending"/,
    },
    { name: "purge with null", use: () => queue.purge(any(null)), code: "ERR_QUEUE_ARGUMENT" },
    {
      name: "purge of an age as text",
      use: () => queue.purge({ olderThanMs: any("1") }),
      code: "ERR_QUEUE_OPTION",
    },
    { name: "upcoming null", use: () => queue.upcoming(any(null)), code: "ERR_QUEUE_OPTION" },
  ]);
});

describe("a queue takes", () => {
  const HOUR_MS = 3_600_000;
  it.each<[string, Parameters<MailQueue["enqueue"]>, object]>([
    [
      "a Date of another realm",
      [undefined, LETTER, { notBefore: runInNewContext(`new Date(Date.now() + ${HOUR_MS})`) }],
      { state: "queued" },
    ],
    [
      "octets of another realm",
      [TO_BOB, runInNewContext("new Uint8Array([83, 58, 32, 120, 13, 10, 13, 10, 120, 13, 10])")],
      { sizeBytes: 11 },
    ],
    [
      "parameters that are left out",
      [undefined, LETTER, { sendOptions: { mailParameters: { "X-A": "1", "X-B": any(undefined) } } }],
      { state: "queued" },
    ],
    [
      "addresses with display names",
      [{ from: "Ann <ann@example.com>", to: ["Bob <bob@example.org>", "bob@example.org"] }, LETTER],
      { from: "ann@example.com", recipients: [{ address: "bob@example.org" }] },
    ],
  ])("%s", async (_, args, kept) => {
    const other = await openQueue({ store: stores.open() });
    const { id } = await other.enqueue(...args);
    expect(await other.get(id)).toMatchObject(kept);
    await other.cancel(id);
    await other.purge();
    await other.close();
  });

  it.each(["my_host.example", "_spool.local", "[192.0.2.1]", "localhost", "bücher.example."])(
    "a limit of %s",
    async (domain) => {
      const worker = queue.work(deliver, {
        destinationLimits: { [domain]: { count: 1, perMs: 1 } },
        stopWhenIdle: true,
      });
      await worker.done;
    },
  );
});

describe("a queue keeps", () => {
  it("the send options as they were, whatever becomes of the object", async () => {
    const other = await openQueue({ store: stores.open() });
    const sendOptions = { dsn: { notify: ["failure" as const] }, requireTls: true };
    const added = other.enqueue(undefined, LETTER, { sendOptions });
    sendOptions.requireTls = false;
    sendOptions.dsn.notify.pop();
    const { id } = await added;
    let kept: unknown;
    await other.work(
      async (envelope) => {
        kept = envelope.sendOptions;
        return allOf(envelope.to, "accepted");
      },
      { stopWhenIdle: true, keepSentMs: 0 },
    ).done;
    expect({ id, kept }).toEqual({ id, kept: { dsn: { notify: ["failure"] }, requireTls: true } });
    await other.close();
  });

  it("to a limit of a domain that is written in its own letters", async () => {
    const other = await openQueue({ store: stores.open() });
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      ids.push((await other.enqueue({ from: null, to: "bob@bücher.example" }, LETTER)).id);
    }
    const options = {
      destinationLimits: { "Bücher.Example.": { count: 2, perMs: 3_600_000 } },
      stopWhenIdle: true,
    };
    const worker = other.work(deliver, { ...options, keepSentMs: 0 });
    await worker.done;
    expect(worker.statistics).toMatchObject({ sent: 2 });
    expect(await other.statistics()).toMatchObject({ queued: 1 });
    for (const id of ids) await other.cancel(id).catch(() => {});
    await other.purge();
    await other.close();
  });
});
