import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepTranscript } from "../../src/raw/transcript.js";
import { type EximPort, startExim } from "../../src/servers/exim.js";
import type { MailServer } from "../../src/servers/mail-server.js";
import { greeted, MESSAGE, STORED_MESSAGE } from "./greeted.js";

let server: MailServer<EximPort>;
beforeAll(async () => {
  server = await startExim();
});
afterAll(() => server?.stop());

describe("Exim", () => {
  test("plain: announces its extensions and stores what it is sent", async () => {
    const conversation = await greeted(server, "plain");
    const keywords = await conversation.ehlo();
    expect([...keywords.keys()]).toEqual(
      expect.arrayContaining(["SIZE", "8BITMIME", "PIPELINING", "CHUNKING", "SMTPUTF8", "DSN", "AUTH"]),
    );
    expect(keywords.get("AUTH")).toEqual(
      expect.arrayContaining([
        "PLAIN",
        "LOGIN",
        "CRAM-MD5",
        "NTLM",
        "DIGEST-MD5",
        "SCRAM-SHA-256",
        "SCRAM-SHA-512",
      ]),
    );
    expect(await conversation.send("ann@example.test", ["bob@example.test"], MESSAGE)).toEqual([
      250, 250, 354, 250,
    ]);
    await conversation.quit();
    const [stored] = await server.waitForMessages(1, (message) => message.recipient === "bob@example.test");
    expect(Buffer.from(stored!.content).toString()).toBe(STORED_MESSAGE);
    expect(stored!.returnPath).toBe("ann@example.test");
    keepTranscript("exim-plain", conversation.transcript);
  });

  test("starttls: offers AUTH after the handshake only, and every account logs in", async () => {
    const conversation = await greeted(server, "starttls");
    expect((await conversation.ehlo()).has("AUTH")).toBe(false);
    await conversation.upgrade();
    expect((await conversation.ehlo()).has("AUTH")).toBe(true);
    const wrong = Buffer.from("\0ann\0wrong").toString("base64");
    expect((await conversation.command(`AUTH PLAIN ${wrong}`)).code).toBe(535);
    await conversation.quit();
    keepTranscript("exim-starttls-auth-refused", conversation.transcript);
    for (const { username, password } of Object.values(server.users)) {
      const login = await greeted(server, "implicit");
      await login.ehlo();
      const plain = Buffer.from(`\0${username}\0${password}`).toString("base64");
      expect((await login.command(`AUTH PLAIN ${plain}`)).code).toBe(235);
      await login.quit();
    }
  });

  test("refuses at each step as the addresses ask", async () => {
    const conversation = await greeted(server, "plain");
    await conversation.ehlo();
    const codes = async (from: string, to: string, content = MESSAGE) => {
      const got = await conversation.send(`${from}@example.test`, [`${to}@example.test`], content);
      await conversation.command("RSET");
      return got;
    };
    expect(await codes("ann", "refused")).toEqual([250, 550, 503]);
    expect(await codes("ann", "deferred")).toEqual([250, 450, 503]);
    expect(await codes("refused-sender", "bob")).toEqual([550, 503, 503]);
    expect(await codes("refuse-at-data", "bob")).toEqual([250, 250, 554]);
    expect(await codes("defer-at-data", "bob")).toEqual([250, 250, 450]);
    expect(await codes("refuse-at-end", "bob")).toEqual([250, 250, 354, 554]);
    expect(await codes("defer-at-end", "bob")).toEqual([250, 250, 354, 450]);
    expect(await codes("ann", "bob", `X-Refuse: permanent\r\n${MESSAGE}`)).toEqual([250, 250, 354, 550]);
    expect(await codes("ann", "bob", `X-Refuse: temporary\r\n${MESSAGE}`)).toEqual([250, 250, 354, 451]);
    await conversation.quit();
    keepTranscript("exim-refusals", conversation.transcript);
  });
});
