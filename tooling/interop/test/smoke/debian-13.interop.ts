import { afterEach, describe, expect, test } from "vitest";
import { keepTranscript } from "../../src/raw/transcript.js";
import { startDovecotSubmission } from "../../src/servers/dovecot-submission.js";
import { startOpenSmtpd } from "../../src/servers/opensmtpd.js";
import { startSmtpServer } from "../../src/servers/smtp-server.js";
import { greeted, MESSAGE, STORED_MESSAGE } from "./greeted.js";

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0).reverse()) await server.stop();
});

describe("Dovecot 2.4 submission", () => {
  test.each(["TLSv1.3", "TLSv1.2"] as const)(
    "%s: has SCRAM with channel binding and relays",
    async (maxTls) => {
      const relay = await startSmtpServer();
      running.push(relay);
      const { readMessages } = relay;
      const server = await startDovecotSubmission({
        maxTls,
        relay: { port: relay.ports.plain, readMessages },
      });
      running.push(server);
      const conversation = await greeted(server, "starttls");
      await conversation.ehlo();
      await conversation.upgrade();
      expect(conversation.transcript.at(-1)).toBe(`# ${maxTls}`);
      expect((await conversation.ehlo()).get("AUTH")).toEqual(
        expect.arrayContaining(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "PLAIN"]),
      );
      const { username, password } = server.users.ann;
      const plain = Buffer.from(`\0${username}\0${password}`).toString("base64");
      expect((await conversation.command(`AUTH PLAIN ${plain}`)).code).toBe(235);
      await conversation.ehlo();
      expect(await conversation.send("ann@example.test", ["bob@example.test"], MESSAGE)).toEqual([
        250, 250, 354, 250,
      ]);
      await conversation.quit();
      const [stored] = await server.waitForMessages(1);
      expect(Buffer.from(stored!.content).toString()).toBe(STORED_MESSAGE);
      keepTranscript(`dovecot-submission-${maxTls.toLowerCase()}`, conversation.transcript);
    },
  );
});

describe("OpenSMTPD", () => {
  test("stores what it is sent, after STARTTLS and a login, and refuses as the addresses ask", async () => {
    const server = await startOpenSmtpd();
    running.push(server);
    const conversation = await greeted(server, "submission");
    await conversation.ehlo();
    await conversation.upgrade();
    expect((await conversation.ehlo()).get("AUTH")).toEqual(["PLAIN", "LOGIN"]);
    const { username, password } = server.users.ann;
    const plain = Buffer.from(`\0${username}\0${password}`).toString("base64");
    expect((await conversation.command(`AUTH PLAIN ${plain}`)).code).toBe(235);
    expect(await conversation.send("ann@example.test", ["bob@example.test"], MESSAGE)).toEqual([
      250, 250, 354, 250,
    ]);
    await conversation.quit();
    keepTranscript("opensmtpd-submission", conversation.transcript);
    const [stored] = await server.waitForMessages(1);
    expect(Buffer.from(stored!.content).toString()).toBe(STORED_MESSAGE);

    const refusals = await greeted(server, "plain");
    await refusals.ehlo();
    const codes = async (from: string, to: string) => {
      const got = await refusals.send(`${from}@example.test`, [`${to}@example.test`], MESSAGE);
      await refusals.command("RSET");
      return got;
    };
    expect(await codes("ann", "refused")).toEqual([250, 550, 503]);
    expect(await codes("ann", "deferred")).toEqual([250, 450, 503]);
    expect((await codes("refused-sender", "bob"))[0]).toBe(550);
    expect(await codes("refuse-at-data", "bob")).toEqual([250, 250, 554]);
    expect(await codes("refuse-at-end", "bob")).toEqual([250, 250, 354, 554]);
    expect(await codes("defer-at-end", "bob")).toEqual([250, 250, 354, 450]);
    await refusals.quit();
    keepTranscript("opensmtpd-refusals", refusals.transcript);

    const implicit = await greeted(server, "implicit");
    await implicit.ehlo();
    await implicit.quit();
  });
});
