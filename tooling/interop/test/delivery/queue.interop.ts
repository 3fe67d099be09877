import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deliverThrough, openQueue } from "@wirepost/mail-queue";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Internet, LETTER, startInternet } from "./internet.js";

let net: Internet;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wirepost-queue-"));
  net = await startInternet();
});
afterAll(async () => {
  await net?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a queue before DirectDelivery: each recipient by itself, only who waits is tried again", async () => {
  const queue = await openQueue(join(folder, "outbox"));
  const delivery = net.delivery({ trustDnssec: true });
  const to = [
    "bob@good.plain.test",
    "refused@good.plain.test",
    "deferred@good.plain.test",
    "cy@ee.signed.test",
    "dan@all-down.plain.test",
    "eve@mismatch.signed.test",
  ];
  const { id } = await queue.enqueue({ from: "ann@example.com", to }, LETTER, {
    sendOptions: { submitter: "<>", dsn: { notify: ["failure"], optional: true } },
  });
  const states = async () =>
    (await queue.get(id)).recipients.map(
      ({ address, state, reply, error }) => `${address} ${state} ${reply?.code ?? error?.code}`,
    );
  const run = async (maxAttempts: number) => {
    const options = { stopWhenIdle: true, firstDelayMs: 1, maxDelayMs: 1, maxAttempts } as const;
    const worker = queue.work(deliverThrough(delivery), options);
    await worker.done;
  };
  // A worker that stops when idle does not wait for what is due in a millisecond.
  do await run(2);
  while ((await queue.get(id)).state === "queued");
  expect(await states()).toEqual([
    "bob@good.plain.test accepted 250",
    "refused@good.plain.test rejected 550",
    "deferred@good.plain.test rejected 450",
    "cy@ee.signed.test accepted 250",
    "dan@all-down.plain.test rejected ERR_SOCKET_REFUSED",
    "eve@mismatch.signed.test rejected ERR_DELIVERY_DANE_MISMATCH",
  ]);
  expect((await queue.get(id)).state).toBe("failed");
  const has = (address: string) => (message: { recipient: string | undefined }) =>
    message.recipient === address;
  await net.mx1.waitForMessages(1, has("bob@good.plain.test"));
  await net.mx2.waitForMessages(1, has("cy@ee.signed.test"));
  expect(net.mx1.readMessages().filter(has("bob@good.plain.test"))).toHaveLength(1);
  expect(net.mx2.readMessages().filter(has("cy@ee.signed.test"))).toHaveLength(1);
  expect(net.mx2.readMessages().filter(has("eve@mismatch.signed.test"))).toEqual([]);
  await queue.close();
});
