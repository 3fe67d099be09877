import { lstat, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { QueueError, storageError } from "../errors.js";

export const FOLDERS = ["live", "sent", "failed", "in-doubt", "set-aside", "members", "keys"] as const;

/**
 * Makes the directory and its folders, 0700, or checks them.
 * @throws QueueError `ERR_QUEUE_DIRECTORY_UNSAFE`, `ERR_QUEUE_STORAGE`
 */
export async function prepareFolders(directory: string): Promise<void> {
  try {
    const first = await makeMissing(directory);
    await checkFolder(directory);
    for (const folder of FOLDERS) {
      const path = join(directory, folder);
      await mkdir(path, { mode: 0o700 }).catch(unlessThere);
      await checkFolder(path);
    }
    await syncFolder(directory);
    if (first !== undefined) await syncFolder(dirname(first));
  } catch (cause) {
    throw storageError(`the queue directory ${JSON.stringify(directory)} cannot be used`, cause);
  }
}

/** Makes a directory, 0700, with those above it, so that it is still there after a crash. @throws what the system throws */
export async function makeFolder(path: string): Promise<void> {
  const first = await makeMissing(path);
  if (first !== undefined) await syncFolder(dirname(first));
}

/**
 * The first directory that had to be made. Node's own `recursive` never ends where nothing can be made and the system calls that ENOENT,
 * as in /proc.
 */
async function makeMissing(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, { mode: 0o700 });
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return undefined;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    const first = await makeMissing(dirname(path));
    await mkdir(path, { mode: 0o700 }).catch(unlessThere);
    return first ?? path;
  }
}

/** A directory of this user's, into which nobody else may write. @throws QueueError `ERR_QUEUE_DIRECTORY_UNSAFE`, and what lstat throws */
export async function checkFolder(path: string): Promise<void> {
  const stat = await lstat(path);
  const refuse = (why: string): never => {
    throw new QueueError("ERR_QUEUE_DIRECTORY_UNSAFE", `${JSON.stringify(path)} ${why}`);
  };
  if (!stat.isDirectory()) refuse("is not a directory");
  // Windows has neither of the two.
  if (process.getuid === undefined) return;
  if (stat.uid !== process.getuid()) refuse("belongs to another user");
  if ((stat.mode & 0o022) !== 0) refuse("may be written to by others (chmod 0700)");
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
