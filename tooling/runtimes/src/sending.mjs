// One server for all programs that send: STARTTLS, a login, and what arrived read by mailparser.
import { recordingServer, testIdentities } from "@wirepost/test-server";
import { simpleParser } from "mailparser";
import { runProgram } from "./run-program.mjs";

export async function startReceiver() {
  const { good } = await testIdentities();
  const server = await recordingServer({ tls: good, users: { ann: "correct horse" } });
  let programs = 0;

  /** Runs a sending program, and compares what arrived with what it had to send. */
  async function sends(file, args, options) {
    const marker = `program-${++programs}`;
    const before = server.messages.length;
    await runProgram(file, [...args, JSON.stringify({ port: server.port, ca: good.ca, marker })], options);
    const arrived = server.messages.slice(before);
    if (arrived.length !== 3) throw new Error(`${arrived.length} messages arrived, not 3`);
    for (const { content, secure, user } of arrived) {
      if (!secure || user !== "ann") throw new Error("a message came without TLS or without a login");
      const mail = await simpleParser(Buffer.from(content));
      const [, number] = /^program-\d+ (\d) Grüße$/.exec(mail.subject ?? "") ?? [];
      if (number === undefined || !mail.subject.startsWith(`${marker} `))
        throw new Error(`the subject ${mail.subject}`);
      if (mail.text.trimEnd() !== `Hello ${number}\n.\nlast`)
        throw new Error(`the text ${JSON.stringify(mail.text)}`);
      const [attachment] = mail.attachments;
      const size = 70_000 * Number(number) + 256;
      if (attachment?.filename !== "ü.bin" || attachment.content.length !== size)
        throw new Error(`the attachment ${attachment?.filename} of ${attachment?.content.length} octets`);
      if (attachment.content.some((octet, at) => octet !== at % 256)) throw new Error("another attachment");
    }
  }
  return { sends, close: () => server.close() };
}
