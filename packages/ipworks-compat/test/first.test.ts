import { recordingServer } from "@wirepost/test-server";
import { expect, it } from "vitest";
import { dotnetSmtp, javaSmtp } from "./doors.js";

it("sends", async () => {
  await using server = await recordingServer();
  const { smtp, log } = javaSmtp(server.port);
  await smtp.send();
  console.log(log, smtp.getLastReply(), smtp.isConnected());
  console.log(
    server.messages[0]?.text,
    smtp.getMessageHeadersString() + smtp.config("TransferText") === server.messages[0]?.text,
  );
  const net = dotnetSmtp(server.port);
  await net.smtp.Send();
  expect(server.messages.length).toBe(2);
});
