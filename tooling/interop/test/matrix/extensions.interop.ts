import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startExim } from "../../src/servers/exim.js";
import type { MailServer } from "../../src/servers/mail-server.js";
import { startOpenSmtpd } from "../../src/servers/opensmtpd.js";
import { startPostfixDovecot } from "../../src/servers/postfix-dovecot.js";
import { clientFor, newSubject } from "./matrix.js";

const SERVERS = [
  ["Postfix", startPostfixDovecot],
  ["Exim", startExim],
  ["OpenSMTPD", startOpenSmtpd],
] as const;

describe.each(SERVERS)("%s", (_name, start) => {
  let server: MailServer<"plain">;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());

  test("takes every parameter of DSN", async () => {
    const client = clientFor(server, { port: "plain", tls: "none" });
    for (const [notify, returns] of [
      ["never", "headers"],
      [["failure", "delay"], "full"],
      [["success"], "headers"],
    ] as const) {
      const subject = newSubject();
      const message = { from: "ann@example.test", to: "bob@example.test", subject, text: "x" };
      const dsn = { notify, return: returns, envelopeId: "QQ314159+=e", originalRecipient: true };
      const receipt = await client.send(message, { dsn });
      expect(receipt.accepted).toHaveLength(1);
      await server.waitForMessages(1, (found) => found.subject === subject);
    }
    await client.close();
  });

  test("takes the null reverse-path", async () => {
    const client = clientFor(server, { port: "plain", tls: "none" });
    const subject = newSubject();
    const message = { from: "ann@example.test", to: "bob@example.test", subject, text: "x" };
    await client.send(message, { envelope: { from: null, to: "bob@example.test" } });
    const [stored] = await server.waitForMessages(1, (found) => found.subject === subject);
    expect(stored!.returnPath ?? "").toBe("");
    await client.close();
  });

  test("refuses by SIZE before any content is sent", async () => {
    const client = clientFor(server, { port: "plain", tls: "none" });
    const subject = newSubject();
    const content = Buffer.alloc(50 * 1024 * 1024, 65);
    const message = {
      from: "ann@example.test",
      to: "bob@example.test",
      subject,
      attachments: [{ filename: "a", content }],
    };
    await expect(client.send(message)).rejects.toMatchObject({
      code: "ERR_CLIENT_TOO_LARGE",
      state: "not-sent",
    });
    await client.close();
  });
});

describe("Exim's PIPECONNECT", () => {
  test("later connections say EHLO before the greeting, and every message arrives", async () => {
    const server = await startExim();
    const client = clientFor(
      server,
      { port: "starttls", tls: "required", mechanism: "PLAIN" },
      { maxMessagesPerConnection: 1 },
    );
    try {
      for (let index = 0; index < 4; index++) {
        const subject = newSubject();
        await client.send({ from: "ann@example.test", to: "bob@example.test", subject, text: "x" });
        await server.waitForMessages(1, (found) => found.subject === subject);
      }
      expect(server.log()).not.toMatch(/synchronization error|protocol error/);
    } finally {
      await client.close();
      await server.stop();
    }
  });
});
