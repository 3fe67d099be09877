// Rows Q5-Q8, Q11 and Q12 of the threats: what a directory can hold that is not a queue, and what a clock can do.
import { execFileSync } from "node:child_process";
import {
  chmod,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Deliver, DirectoryStore, type MailQueue, openQueue, type QueueEvent } from "../src/index.js";
import { allOf, directoryStores, LETTER, OK, readAll, type Stores } from "./stores.js";

let stores: Stores & { directory: string };
let queue: MailQueue;
let events: QueueEvent[];

beforeEach(async () => {
  stores = await directoryStores();
  events = [];
  queue = await openQueue({ store: stores.open(), onEvent: (event) => events.push(event) });
});
afterEach(async () => {
  vi.useRealTimers();
  await queue.destroy();
  await stores.remove();
});

const live = (...name: string[]) => join(stores.directory, "live", ...name);
const accept: Deliver = async (envelope, source) => {
  await readAll(source);
  return allOf(envelope.to, "accepted");
};

async function drain(deliver: Deliver = accept): Promise<void> {
  await queue.work(deliver, { stopWhenIdle: true, firstDelayMs: 3_600_000 }).done;
}

async function onlyFile(): Promise<string> {
  const [name] = (await readdir(live())).filter((text) => text.endsWith(".queued"));
  return name as string;
}

describe("modes", () => {
  it("Q8 are 0700 for directories and 0600 for files", async () => {
    await queue.enqueue(undefined, LETTER);
    for (const entry of await readdir(stores.directory, { recursive: true, withFileTypes: true })) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect(mode & 0o777, entry.name).toBe(entry.isDirectory() ? 0o700 : 0o600);
    }
    expect((await stat(stores.directory)).mode & 0o777).toBe(0o700);
  });

  it.each([0o770, 0o707, 0o1777])("%o of the directory is refused", async (mode) => {
    await chmod(stores.directory, mode);
    await expect(openQueue(stores.directory)).rejects.toMatchObject({ code: "ERR_QUEUE_DIRECTORY_UNSAFE" });
    await chmod(stores.directory, 0o700);
    await chmod(live(), mode);
    await expect(openQueue(stores.directory)).rejects.toMatchObject({ code: "ERR_QUEUE_DIRECTORY_UNSAFE" });
  });

  it("a folder that is a link is refused", async () => {
    const other = await directoryStores();
    await mkdir(join(other.directory, ".."), { recursive: true });
    await mkdir(other.directory, { mode: 0o700 });
    await symlink(tmpdir(), join(other.directory, "live"));
    await expect(openQueue(other.directory)).rejects.toMatchObject({ code: "ERR_QUEUE_DIRECTORY_UNSAFE" });
    await other.remove();
  });
});

/** Each puts something into `live/` under a name that the queue uses. */
const STRANGERS: { name: string; put: (path: string) => Promise<void>; reason: string }[] = [
  { name: "a symbolic link", put: (path) => symlink("/etc/passwd", path), reason: "FOREIGN" },
  {
    name: "a second name of a message",
    put: async (path) => {
      await writeFile(`${stores.directory}/other`, "x");
      await link(`${stores.directory}/other`, path);
    },
    reason: "FOREIGN",
  },
  { name: "a directory", put: async (path) => void (await mkdir(path)), reason: "FOREIGN" },
  { name: "a FIFO", put: async (path) => void execFileSync("mkfifo", [path]), reason: "FOREIGN" },
  { name: "an empty file", put: (path) => writeFile(path, ""), reason: "DAMAGED" },
  { name: "garbage", put: (path) => writeFile(path, Buffer.alloc(5_000, 0xff)), reason: "DAMAGED" },
  { name: "a large garbage", put: (path) => writeFile(path, Buffer.alloc(600_000, 0x20)), reason: "DAMAGED" },
  {
    name: "a message under another's name",
    put: async (path) => copyFile(live(await onlyFile()), path),
    reason: "DAMAGED",
  },
];

describe("what is not a message", () => {
  it.each(STRANGERS)("Q7 $name is set aside, and the queue goes on", async ({ put, reason }) => {
    const { id } = await queue.enqueue(undefined, LETTER);
    await put(live(`000000000.0.00000.${"0".repeat(9)}-${"0".repeat(16)}.queued`));
    await drain();
    expect((await queue.get(id)).state).toBe("sent");
    expect(events.filter(({ type }) => type === "set-aside")).toMatchObject([
      { error: { code: `ERR_QUEUE_${reason}` } },
    ]);
    expect(await readdir(join(stores.directory, "set-aside"))).toEqual([
      expect.stringMatching(`\\.ERR_QUEUE_${reason}$`),
    ]);
    expect(await readdir(live())).toEqual([]);
  });

  it.each(["readme.txt", "x.queued", "..."])("nor is a file with the name %j", async (name) => {
    const { id } = await queue.enqueue(undefined, LETTER);
    await writeFile(live(name), "x");
    await drain();
    expect((await queue.get(id)).state).toBe("sent");
    expect((await readdir(live())).filter((text) => !text.startsWith("."))).toEqual([]);
  });

  it("Q7 a device is not even opened", async () => {
    // A terminal or a tape would notice; /dev/null at least must not be taken for a message.
    await symlink("/dev/null", live(`000000000.0.00000.${"0".repeat(9)}-${"0".repeat(16)}.queued`));
    await drain();
    expect(events).toMatchObject([{ type: "set-aside", error: { code: "ERR_QUEUE_FOREIGN" } }]);
  });

  it("a large message whose content was changed on disk is not sent", async () => {
    const { id } = await queue.enqueue(
      { from: null, to: "bob@example.org" },
      { ...LETTER, text: "line\n".repeat(90_000) },
    );
    const file = await open(live(await onlyFile()), "r+");
    await file.write("X", 300_000);
    await file.close();
    const given: string[] = [];
    await drain(async (envelope, source) => {
      for await (const block of source.open()) given.push(Buffer.from(block).toString());
      return allOf(envelope.to, "accepted");
    });
    expect(given).toEqual([]);
    expect(await queue.get(id)).toMatchObject({ state: "failed", error: { code: "ERR_QUEUE_DAMAGED" } });
  });

  it("a message that is cut short between two of its transactions keeps what the first came to", async () => {
    const { id } = await queue.enqueue(
      { from: null, to: LETTER.to },
      { ...LETTER, text: "line\n".repeat(90_000) },
    );
    await drain(async (envelope, source) => {
      await readAll(source);
      await truncate(live((await readdir(live()))[0] as string), 300_000);
      await expect(readAll(source)).rejects.toMatchObject({ code: "ERR_QUEUE_DAMAGED" });
      const [first, second] = envelope.to as [string, string];
      return {
        recipients: [
          { address: first, outcome: "accepted", reply: OK },
          { address: second, outcome: "not-sent" },
        ],
      };
    });
    const found = events.findLast(({ type }) => type === "settled" || type === "problem");
    expect(found).toMatchObject({
      message: { id, recipients: [{ state: "accepted" }, { state: "rejected" }] },
    });
  });

  it("Q6 a file that was cut short at any octet is set aside or whole, never half sent", async () => {
    await queue.enqueue(
      { from: null, to: "bob@example.org" },
      new TextEncoder().encode("Subject: x\r\n\r\nshort\r\n"),
    );
    const name = await onlyFile();
    const octets = await readFile(live(name));
    await rename(live(name), live(".kept"));
    const sent: string[] = [];
    for (let length = 0; length < octets.length; length += 37) {
      await writeFile(live(name), octets.subarray(0, length), { mode: 0o600 });
      await drain(async (envelope, source) => {
        sent.push(await readAll(source));
        return allOf(envelope.to, "accepted");
      });
    }
    expect(new Set(sent).size).toBeLessThanOrEqual(1);
    for (const text of sent) expect(text).toMatch(/short\r\n$/);
  });
});

describe("clocks", () => {
  it("Q11 that are set forward or back move no retry of a running worker", async () => {
    const { id } = await queue.enqueue(undefined, LETTER);
    await drain(async (envelope) => allOf(envelope.to, "rejected", 451));
    const real = Date.now;
    for (const jump of [365 * 86_400_000, -365 * 86_400_000]) {
      Date.now = () => real() + jump;
      try {
        await drain();
        expect((await queue.get(id)).state).toBe("queued");
      } finally {
        Date.now = real;
      }
    }
  });

  it("that were set back between two runs hold no retry for longer than the longest delay", async () => {
    const { id } = await queue.enqueue(undefined, LETTER, { expires: Date.now() + 730 * 86_400_000 });
    const real = Date.now;
    Date.now = () => real() + 365 * 86_400_000;
    const ahead = await openQueue(stores.directory);
    await ahead.work(async (envelope) => allOf(envelope.to, "rejected", 451), { stopWhenIdle: true }).done;
    await ahead.close();
    Date.now = real;
    // The next try seems a year away; no wait can be that long.
    await queue.destroy();
    queue = await openQueue({ store: stores.open() });
    await drain();
    expect((await queue.get(id)).state).toBe("sent");
  });
});

describe("messages", () => {
  it("that another process queues are found", async () => {
    const sent: string[] = [];
    const worker = queue.work(async (envelope) => {
      sent.push(envelope.id);
      return allOf(envelope.to, "accepted");
    });
    const other = await openQueue(stores.directory);
    const { id } = await other.enqueue(undefined, LETTER);
    await vi.waitFor(() => expect(sent).toEqual([id]), { timeout: 10_000 });
    await worker.close();
    await other.close();
  });
});

describe("workers that are gone", () => {
  /** Leaves a claim behind as a killed process would: under a member of another boot, with an old heartbeat. */
  async function abandon(file: "sending" | "content"): Promise<string> {
    const { id } = await queue.enqueue(undefined, LETTER);
    const member = "000000000000";
    const name = await onlyFile();
    await rename(
      live(name),
      live(name.replace(".00000.", ".00001.").replace(".queued", `.${member}.${file}`)),
    );
    await writeFile(
      join(stores.directory, "members", member),
      JSON.stringify({ pid: 1, boot: "another", startedAt: "1" }),
    );
    const long = new Date(Date.now() - 86_400_000);
    await utimes(join(stores.directory, "members", member), long, long);
    return id;
  }

  async function withLease(leaseMs: number): Promise<void> {
    await queue.destroy();
    queue = await openQueue({
      store: new DirectoryStore({ directory: stores.directory, leaseMs, pollIntervalMs: 10 }),
    });
  }

  it.each([
    { file: "sending", state: "sent" },
    { file: "content", state: "in-doubt" },
  ] as const)(
    "leave a message with $file that ends $state, once their lease is over",
    async ({ file, state }) => {
      const id = await abandon(file);
      await withLease(200);
      const worker = queue.work(accept, { recoverIntervalMs: 50 });
      await vi.waitFor(async () => expect((await queue.get(id)).state).toBe(state), { timeout: 10_000 });
      await worker.close();
    },
  );

  it("are not robbed while they may live", async () => {
    const id = await abandon("content");
    await withLease(3_600_000);
    await queue.work(accept, { recoverIntervalMs: 10, stopWhenIdle: true }).done;
    expect((await queue.get(id)).state).toBe("sending");
  });
});
