import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepTranscript } from "../../src/raw/transcript.js";
import { type LmtpPort, startDovecotLmtp } from "../../src/servers/dovecot-lmtp.js";
import type { MailServer } from "../../src/servers/mail-server.js";
import { greeted, MESSAGE, STORED_MESSAGE } from "./greeted.js";

let server: MailServer<LmtpPort>;
beforeAll(async () => {
  server = await startDovecotLmtp();
});
afterAll(() => server?.stop());

describe("Dovecot LMTP", () => {
  test("answers for each recipient after the data", async () => {
    const conversation = await greeted(server, "plain");
    const keywords = await conversation.ehlo("LHLO");
    expect([...keywords.keys()]).toEqual(
      expect.arrayContaining(["PIPELINING", "CHUNKING", "8BITMIME", "STARTTLS"]),
    );
    const names = ["bob", "nobody", "full", "broken", "eve"];
    const recipients = names.map((name) => `${name}@example.test`);
    expect(await conversation.send("ann@example.test", recipients, MESSAGE)).toEqual([
      ...[250, 250, 550, 250, 250, 250],
      ...[354, 250],
    ]);
    const rest = [await conversation.reply(), await conversation.reply(), await conversation.reply()];
    expect(rest.map(({ code }) => code)).toEqual([552, 451, 250]);
    await conversation.quit();
    keepTranscript("dovecot-lmtp-mixed-recipients", conversation.transcript);
    const stored = await server.waitForMessages(2);
    expect(stored.map(({ content }) => Buffer.from(content).toString())).toEqual([
      STORED_MESSAGE,
      STORED_MESSAGE,
    ]);
  });

  test("speaks TLS both ways", async () => {
    const conversation = await greeted(server, "plain");
    await conversation.ehlo("LHLO");
    await conversation.upgrade();
    expect((await conversation.ehlo("LHLO")).has("STARTTLS")).toBe(false);
    await conversation.quit();
    keepTranscript("dovecot-lmtp-starttls", conversation.transcript);
    const implicit = await greeted(server, "implicit");
    await implicit.ehlo("LHLO");
    await implicit.quit();
  });
});
