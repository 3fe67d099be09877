import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordingServer, testIdentities } from "@wirepost/test-server";
import { expect, it } from "vitest";
import type { Program, Server } from "../src/program.js";
import { certificates } from "../src/samples/certificates.js";
import { firewallPort } from "../src/samples/firewall-port.js";
import { mailSocket } from "../src/samples/mail-socket.js";
import { sendButton } from "../src/samples/send-button.js";
import { sendMailSocket } from "../src/samples/send-mail-socket.js";
import { tcpSocket } from "../src/samples/tcp-socket.js";

async function said(
  program: Program,
  target: { port: number },
  more: Partial<Server> = {},
): Promise<string[]> {
  const lines: string[] = [];
  await program({ address: "127.0.0.1", port: target.port, ...more }, (line) => lines.push(line));
  return lines;
}

const LOGIN = { username: "ann", password: "secret" };

it("the sample of the SMTPSocket page", async () => {
  await using target = await recordingServer();
  expect(await said(sendMailSocket, target)).toEqual(["sent Test Email from Xojo", "all sent"]);
  const text = target.messages[0]?.text ?? "";
  for (const line of [
    "From: bill@example.com",
    "To: john@example.org",
    "Subject: Test Email from Xojo",
    "X-Mailer: Xojo SMTP Example",
  ]) {
    expect(text).toContain(`${line}\r\n`);
  }
  expect(text).toMatch(/\r\n\r\nHello, World!\r\n$/);
});

it("the sample of Messages and SendMail, without and with a recipient", async () => {
  await using target = await recordingServer({ users: { ann: "secret" } });
  expect(await said(sendButton, target, LOGIN)).toEqual([
    expect.stringMatching(/^0 .*no recipients/i),
    "all sent",
  ]);
  expect(target.messages.map((message) => [message.user, message.to[0]?.address])).toEqual([
    ["ann", "john@example.org"],
  ]);
});

it("the sample of the SMTPSecureSocket page", async () => {
  const { good } = await testIdentities();
  await using target = await recordingServer({ tls: good, implicitTls: true, users: { ann: "secret" } });
  expect(await said(mailSocket, target, { ...LOGIN, trust: good.ca })).toEqual(["sent Test from Xojo"]);
  expect([target.messages[0]?.secure, target.messages[0]?.user]).toEqual([true, "ann"]);
  expect(target.messages[0]?.text).toContain("This email was sent from a Xojo app.\r\n");
});

it("the sample for the vendor's cloud", async () => {
  await using target = await recordingServer();
  expect(await said(firewallPort, target)).toEqual(["open", "sent Test Email from Xojo", "all sent"]);
});

it("the samples of the inherited members", async () => {
  expect(await said(tcpSocket, { port: 1 })).toEqual([
    "connected to 127.0.0.1",
    "13 bytes, 0 left to send",
    "you typed: x.",
    "you ",
    "typed: x.",
    "nothing left",
    "error 102",
  ]);
});

it("the samples of the TLS members", async () => {
  const identities = await testIdentities();
  const own = await identities.authority.issue({ hosts: ["client.example"], usages: ["client"] });
  const folder = mkdtempSync(join(tmpdir(), "xojo-samples-"));
  await using target = await recordingServer({ tls: identities.good, implicitTls: true });
  const files = {
    certificate: join(folder, "own.pem"),
    password: "",
    rejected: join(folder, "rejected.pem"),
  };
  writeFileSync(files.certificate, own.certificate + own.key);
  writeFileSync(files.rejected, identities.good.certificate);
  try {
    expect(await said(certificates(files), target, { trust: identities.ca })).toEqual([
      "secure",
      "all sent",
      "error 102",
    ]);
    expect(target.messages).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
