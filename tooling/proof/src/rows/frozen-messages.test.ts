import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openQueue } from "../../../../packages/mail-queue/src/index.js";
import { fromFile } from "../../../../packages/mime-message/src/node.js";

const folder = mkdtempSync(join(tmpdir(), "wirepost-frozen-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("Q15 a queued message is what it was, whatever becomes of its sources", async () => {
  const path = join(folder, "report.txt");
  writeFileSync(path, "as it was");
  const octets = Buffer.from("as they were");
  const message = {
    from: "ann@example.com",
    to: ["bob@example.org"],
    subject: "before",
    text: "before",
    attachments: [fromFile(path), { filename: "b.txt", content: octets }],
  };
  const queue = await openQueue(join(folder, "outbox"));
  const { id } = await queue.enqueue(undefined, message);
  const read = async (): Promise<string> => {
    const blocks: Uint8Array[] = [];
    for await (const block of queue.content(id)) blocks.push(block);
    return Buffer.concat(blocks).toString("latin1");
  };
  const queued = await read();

  writeFileSync(path, "changed since");
  octets.fill(0x58);
  message.subject = "after";
  message.to.push("evil@example.test");

  expect(await read()).toBe(queued);
  expect(queued).toContain("Subject: before");
  expect(queued).toContain(Buffer.from("as it was").toString("base64"));
  expect(queued).toContain(Buffer.from("as they were").toString("base64"));
  expect((await queue.get(id)).recipients.map(({ address }) => address)).toEqual(["bob@example.org"]);
  await queue.close();
});
