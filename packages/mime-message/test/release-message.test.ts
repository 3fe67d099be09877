// Streams of a message that will not be sent are let go of: files are closed, and whoever feeds them is told.
import { createReadStream, fstatSync, mkdtempSync, openSync, type ReadStream, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import {
  type ComposedMessage,
  composeMessage,
  EmailMessage,
  type MessageInput,
  type MessageSource,
  releaseMessage,
} from "../src/index.js";
import { fromFile } from "../src/node.js";
import { BASE, compose, octetsOf } from "./read-back.js";

const folder = mkdtempSync(join(tmpdir(), "wirepost-release-"));
const path = join(folder, "large.bin");
writeFileSync(path, Buffer.alloc(300_000, 65));

const PLACES: Record<string, (content: never) => unknown> = {
  text: (text) => ({ text }),
  "text object": (content) => ({ text: { content } }),
  html: (html) => ({ html }),
  enriched: (enriched) => ({ enriched }),
  amp: (amp) => ({ amp }),
  watchHtml: (content) => ({ watchHtml: { content } }),
  calendar: (content) => ({ calendar: { content, filename: false } }),
  icalEvent: (content) => ({ icalEvent: { content, filename: false } }),
  attachment: (content) => ({ attachments: [{ content: "x" }, { filename: "a", content }] }),
  "raw attachment": (raw) => ({ attachments: [{ raw }] }),
  alternative: (content) => ({ alternatives: [{ content }] }),
  "raw alternative": (raw) => ({ alternatives: [{ raw }] }),
  raw: (raw) => ({ raw }),
  "raw object": (content) => ({ raw: { content } }),
  "an EmailMessage": (content) => new EmailMessage({ attachments: [{ content }] }),
  "an invalid message": (content) => ({ to: 5, nonsense: null, attachments: [null, 7, { x: 1, content }] }),
  "a message in a message": (content) => ({ attachments: [{ content: { attachments: [{ content }] } }] }),
};

function openFile(): { fd: number; stream: ReadStream; closed: Promise<void> } {
  const fd = openSync(path, "r");
  const stream = createReadStream("", { fd });
  return { fd, stream, closed: new Promise((resolve) => stream.once("close", () => resolve())) };
}

const isOpen = (fd: number): boolean => {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
};

function webStream() {
  const cancel = vi.fn((_reason?: unknown) => Promise.reject(new Error("cannot be cancelled")));
  const stream = new ReadableStream<Uint8Array>({ pull: (to) => to.enqueue(new Uint8Array(50_000)), cancel });
  return { stream, cancel };
}

describe.each(Object.entries(PLACES))("%s", (_, make) => {
  it("its file is closed", async () => {
    const { fd, stream, closed } = openFile();
    expect(releaseMessage(make(stream as never) as MessageInput)).toBeUndefined();
    expect(stream.destroyed).toBe(true);
    await closed;
    expect(isOpen(fd)).toBe(false);
  });

  it("its web stream is cancelled with the cause", () => {
    const { stream, cancel } = webStream();
    const cause = new Error("the server said no");
    releaseMessage(make(stream as never) as MessageInput, cause);
    expect(cancel.mock.calls).toEqual([[cause]]);
  });

  it("its generator ends", async () => {
    let ended = false;
    const generator = (async function* () {
      try {
        yield "x";
        yield "y";
      } finally {
        ended = true;
      }
    })();
    await generator.next();
    releaseMessage(make(generator as never) as MessageInput);
    await new Promise(setImmediate);
    expect(ended).toBe(true);
  });
});

describe("after composing", () => {
  const message = (content: unknown): MessageInput => ({ ...BASE, attachments: [{ content }] as never });

  it("what was read ahead goes with the composed content", async () => {
    const { fd, stream, closed } = openFile();
    const { stream: web, cancel } = webStream();
    const input = { ...BASE, attachments: [{ content: stream }, { content: web }] };
    const composed = await composeMessage(input);
    await (composed.content as MessageSource).close?.();
    await closed;
    expect(isOpen(fd)).toBe(false);
    await expect(octetsOf(composed)).rejects.toMatchObject({ code: "ERR_MIME_SOURCE_CONSUMED" });
    // Twice is once.
    releaseMessage(input);
    await (composed.content as MessageSource).close?.();
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  it("a composition under way goes on", async () => {
    const stream = new PassThrough();
    const input = message(stream);
    const composed = composeMessage(input) as Promise<ComposedMessage>;
    releaseMessage(input);
    stream.end("small");
    expect((await octetsOf(await composed)).toString()).toContain("c21hbGw=");
  });

  it("a composition that is refused in the end closes what it had readied", async () => {
    const { fd, stream, closed } = openFile();
    const input: MessageInput = {
      ...BASE,
      calendar: { content: () => Readable.from(["METHOD:CANCEL\r\n"]), method: "REQUEST" },
      attachments: [{ content: stream }],
    };
    await expect(compose(input)).rejects.toMatchObject({ code: "ERR_MIME_INVALID_OPTION" });
    await closed;
    expect(isOpen(fd)).toBe(false);
  });

  it("a stream that is being read is its reader's, who closes it when he stops", async () => {
    const { stream } = openFile();
    const input = message(stream);
    const composed = await composeMessage(input);
    const blocks = (composed.content as MessageSource).open()[Symbol.asyncIterator]();
    await blocks.next();
    releaseMessage(input);
    expect(stream.destroyed).toBe(false);
    await blocks.return?.();
    expect(stream.destroyed).toBe(true);
  });

  it("a small stream was kept, and the message can be composed again", async () => {
    const input = message(Readable.from(["small"]));
    await composeMessage(input);
    releaseMessage(input);
    expect((await compose(input)).toString()).toContain("c21hbGw=");
  });

  it.each([
    ["Node stream", () => Readable.from(["x"])],
    ["web stream", () => webStream().stream],
    [
      "generator",
      () =>
        (async function* () {
          yield "x";
        })(),
    ],
  ])("a %s does not become an empty file when the message is composed after all", async (_, make) => {
    const input = message(make());
    releaseMessage(input);
    await expect(compose(input)).rejects.toMatchObject({ code: "ERR_MIME_SOURCE_CONSUMED" });
  });
});

describe("a stream that two messages share", () => {
  // Slow enough for both to be composing at once.
  const slow = (): Readable =>
    Readable.from(
      (async function* () {
        for (let i = 0; i < 3; i += 1) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          yield `part ${i}\n`;
        }
      })(),
    );
  const shared = (content: unknown): [MessageInput, MessageInput] => {
    const attachments = [{ content }] as never;
    return [
      { ...BASE, attachments },
      { ...BASE, attachments },
    ];
  };

  const aborted = (input: MessageInput, signal: AbortSignal): unknown => compose(input, { signal });
  it.each<[string, (input: MessageInput, signal: AbortSignal) => unknown, () => Readable, number]>([
    ["small, the other aborted", aborted, slow, 21],
    ["large, the other aborted", aborted, () => openFile().stream, 300_000],
    ["small, the other let go of", releaseMessage, slow, 21],
    ["large, the other let go of", releaseMessage, () => openFile().stream, 300_000],
  ])("is delivered with the one that goes on: %s", async (_, other, make, sizeBytes) => {
    const [one, two] = shared(make());
    const whole = compose(one);
    const abort = new AbortController();
    const ended = Promise.allSettled([other(two, abort.signal)]);
    abort.abort();
    await ended;
    const body = (await whole).toString("latin1").split("\r\n\r\n")[1] ?? "";
    expect(Buffer.from(body, "base64").length).toBe(sizeBytes);
  });

  it("is closed by the last of those who do not read it", async () => {
    const { fd, stream, closed } = openFile();
    const [one, two] = shared(stream);
    const composed = [await composeMessage(one), await composeMessage(two)];
    const [first, second] = composed.map(({ content }) => content as MessageSource);
    await first?.close?.();
    // Twice is once.
    await first?.close?.();
    releaseMessage(one);
    expect(stream.destroyed).toBe(false);
    await second?.close?.();
    await closed;
    expect(isOpen(fd)).toBe(false);
  });

  it("is read by the one when the other has closed it unread", async () => {
    const [one, two] = shared(openFile().stream);
    const first = await composeMessage(one);
    const second = await composeMessage(two);
    await (first.content as MessageSource).close?.();
    expect((await octetsOf(second)).length).toBeGreaterThan(400_000);
    await expect(octetsOf(first)).rejects.toMatchObject({ code: "ERR_MIME_SOURCE_CONSUMED" });
  });

  it("is closed when both fail", async () => {
    const { fd, stream, closed } = openFile();
    const inputs = shared(stream);
    const abort = new AbortController();
    const all = Promise.allSettled(inputs.map((input) => compose(input, { signal: abort.signal })));
    abort.abort();
    for (const result of await all) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "ERR_MIME_ABORTED" } });
    }
    await closed;
    expect(isOpen(fd)).toBe(false);
  });
});

describe("left alone", () => {
  it("streams that ended or were destroyed", async () => {
    const ended = Readable.from(["x"], { autoDestroy: false });
    for await (const _ of ended.iterator({ destroyOnReturn: false }));
    const gone = new PassThrough();
    gone.destroy();
    for (const stream of [ended, gone]) {
      const destroy = vi.spyOn(stream, "destroy");
      releaseMessage({ text: stream });
      expect(destroy).not.toHaveBeenCalled();
    }
  });

  it("web streams that somebody else reads", async () => {
    const { stream, cancel } = webStream();
    const reader = stream.getReader();
    releaseMessage({ text: stream });
    expect(cancel).not.toHaveBeenCalled();
    expect((await reader.read()).done).toBe(false);
  });

  it("what can be read again", async () => {
    const open = vi.fn(() => Readable.from(["x"]));
    const input: MessageInput = {
      ...BASE,
      text: "text",
      html: Buffer.from("html"),
      attachments: [{ content: open }, { content: new Blob(["x"]) }, fromFile(path)],
      messageId: "a@b",
    };
    const octets = (): Promise<Buffer> => compose(input, { random: (target) => void target.fill(1) });
    const before = await octets();
    open.mockClear();
    releaseMessage(input);
    expect(open).not.toHaveBeenCalled();
    expect((await octets()).equals(before)).toBe(true);
  });

  it("iterables that have opened nothing yet", () => {
    const open = vi.fn();
    releaseMessage({ text: { [Symbol.asyncIterator]: open } as never });
    expect(open).not.toHaveBeenCalled();
  });
});

describe("nothing is thrown, now or later", () => {
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error("get");
      },
      getPrototypeOf: () => {
        throw new Error("getPrototypeOf");
      },
    },
  );
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  const round: Record<string, unknown> = {};
  for (const name of ["text", "html", "raw", "content", "attachments", "alternatives"]) round[name] = round;
  const thrower = (): never => {
    throw new Error("thrown");
  };
  it.each([
    ["nothing", undefined],
    ["null", null],
    ["text", "x"],
    ["an object that throws", hostile],
    ["a revoked array", revoked.proxy],
    ["one that goes round in circles", round],
    ["destroy() that throws", { text: { [Symbol.asyncIterator]: thrower, destroy: thrower } }],
    ["return() that throws", { text: { [Symbol.asyncIterator]: thrower, return: thrower } }],
    ["return() that rejects", { text: { [Symbol.asyncIterator]: thrower, return: async () => thrower() } }],
    ["getReader() that throws", { text: { getReader: thrower } }],
    [
      "a lock that throws",
      {
        text: {
          getReader: thrower,
          get locked() {
            return thrower();
          },
        },
      },
    ],
    ["cancel() that throws", { text: { getReader: () => ({ cancel: thrower }) } }],
    [
      "a then that throws",
      {
        text: {
          getReader: () => ({
            cancel: () => ({
              // biome-ignore lint/suspicious/noThenProperty: what a hostile object has
              get then() {
                return thrower();
              },
            }),
          }),
        },
      },
    ],
  ])("%s", async (_, message) => {
    const { fd, stream, closed } = openFile();
    releaseMessage(message as never);
    releaseMessage({
      text: message,
      attachments: [message, { content: message }, { content: stream }],
    } as never);
    await closed;
    expect(isOpen(fd)).toBe(false);
  });

  it("a file that cannot be opened does not end the process", async () => {
    const stream = createReadStream(join(folder, "missing"));
    releaseMessage({ attachments: [{ content: stream }] });
    await new Promise<void>((resolve) => stream.once("close", () => resolve()));
    expect(stream.destroyed).toBe(true);
  });

  it("a getter that throws hides nothing behind it", async () => {
    const { fd, stream, closed } = openFile();
    const message = {
      get text() {
        return thrower();
      },
      attachments: [{ content: stream }],
    };
    releaseMessage(message as never);
    await closed;
    expect(isOpen(fd)).toBe(false);
  });
});

describe("a stream that a function opened is closed when composing is given up", () => {
  it.each([
    ["while it is read ahead", (stream: Readable) => stream],
    [
      "before it is there",
      (stream: Readable) => new Promise<Readable>((resolve) => setTimeout(resolve, 20, stream)),
    ],
  ])("%s", async (_, open) => {
    const stream = new PassThrough();
    const closed = new Promise<void>((resolve) => stream.once("close", () => resolve()));
    const abort = new AbortController();
    const composed = composeMessage({ ...BASE, text: () => open(stream) }, { signal: abort.signal });
    setTimeout(() => abort.abort(), 5);
    await expect(composed).rejects.toMatchObject({ code: "ERR_MIME_ABORTED" });
    await closed;
  });

  it("or when it gives what is no content", async () => {
    const stream = Readable.from([{ no: "octets" }, { no: "octets" }]);
    await expect(compose({ text: () => stream as never })).rejects.toMatchObject({
      code: "ERR_MIME_SOURCE_INVALID",
    });
    expect(stream.destroyed).toBe(true);
  });
});
