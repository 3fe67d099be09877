import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeliverySource, QueueStore } from "../src/index.js";
import { type DirectoryOptions, DirectoryStore } from "../src/index.js";

/** Stores of one kind that look at the same messages, as processes would. */
export interface Stores {
  /** Another store over the same messages. */
  open(): QueueStore;
  remove(): Promise<void>;
}

export async function directoryStores(
  options: Partial<DirectoryOptions> = {},
): Promise<Stores & { directory: string }> {
  const directory = join(await mkdtemp(join(tmpdir(), "wirepost-queue-")), "queue");
  return {
    directory,
    open: () => new DirectoryStore({ directory, pollIntervalMs: 20, ...options }),
    remove: () => rm(join(directory, ".."), { recursive: true, force: true }),
  };
}

export const LETTER = {
  from: "Ann <ann@example.com>",
  to: ["bob@example.org", "cy@example.net"],
  subject: "Hello",
  text: "Hello Bob and Cy",
};

export async function readAll(source: AsyncIterable<Uint8Array> | DeliverySource): Promise<string> {
  const blocks: Uint8Array[] = [];
  for await (const block of "open" in source ? source.open() : source) blocks.push(block);
  return Buffer.concat(blocks).toString("latin1");
}

export const OK = { code: 250, enhanced: "2.0.0", lines: ["2.0.0 Ok: kept"] };

/** Says the same of everybody. */
export function allOf(
  to: readonly string[],
  outcome: "accepted" | "rejected" | "not-sent" | "unknown",
  code?: number,
) {
  const reply = code === undefined ? undefined : { code, lines: [`${code} said so`] };
  return {
    recipients: to.map((address) => ({ address, outcome, reply: outcome === "accepted" ? OK : reply })),
  };
}
