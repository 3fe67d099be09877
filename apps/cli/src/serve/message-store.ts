import { randomBytes } from "node:crypto";
import { mkdir, open, rename, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { CliError, invalidOption } from "../errors.js";
import type { CaughtMessage } from "./caught-message.js";
import { messageJson } from "./message-json.js";

/** How messages are written: a Maildir, one JSON file each, or one file each as received. */
export type StoreFormat = "maildir" | "json" | "eml";

/** Where the embedded server writes messages. */
export interface MessageStore {
  /** Resolves to the path of the file, once the message would survive a power loss. */
  save(message: CaughtMessage): Promise<string>;
}

/**
 * Opens a directory for messages and makes it, readable by its owner alone, where it does not exist.
 * A reader never sees half a message: each is written under another name and moved.
 *
 * @throws CliError `ERR_CLI_CANNOT_CREATE`, `ERR_CLI_INVALID_OPTION`
 */
export async function openMessageStore(directory: string, format: StoreFormat): Promise<MessageStore> {
  if (typeof directory !== "string" || directory === "" || directory.includes("\0")) {
    throw invalidOption("the directory must be a path", directory);
  }
  if (format !== "maildir" && format !== "json" && format !== "eml") {
    throw invalidOption("the format must be maildir, json or eml", format, true);
  }
  const folders = format === "maildir" ? ["tmp", "new", "cur"] : [""];
  try {
    for (const folder of folders) await mkdir(join(directory, folder), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw cannotWrite(directory, cause);
  }
  return {
    async save(message) {
      const { temporary, final, folder } = paths(directory, format, message);
      const content =
        format === "json" ? `${JSON.stringify(messageJson(message), null, 2)}\n` : message.content;
      try {
        await writeDurably(temporary, content);
        await rename(temporary, final);
        await syncDirectory(folder);
      } catch (cause) {
        await unlink(temporary).catch(() => {});
        throw cannotWrite(final, cause);
      }
      return final;
    },
  };
}

function paths(directory: string, format: StoreFormat, message: CaughtMessage) {
  if (format === "maildir") {
    const name = maildirName(message.receivedAt);
    const folder = join(directory, "new");
    return { temporary: join(directory, "tmp", name), final: join(folder, name), folder };
  }
  const name = `${message.id}.${format}`;
  return { temporary: join(directory, `.${name}.tmp`), final: join(directory, name), folder: directory };
}

let deliveries = 0;

/** A unique name by Maildir's rules: seconds, then what makes it unique, then the host with / and : written in octal. */
function maildirName(receivedAt: Date): string {
  deliveries += 1;
  const timeMs = receivedAt.getTime();
  const unique = `M${(timeMs % 1000) * 1000}R${randomBytes(8).toString("hex")}P${process.pid}Q${deliveries}`;
  const host = hostname().replace(/\//g, "\\057").replace(/:/g, "\\072");
  return `${Math.floor(timeMs / 1000)}.${unique}.${host}`;
}

async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory as a file; its rename needs no such step.
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function cannotWrite(path: string, cause: unknown): CliError {
  const reason = (cause as { code?: string }).code ?? String(cause);
  return new CliError("ERR_CLI_CANNOT_CREATE", `cannot write ${JSON.stringify(path)} (${reason})`, { cause });
}
