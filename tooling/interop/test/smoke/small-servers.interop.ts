import { afterEach, describe, expect, test } from "vitest";
import { keepTranscript } from "../../src/raw/transcript.js";
import { startAiosmtpd } from "../../src/servers/aiosmtpd.js";
import type { MailServer } from "../../src/servers/mail-server.js";
import { startSmtpServer } from "../../src/servers/smtp-server.js";
import { greeted, MESSAGE, STORED_MESSAGE } from "./greeted.js";

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

type Port = "plain" | "starttls" | "implicit" | "lmtp";
const SERVERS: readonly (readonly [string, () => Promise<MailServer<Port>>])[] = [
  ["aiosmtpd", startAiosmtpd],
  ["smtp-server", startSmtpServer],
];

describe.each(SERVERS)("%s", (name, start) => {
  test("stores what it is sent over each port", async () => {
    const server = await start();
    running.push(server);
    const plain = await greeted(server, "plain");
    const keywords = await plain.ehlo();
    expect([...keywords.keys()]).toEqual(expect.arrayContaining(["SIZE", "8BITMIME", "SMTPUTF8", "AUTH"]));
    expect(
      await plain.send("ann@example.test", ["bob@example.test", "refused@example.test"], MESSAGE),
    ).toEqual([...[250, 250, 550, 354, 250]]);
    await plain.quit();
    keepTranscript(`${name}-plain`, plain.transcript);

    const starttls = await greeted(server, "starttls");
    await starttls.ehlo();
    await starttls.upgrade();
    await starttls.ehlo();
    for (const { username, password } of Object.values(server.users)) {
      const login = await greeted(server, "implicit");
      await login.ehlo();
      const response = Buffer.from(`\0${username}\0${password}`).toString("base64");
      expect((await login.command(`AUTH PLAIN ${response}`)).code).toBe(235);
      await login.quit();
    }
    await starttls.quit();
    keepTranscript(`${name}-starttls`, starttls.transcript);

    const lmtp = await greeted(server, "lmtp");
    await lmtp.ehlo("LHLO");
    expect(await lmtp.send("ann@example.test", ["eve@example.test"], MESSAGE)).toEqual([250, 250, 354, 250]);
    await lmtp.quit();
    keepTranscript(`${name}-lmtp`, lmtp.transcript);

    const stored = await server.waitForMessages(2);
    expect(stored.map(({ recipient }) => recipient)).toEqual(["bob@example.test", "eve@example.test"]);
    for (const { content } of stored) expect(Buffer.from(content).toString()).toBe(STORED_MESSAGE);
  });
});
