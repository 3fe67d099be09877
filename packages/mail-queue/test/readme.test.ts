import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as door from "../src/index.js";
import { OK } from "./stores.js";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const TABLE_ROWS = README.split("\n").filter((line) => line.startsWith("| "));

describe("the README", () => {
  it("opens with an example that runs", async () => {
    const code = /```ts\n([\s\S]*?)```/.exec(README)?.[1] ?? "";
    const body = code
      .replace(/^import .*;$/gm, "")
      .replace('openQueue("outbox")', "openQueue(outbox)")
      .replace(/console\.log\(/, "said.push(");
    const sent: unknown[] = [];
    class SmtpClient {
      async send(
        message: { raw(): AsyncIterable<Uint8Array> },
        options: { envelope: { to: string[] }; beforeContent(): Promise<void> },
      ) {
        await options.beforeContent();
        for await (const block of message.raw()) sent.push(Buffer.from(block).toString());
        return {
          recipients: options.envelope.to.map((address) => ({ address, outcome: "accepted", reply: OK })),
        };
      }
      async close() {}
    }
    const folder = await mkdtemp(join(tmpdir(), "wirepost-readme-"));
    const said: unknown[] = [];
    const AsyncFunction = (async () => {}).constructor as new (
      ...text: string[]
    ) => (...values: unknown[]) => Promise<void>;
    const run = new AsyncFunction("openQueue", "deliverThrough", "SmtpClient", "outbox", "said", body);
    await run(door.openQueue, door.deliverThrough, SmtpClient, join(folder, "outbox"), said);
    await rm(folder, { recursive: true });
    expect(said).toEqual(["sent", 250]);
    expect(sent).toEqual([expect.stringContaining("Hello Bob")]);
  });

  it("tells every move of the table, and no other", () => {
    const moves = Object.entries(door.TRANSITIONS).flatMap(([from, to]) =>
      Object.entries(to).map(([place, why]) => `| ${from} | ${place} | ${why} |`),
    );
    const told = TABLE_ROWS.filter((row) =>
      /^\| (?:new|queued|sending|content|in-doubt|sent|failed|purged) \| [a-z-]+ \|/.test(row),
    );
    expect(told.toSorted()).toEqual(moves.toSorted());
  });

  it("tells every state of a file, and no other", () => {
    const rows = door.FILE_STATES.map(
      ({ file, name, means, ownerDied }) => `| ${file} | \`${name}\` | ${means} | ${ownerDied} |`,
    );
    for (const row of rows) expect(README).toContain(row);
  });

  it("tells every error code", () => {
    for (const [code, meaning] of Object.entries(door.QUEUE_ERROR_CODES)) {
      expect(README).toContain(`| \`${code}\` | ${meaning} |`);
    }
  });
});
