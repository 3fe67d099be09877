import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepTranscript } from "../../src/raw/transcript.js";
import type { MailServer } from "../../src/servers/mail-server.js";
import { type PostfixCyrusPort, startPostfixCyrus } from "../../src/servers/postfix-cyrus.js";
import { greeted, MESSAGE, STORED_MESSAGE } from "./greeted.js";

let server: MailServer<PostfixCyrusPort>;
beforeAll(async () => {
  server = await startPostfixCyrus();
});
afterAll(() => server?.stop());

describe("Postfix with Cyrus SASL", () => {
  test("starttls: has NTLM and SCRAM-SHA-512, checks a password and stores a message", async () => {
    const conversation = await greeted(server, "starttls");
    await conversation.ehlo();
    await conversation.upgrade();
    const mechanisms = (await conversation.ehlo()).get("AUTH");
    expect(mechanisms).toEqual(
      expect.arrayContaining(["NTLM", "SCRAM-SHA-512", "SCRAM-SHA-256", "DIGEST-MD5"]),
    );
    for (const { username, password } of Object.values(server.users)) {
      const plain = Buffer.from(`\0${username}\0${password}`).toString("base64");
      const login = await greeted(server, "implicit");
      await login.ehlo();
      expect((await login.command(`AUTH PLAIN ${plain}`)).code).toBe(235);
      await login.quit();
    }
    const wrong = Buffer.from("\0ann\0wrong").toString("base64");
    expect((await conversation.command(`AUTH PLAIN ${wrong}`)).code).toBe(535);
    expect(await conversation.send("ann@example.test", ["bob@example.test"], MESSAGE)).toEqual([
      250, 250, 354, 250,
    ]);
    await conversation.quit();
    keepTranscript("postfix-cyrus-starttls", conversation.transcript);
    const [stored] = await server.waitForMessages(1);
    expect(Buffer.from(stored!.content).toString()).toBe(STORED_MESSAGE);
  });

  test("NTLM: the reply to a bare AUTH is an empty challenge", async () => {
    const conversation = await greeted(server, "plain");
    await conversation.ehlo();
    const reply = await conversation.command("AUTH NTLM");
    expect(reply.code).toBe(334);
    expect((await conversation.command("*")).code).toBe(501);
    await conversation.quit();
    keepTranscript("postfix-cyrus-ntlm-cancelled", conversation.transcript);
  });
});
