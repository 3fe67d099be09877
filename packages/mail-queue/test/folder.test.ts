import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderFile, MessageFolder } from "../src/folder.js";
import { openQueue, QueueError } from "../src/index.js";

let path: string;
let folder: MessageFolder;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "wirepost-folder-"));
  folder = new MessageFolder(path);
});
afterEach(async () => {
  await folder.close();
  await rm(path, { recursive: true, force: true });
});

const HEAD = { from: "ann@example.com", to: ["bob@example.org"], text: "é\r\n" };
const CONTENT = [
  Buffer.from("Subject: x\r\n\r\n"),
  Buffer.from("\0\xff\r\nwirepost-message-end 1 x\r\n", "latin1"),
];
const extensions = async (): Promise<string[]> =>
  (await readdir(path)).map((name) => name.replace(/^.*\./, "")).sort();
const waiting = async (): Promise<string> => (await folder.waiting())[0] as string;

async function contentOf(name: string, from?: number): Promise<string> {
  const message = await folder.open(name);
  const blocks: Uint8Array[] = [];
  for await (const block of message.blocks(from)) blocks.push(block);
  await message.close();
  return Buffer.concat(blocks).toString("latin1");
}

describe("a message of a folder", () => {
  it("is read as it was written", async () => {
    const name = basename(await folder.add(HEAD, CONTENT));
    const message = await folder.open(name);
    expect(message.head).toEqual(HEAD);
    expect(message.sizeBytes).toBe(Buffer.concat(CONTENT).length);
    await message.close();
    expect(await contentOf(name)).toBe(Buffer.concat(CONTENT).toString("latin1"));
    expect(await contentOf(name, 14)).toBe(CONTENT[1]?.toString("latin1"));
  });

  it("of many blocks, and of none", async () => {
    const block = Buffer.alloc(50_000, "x");
    expect(await contentOf(basename(await folder.add({}, [block, block, block])))).toBe("x".repeat(150_000));
    expect(await contentOf(basename(await folder.add({}, [])))).toBe("");
  });

  it("goes from extension to extension", async () => {
    await folder.add(HEAD, CONTENT);
    await folder.add(HEAD, CONTENT);
    const name = await waiting();
    const claimed = (await folder.claim(name)) as string;
    expect(await extensions()).toEqual(["queued", "sending"]);
    expect(await folder.claim(name)).toBeUndefined();
    await folder.sent(claimed, true);
    expect(await extensions()).toEqual(["queued", "sent"]);
    const other = (await folder.claim(await waiting())) as string;
    await folder.failed(other);
    expect(await extensions()).toEqual(["failed", "sent"]);
    await folder.add(HEAD, CONTENT);
    await folder.sent((await folder.claim(await waiting())) as string, false);
    expect(await extensions()).toEqual(["failed", "sent"]);
  });

  it("waits in the order in which it was added", async () => {
    const added: string[] = [];
    for (let i = 0; i < 30; i++) added.push(basename(await folder.add({ i }, [])));
    expect(await folder.waiting()).toEqual(added);
  });

  it("is claimed by one of many", async () => {
    await folder.add(HEAD, CONTENT);
    const name = await waiting();
    const others = Array.from({ length: 8 }, () => new MessageFolder(path));
    const claims = await Promise.all(others.map((other) => other.claim(name)));
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    await Promise.all(others.map((other) => other.close()));
  });

  it("of a name that was given by hand replaces no other of that name", async () => {
    const octets: Uint8Array[] = [];
    for await (const block of folderFile(HEAD, CONTENT)) octets.push(block);
    const claimed: string[] = [];
    for (let i = 0; i < 3; i++) {
      await writeFile(join(path, "mine.queued"), Buffer.concat(octets));
      claimed.push((await folder.claim("mine.queued")) as string);
    }
    expect(await extensions()).toEqual(["sending", "sending", "sending"]);
    await folder.sent(claimed[0] as string, true);
    await folder.sent(claimed[1] as string, true);
    await folder.failed(claimed[2] as string);
    expect(await extensions()).toEqual(["failed", "sent", "sent"]);
  });

  it("is not added to a folder that was closed, nor with a head that could not be read again", async () => {
    await expect(folder.add({ x: "y".repeat(17 * 1024 * 1024) }, [])).rejects.toMatchObject({
      code: "ERR_QUEUE_TOO_LARGE",
    });
    await folder.close();
    await expect(folder.add(HEAD, CONTENT)).rejects.toMatchObject({ code: "ERR_QUEUE_CLOSED" });
    expect(await extensions()).toEqual([]);
  });

  it("whose content breaks leaves no file", async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new Error("the disk is gone");
    };
    await expect(folder.add(HEAD, broken())).rejects.toThrow("the disk is gone");
    expect(await extensions()).toEqual([]);
  });

  it("may be written by hand from the same octets", async () => {
    const octets: Uint8Array[] = [];
    for await (const block of folderFile(HEAD, CONTENT)) octets.push(block);
    await writeFile(join(path, "mine.queued"), Buffer.concat(octets));
    expect(await folder.waiting()).toEqual(["mine.queued"]);
    expect(await contentOf("mine.queued")).toBe(Buffer.concat(CONTENT).toString("latin1"));
  });
});

it("Q8 a folder that others may write to is refused, and files are for this user alone", async () => {
  await folder.check();
  const file = await folder.add(HEAD, CONTENT);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await chmod(path, 0o777);
  await expect(folder.check()).rejects.toMatchObject({ code: "ERR_QUEUE_DIRECTORY_UNSAFE" });
});

describe("a file that is none of ours", () => {
  it("Q6 is refused when any octet of it is another, or the last are missing", async () => {
    const file = await folder.add({ a: 1 }, [Buffer.from("Subject: x\r\n\r\nHi\r\n")]);
    const octets = await readFile(file);
    for (let at = 0; at < octets.length; at++) {
      const spoiled = Buffer.from(octets);
      spoiled[at] = (spoiled[at] as number) ^ 1;
      await writeFile(join(path, "spoiled"), spoiled);
      await expect(folder.open("spoiled"), `octet ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_QUEUE_(?:DAMAGED|VERSION)$/),
      });
      await writeFile(join(path, "spoiled"), octets.subarray(0, at));
      await expect(folder.open("spoiled"), `${at} octets`).rejects.toMatchObject({
        code: "ERR_QUEUE_DAMAGED",
      });
    }
  });

  it("Q7 is refused when it is a link, has two names, or is a directory", async () => {
    const file = await folder.add(HEAD, CONTENT);
    await symlink(file, join(path, "soft.queued"));
    await expect(folder.open("soft.queued")).rejects.toMatchObject({ code: "ERR_QUEUE_FOREIGN" });
    await link(file, join(path, "hard.queued"));
    await expect(folder.open("hard.queued")).rejects.toMatchObject({ code: "ERR_QUEUE_FOREIGN" });
    await mkdir(join(path, "folder.queued"));
    await expect(folder.open("folder.queued")).rejects.toMatchObject({ code: "ERR_QUEUE_FOREIGN" });
  });

  it("a folder that is not there, or no folder, is told by code and by path", async () => {
    const missing = join(path, "nowhere");
    const nowhere = new MessageFolder(missing);
    await expect(nowhere.check()).rejects.toMatchObject({
      code: "ERR_QUEUE_STORAGE",
      errno: "ENOENT",
      message: expect.stringContaining(JSON.stringify(missing)),
    });
    await writeFile(join(path, "file"), "");
    const file = new MessageFolder(join(path, "file"));
    await expect(file.check()).rejects.toMatchObject({ code: "ERR_QUEUE_DIRECTORY_UNSAFE" });
    for (const failing of [file.add(HEAD, CONTENT), file.waiting()]) {
      await expect(failing).rejects.toMatchObject({
        code: "ERR_QUEUE_STORAGE",
        errno: "ENOTDIR",
        message: expect.stringContaining(join(path, "file")),
      });
    }
  });
});

describe("a folder that is not there yet", () => {
  it("has nothing that waits, and is made for this user alone by the first message", async () => {
    const inner = join(path, "spool", "reports");
    const made = new MessageFolder(inner);
    expect(await made.waiting()).toEqual([]);
    const name = basename(await made.add(HEAD, CONTENT));
    expect((await stat(inner)).mode & 0o777).toBe(0o700);
    await made.check();
    expect(await made.waiting()).toEqual([name]);
    await made.close();
  });
});

it("a folder that nobody can make is an error, and the end of it", async () => {
  await writeFile(join(path, "file"), "");
  const nowhere = join(process.platform === "linux" ? "/proc/wirepost" : join(path, "file"), "queue");
  const ways = [() => new MessageFolder(nowhere).add(HEAD, CONTENT), () => openQueue(nowhere)];
  for (const make of ways) {
    await expect(make()).rejects.toMatchObject({
      code: "ERR_QUEUE_STORAGE",
      message: expect.stringContaining(dirname(nowhere)),
    });
  }
});

describe("a folder that is used wrongly", () => {
  const ring: { self?: unknown } = {};
  ring.self = ring;
  it.each<{ name: string; use: () => unknown; code?: string }>([
    { name: "no path", use: () => new MessageFolder(undefined as never), code: "ERR_QUEUE_OPTION" },
    { name: "an empty path", use: () => new MessageFolder(""), code: "ERR_QUEUE_OPTION" },
    { name: "no head", use: () => folder.add(null as never, []) },
    { name: "a head that is text", use: () => folder.add("ann" as never, []) },
    { name: "a head in a ring", use: () => folder.add(ring, []) },
    { name: "a head that becomes text", use: () => folder.add(new Date(0), []) },
    { name: "no content", use: () => folder.add(HEAD, undefined as never) },
    { name: "content that is text", use: () => folder.add(HEAD, "Subject: x" as never) },
    { name: "octets without a list around", use: () => folder.add(HEAD, CONTENT[0] as never) },
    { name: "a block that is text", use: () => folder.add(HEAD, ["Subject: x"] as never) },
    { name: "no name", use: () => folder.claim(undefined as never) },
    { name: "a path instead of a name", use: () => folder.open(join(path, "x.queued")) },
    { name: "a name that leads out", use: () => folder.claim("../x.queued") },
    { name: "a name with a NUL", use: () => folder.sent("x\0.sending", false) },
    { name: "the folder itself", use: () => folder.failed("..") },
    {
      name: "keep as a word",
      use: () => folder.sent("x.sending", "no" as never),
      code: "ERR_QUEUE_OPTION",
    },
  ])("refuses $name and leaves no file", async ({ use, code = "ERR_QUEUE_ARGUMENT" }) => {
    const error = await (async () => use())().catch((reason: unknown) => reason);
    expect({ ours: QueueError.is(error), error }).toMatchObject({ ours: true, error: { code } });
    expect(await extensions()).toEqual([]);
  });

  it.each([-1, 0.5, 9_999, "1" as never])("gives no content from octet %s on", async (from) => {
    const message = await folder.open(basename(await folder.add(HEAD, CONTENT)));
    expect(() => message.blocks(from)).toThrow(expect.objectContaining({ code: "ERR_QUEUE_OPTION" }));
    await message.close();
  });
});
