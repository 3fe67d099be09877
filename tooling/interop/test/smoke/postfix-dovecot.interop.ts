import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepTranscript } from "../../src/raw/transcript.js";
import type { MailServer } from "../../src/servers/mail-server.js";
import { type PostfixPort, startPostfixDovecot } from "../../src/servers/postfix-dovecot.js";
import { greeted, MESSAGE, STORED_MESSAGE } from "./greeted.js";

let server: MailServer<PostfixPort>;
beforeAll(async () => {
  server = await startPostfixDovecot();
});
afterAll(() => server?.stop());

const open = (port: PostfixPort) => greeted(server, port);

describe("Postfix with Dovecot's SASL", () => {
  test("plain: announces its extensions and stores what it is sent", async () => {
    const conversation = await open("plain");
    const keywords = await conversation.ehlo();
    expect([...keywords.keys()]).toEqual(
      expect.arrayContaining([
        "PIPELINING",
        "SIZE",
        "ETRN",
        "AUTH",
        "ENHANCEDSTATUSCODES",
        "8BITMIME",
        "DSN",
      ]),
    );
    expect(keywords.has("SMTPUTF8")).toBe(true);
    expect(keywords.has("CHUNKING")).toBe(true);
    expect(keywords.get("AUTH")).toEqual(
      expect.arrayContaining([
        "PLAIN",
        "LOGIN",
        "CRAM-MD5",
        "DIGEST-MD5",
        "SCRAM-SHA-1",
        "SCRAM-SHA-256",
        "ANONYMOUS",
      ]),
    );
    expect(await conversation.send("ann@example.test", ["bob@example.test"], MESSAGE)).toEqual([
      250, 250, 354, 250,
    ]);
    await conversation.quit();
    const [stored] = await server.waitForMessages(1, (message) => message.recipient === "bob@example.test");
    expect(Buffer.from(stored!.content).toString()).toBe(STORED_MESSAGE);
    expect(stored!.returnPath).toBe("ann@example.test");
    keepTranscript("postfix-plain", conversation.transcript);
  });

  test("starttls: offers AUTH after the handshake only", async () => {
    const conversation = await open("starttls");
    const before = await conversation.ehlo();
    expect(before.has("STARTTLS")).toBe(true);
    expect(before.has("AUTH")).toBe(false);
    await conversation.upgrade();
    const after = await conversation.ehlo();
    expect(after.has("STARTTLS")).toBe(false);
    expect(after.has("AUTH")).toBe(true);
    const { username, password } = server.users.ann;
    const plain = Buffer.from(`\0${username}\0${password}`).toString("base64");
    expect((await conversation.command(`AUTH PLAIN ${plain}`)).code).toBe(235);
    await conversation.quit();
    keepTranscript("postfix-starttls-auth", conversation.transcript);
  });

  test("submission: refuses MAIL before TLS and RCPT before a login", async () => {
    const conversation = await open("submission");
    await conversation.ehlo();
    expect((await conversation.command("MAIL FROM:<ann@example.test>")).code).toBe(530);
    await conversation.upgrade();
    await conversation.ehlo();
    expect((await conversation.command("MAIL FROM:<ann@example.test>")).code).toBe(250);
    expect((await conversation.command("RCPT TO:<bob@example.test>")).code).toBe(554);
    await conversation.quit();
    keepTranscript("postfix-submission-refusals", conversation.transcript);
  });

  test("implicit: greets inside TLS", async () => {
    const conversation = await open("implicit");
    expect((await conversation.ehlo()).has("AUTH")).toBe(true);
    await conversation.quit();
    keepTranscript("postfix-implicit", conversation.transcript);
  });

  test("bare: announces nothing but AUTH", async () => {
    const conversation = await open("bare");
    expect([...(await conversation.ehlo()).keys()]).toEqual(["AUTH"]);
    await conversation.quit();
    keepTranscript("postfix-bare", conversation.transcript);
  });

  test("postscreen: the second line of the greeting is late", async () => {
    const conversation = await open("postscreen");
    expect(conversation.transcript[0]).toMatch(/^S: 220-/);
    await conversation.ehlo();
    await conversation.quit();
    keepTranscript("postfix-postscreen-greeting", conversation.transcript);
  });

  test("refuses at each step as the addresses ask", async () => {
    const conversation = await open("plain");
    await conversation.ehlo();
    const codes = async (from: string, to: string, content = MESSAGE) => {
      const got = await conversation.send(`${from}@example.test`, [`${to}@example.test`], content);
      await conversation.command("RSET");
      return got;
    };
    expect(await codes("ann", "refused")).toEqual([250, 550, 554]);
    expect(await codes("ann", "deferred")).toEqual([250, 450, 554]);
    expect(await codes("refused-sender", "bob")).toEqual([550, 503, 503]);
    expect(await codes("refuse-at-data", "bob")).toEqual([250, 250, 554]);
    expect(await codes("defer-at-data", "bob")).toEqual([250, 250, 450]);
    expect(await codes("refuse-at-end", "bob")).toEqual([250, 250, 354, 554]);
    expect(await codes("defer-at-end", "bob")).toEqual([250, 250, 354, 450]);
    expect(await codes("ann", "bob", `X-Refuse: permanent\r\n${MESSAGE}`)).toEqual([250, 250, 354, 550]);
    expect(await codes("ann", "bob", `X-Refuse: temporary\r\n${MESSAGE}`)).toEqual([250, 250, 354, 451]);
    await conversation.quit();
    keepTranscript("postfix-refusals", conversation.transcript);
  });

  test("keeps the transaction open after a refusal at the end of the data", async () => {
    const conversation = await open("plain");
    await conversation.ehlo();
    await conversation.send("refuse-at-data@example.test", ["bob@example.test"], MESSAGE);
    const again = await conversation.command("MAIL FROM:<ann@example.test>");
    keepTranscript("postfix-mail-after-refused-data", conversation.transcript);
    expect(again.code).toBe(503);
    await conversation.quit();
  });
});
