import { RawConversation } from "../../src/raw/conversation.js";
import type { MailServer } from "../../src/servers/mail-server.js";

/** As it is written on the wire: the dot at the start of a line is doubled. */
export const MESSAGE = [
  "From: <ann@example.test>",
  "To: <bob@example.test>",
  "Subject: smoke",
  "Date: Thu, 01 Jan 2026 00:00:00 +0000",
  "Message-ID: <smoke@client.example.test>",
  "",
  "..two dots",
  "end",
  "",
].join("\r\n");
export const STORED_MESSAGE = MESSAGE.replace("\r\n..", "\r\n.");

/** Connects to a port of the server and reads its greeting; the port `implicit` is the one with TLS at once. */
export async function greeted<Port extends string>(
  server: MailServer<Port>,
  port: Port,
): Promise<RawConversation> {
  const target = {
    host: server.host,
    port: server.ports[port],
    caFile: server.caFile,
    implicit: port === "implicit",
  };
  const conversation = await RawConversation.open(target);
  const greeting = await conversation.reply();
  if (greeting.code !== 220) throw new Error(conversation.transcript.join("\n"));
  return conversation;
}
