import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createOwn, openOwn, readAt, storing, writeAll } from "./own-file.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wirepost-own-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it.each([
  { name: "that is not there", use: (path: string) => openOwn(path, 0), errno: "ENOENT" },
  {
    name: "that is there already",
    use: async (path: string) => {
      await (await createOwn(path)).close();
      await createOwn(path);
    },
    errno: "EEXIST",
  },
  // What the system throws of an open file names no path.
  {
    name: "that cannot be written",
    use: async (path: string) => {
      const file = await createOwn(path);
      await file.close();
      await writeAll(file, [new Uint8Array(3)]);
    },
    errno: "EBADF",
  },
  {
    name: "that cannot be read",
    use: async (path: string) => {
      const file = await createOwn(path);
      await file.close();
      await readAt(file, 0, 3);
    },
    errno: "EBADF",
  },
  {
    name: "that cannot be made durable",
    use: async (path: string) => {
      const file = await createOwn(path);
      await file.close();
      await storing(file.sync(), file);
    },
    errno: "EBADF",
  },
])("the error of a file $name has its path", async ({ use, errno }) => {
  const path = join(folder, "file");
  await expect(use(path)).rejects.toMatchObject({
    code: "ERR_QUEUE_STORAGE",
    errno,
    message: expect.stringContaining(`(${errno}, ${JSON.stringify(path)})`),
  });
});
