// Files that can only be this user's: how all queue files are made, opened, read and written.
import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { QueueError, storageError } from "../errors.js";
import { damaged } from "./file-format.js";

/** Where an open file is, for errors: what the system throws of a handle names no path. */
const paths = new WeakMap<FileHandle, string>();

/** A new file for this user alone; a name that is there, be it a link, is refused. @throws QueueError `ERR_QUEUE_STORAGE` */
export async function createOwn(path: string): Promise<FileHandle> {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
  const file = await storing(open(path, O_CREAT | O_EXCL | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600), path);
  paths.set(file, path);
  return file;
}

/**
 * Opens a file that can only be ours: regular, one name, this user's, and no link followed on the last step.
 * @throws QueueError `ERR_QUEUE_FOREIGN`, `ERR_QUEUE_STORAGE`
 */
export async function openOwn(path: string, flags: number): Promise<FileHandle> {
  // Looked at first, because opening a device or a FIFO can itself have effects.
  const before = await storing(lstat(path), path);
  if (!before.isFile()) throw foreign("it is not a regular file");
  const { O_NOFOLLOW, O_NONBLOCK } = constants;
  let file: FileHandle;
  try {
    file = await open(path, flags | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ELOOP" || code === "EACCES" || code === "ENXIO")
      throw foreign(`it cannot be opened (${code})`);
    throw storageError("a queue file cannot be opened", cause, path);
  }
  paths.set(file, path);
  try {
    const stat = await storing(file.stat(), file);
    if (!stat.isFile()) throw foreign("it is not a regular file");
    if (stat.nlink !== 1) throw foreign("it has more than one name");
    if (process.getuid !== undefined && stat.uid !== process.getuid())
      throw foreign("it belongs to another user");
    return file;
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
}

/** So many octets from so far on. @throws QueueError `ERR_QUEUE_DAMAGED` where the file ends before, `ERR_QUEUE_STORAGE` */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const octets = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await storing(file.read(octets, done, length - done, position + done), file);
    if (bytesRead === 0) throw damaged("it is cut short");
    done += bytesRead;
  }
  return octets;
}

/**
 * What the system throws as ours.
 * @param where the path, or an open file of `createOwn` or `openOwn`
 * @throws QueueError `ERR_QUEUE_STORAGE`, which names the path
 */
export async function storing<T>(operation: Promise<T>, where: string | FileHandle): Promise<T> {
  try {
    return await operation;
  } catch (cause) {
    const path = typeof where === "string" ? where : paths.get(where);
    throw storageError("a queue file cannot be read or written", cause, path);
  }
}

/** All octets, at the end or from a position on. @throws QueueError `ERR_QUEUE_STORAGE` */
export async function writeAll(
  file: FileHandle,
  pieces: readonly Uint8Array[],
  position?: number,
): Promise<void> {
  for (const piece of pieces) {
    let done = 0;
    while (done < piece.length) {
      const at = position === undefined ? null : position + done;
      const { bytesWritten } = await storing(file.write(piece, done, piece.length - done, at), file);
      done += bytesWritten;
    }
  }
}

function foreign(why: string): QueueError {
  return new QueueError("ERR_QUEUE_FOREIGN", `not a queue file: ${why}`);
}
