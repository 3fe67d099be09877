import { recordingServer } from "@wirepost/test-server";
import { expect, it } from "vitest";
import { SmtpClient, smtpOptionExtended } from "../src/index.js";

it("sends", async () => {
  await using server = await recordingServer({ users: { ann: "secret" } });
  const client = new SmtpClient();
  const log: unknown[] = [];
  for (const e of SmtpClient.Events) client.on(e, ((...a: unknown[]) => void log.push([e, ...a])) as never);
  client.RemotePort = server.port;
  expect(await client.Connect("127.0.0.1", { Options: smtpOptionExtended })).toBe(0);
  expect(await client.Authenticate("ann", "secret")).toBe(0);
  expect(await client.SendMessage("ann@example.com", "bob@example.org", "Subject: Hi\r\n\r\nHello\r\n")).toBe(
    0,
  );
  expect(await client.CreateMessage("ann@example.com", 100)).toBe(0);
  expect(await client.AddRecipient("bob@example.org")).toBe(0);
  expect(await client.AddRecipient("reject550@example.org")).toBe(12103);
  expect(await client.Write("Subject: x\n\n.dot\nyy")).toBe(19);
  expect(await client.CloseMessage()).toBe(0);
  expect(await client.Disconnect()).toBe(0);
  console.log(
    JSON.stringify(log, null, 0),
    server.messages.map((m) => m.text),
  );
});
