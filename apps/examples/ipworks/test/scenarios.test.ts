// B1 to B6, against the embedded server.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  client,
  clientContent,
  type RecordingServer,
  recordingServer,
  replay,
  server,
  testIdentities,
} from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EDITIONS, parts, said } from "./editions.js";

let target: RecordingServer;
beforeAll(async () => {
  target = await recordingServer();
});
beforeEach(() => target.clear());
afterAll(() => target.close());

const REFUSED = { refused: "reject550@example.org" };

describe.each(EDITIONS)("%s", (_, programs) => {
  /** Who got each message, in order. */
  const envelopes = (): string[][] => target.messages.map(({ to }) => to.map(({ address }) => address));

  describe("B1: Send alone", () => {
    it("accepts a self-signed certificate; disconnecting afterwards is silent", async () => {
      const { selfSigned } = await testIdentities();
      await using mx = await recordingServer({ tls: selfSigned });
      const lines = await said(programs.b1, mx, { host: "localhost" });
      expect(lines).toEqual([
        "Remote host connected, 0",
        expect.stringMatching(/^certificate of .*CN=localhost.*, accept false$/),
        "SSL handshake complete, 0",
        "Remote host disconnected, 0",
        "sent, connected: false",
        "disconnected",
      ]);
      expect([mx.messages.length, mx.messages[0]?.secure, mx.connectionCount]).toEqual([1, true, 1]);
    });
  });

  describe("B2: two messages", () => {
    it("one connection, no header of the first in the second, a Date in both", async () => {
      const before = target.connectionCount;
      expect(await said(programs.b2, target)).toEqual([
        "250, connected: true",
        "recipients: 0, date: *",
        "250, connected: true",
        "connected: false",
      ]);
      expect(target.connectionCount).toBe(before + 1);
      expect(envelopes()).toEqual([
        ["bob@example.org", "cora@example.org", "bea@example.org"],
        ["dan@example.org"],
      ]);
      const [first, second] = target.messages.map(({ text }) => parts(text));
      expect(first?.fields).toMatchObject({
        Date: "Fri, 1 Mar 1996 21:24:52 -0500",
        "Message-Id": "<one@example.com>",
        Cc: "cora@example.org",
        "Reply-To": "answers@example.com",
        Importance: "high",
        Priority: "urgent",
        Sensitivity: "Private",
        "Return-Receipt-To": "ann@example.com",
        "Disposition-Notification-To": "ann@example.com",
        "X-Campaign": "spring",
      });
      expect(Object.keys(second?.fields ?? {}).sort()).toEqual(
        ["Date", "From", "Message-Id", "Subject", "To"].concat(mimeFields(second?.fields)).sort(),
      );
      expect(Math.abs(Date.parse(second?.fields["Date"] ?? "") - Date.now())).toBeLessThan(60_000);
      expect(second?.fields["Message-Id"]).not.toBe("<one@example.com>");
      expect([first?.body, second?.body]).toEqual(["The first\r\n", "The second\r\n"]);
    });
  });

  describe("B3: OtherHeaders", () => {
    it("is appended, and with an empty line in front takes the place of all", async () => {
      const [firstField, ownHead] = await said(programs.b3, target);
      expect(envelopes()).toEqual(Array(2).fill(["bob@example.org", "bea@example.org"]));
      expect(target.messages.map(({ from }) => from.address)).toEqual(Array(2).fill("ann@example.com"));
      const [appended, replaced] = target.messages.map(({ text }) => text);
      const { fields, body } = parts(appended ?? "");
      expect(Object.keys(fields)[0]).toBe(firstField);
      expect(Object.keys(fields).slice(-3)).toEqual(["MIME-Version", "Content-Type", "X-Mailer"]);
      expect(fields).toMatchObject({
        From: "ann@example.com",
        To: "bob@example.org",
        Subject: "With attachment",
        "Content-Type": 'multipart/mixed; boundary="next"',
      });
      expect(body).toMatch(/^--next\r\n.*\r\nb25lO3R3bw0K\r\n--next--\r\n$/s);
      expect(appended).not.toContain("bea@");
      const own = "From: The Shop <shop@example.com>\r\nTo: our customers:;\r\nSubject: All my own\r\n\r\n";
      expect(replaced).toBe(`${own}Nothing was added.\r\n`);
      expect(ownHead).toBe(own);
    });
  });

  describe("B4: recipients", () => {
    it("DSN options, refused blind and open copies, nobody in SendTo", async () => {
      expect(await said(programs.b4, target, REFUSED)).toEqual([
        "Bob <bob@example.org> / cora@example.org",
        "Error 161: 550",
        "sent",
        "161: 550, as LastReply: true",
        "connected: true",
        "165",
        "sent",
      ]);
      expect(target.messages.map(({ text, to }) => [parts(text).fields["Subject"], to])).toEqual([
        [
          "Notify",
          [
            { address: "bob@example.org", parameters: { NOTIFY: "SUCCESS,FAILURE,DELAY" } },
            { address: "cora@example.org", parameters: { NOTIFY: "NEVER" } },
          ],
        ],
        [
          "Blind",
          [
            { address: "bob@example.org", parameters: {} },
            { address: "bea@example.org", parameters: {} },
          ],
        ],
        ["Undisclosed", [{ address: "bea@example.org", parameters: {} }]],
      ]);
      expect(target.messages.map(({ text }) => /bea@|^Bcc:/im.test(text))).toEqual(Array(3).fill(false));
    });

    it("a server without DSN is not given the options", async () => {
      await using old = await recordingServer({ without: ["DSN"] });
      await said(programs.b4, old, REFUSED);
      expect(old.messages).toHaveLength(3);
      expect(old.messages[0]?.to.map(({ parameters }) => parameters)).toEqual([{}, {}]);
    });
  });

  describe("B5: the queue", () => {
    it("an error ends the call and marks its file; later ones wait for the next call", async () => {
      const queueDir = mkdtempSync(join(tmpdir(), "wirepost-ipworks-"));
      try {
        expect(await said(programs.b5, target, { ...REFUSED, queueDir })).toEqual([
          ".queued",
          ".queued .queued .queued",
          "161: 550",
          ".failed .queued",
          ".failed .sent",
          "true, .failed .sent",
        ]);
      } finally {
        rmSync(queueDir, { recursive: true, force: true });
      }
      expect(target.messages.map(({ text }) => parts(text).fields["Subject"])).toEqual([
        "Queued 1",
        "Queued 3",
      ]);
      expect(target.messages[0]?.to).toEqual([
        { address: "bob@example.org", parameters: { NOTIFY: "NEVER" } },
        { address: "bea@example.org", parameters: {} },
      ]);
      for (const { from, text } of target.messages) {
        expect(from.address).toBe("ann@example.com");
        expect(text).not.toContain("bea@");
        expect(parts(text).body).toBe("It waited\r\n.\r\nfor you\r\n");
      }
    });

    it("a directory that is not there: 303", async () => {
      await expect(
        said(programs.b5, target, { queueDir: join(tmpdir(), "nowhere", "at", "all") }),
      ).rejects.toMatchObject({
        code: 303,
      });
    });
  });

  describe("B6: MessageHeadersString and TransferText", () => {
    it("are the message", async () => {
      const raw = await said(programs.b6, target);
      expect(raw).toEqual(target.messages.map(({ text }) => text));
      expect(raw[0]).toMatch(/\r\nSubject: Dots, .*\r\n[ \t].*\r\n/);
      expect(raw[0]).toMatch(
        /\r\n\r\n\.\r\n\.\.\r\n\.hidden\r\n\r\nlines\r\nwithout\r\nCR, and none at the end\r\n$/,
      );
      expect(raw[1]).toMatch(/\r\n\r\nA body that is ready\r\n\.\r\n$/);
    });

    it("equal what is on the wire before the dots are doubled", async () => {
      const message = [
        client(/^MAIL FROM:<ann@example\.com>.*\r\n$/),
        server("250 ok\r\n"),
        ...Array.from({ length: 4 }, () => [client(/^RCPT TO:/), server("250 ok\r\n")]).flat(),
        client("DATA\r\n"),
        server("354 go\r\n"),
        clientContent(),
        server("250 queued\r\n"),
        client("QUIT\r\n"),
        server("221 bye\r\n"),
      ];
      await using wire = await replay([
        server("220 mx.example.test ESMTP\r\n"),
        client(/^EHLO /),
        server("250 mx.example.test\r\n"),
        ...message,
      ]);
      const raw: string[] = [];
      // The replayed server knows one message; the second finds nobody any more.
      await programs
        .b6({ host: "127.0.0.1", port: wire.port }, (line) => raw.push(line))
        .catch((error: unknown) => expect(error).toHaveProperty("code"));
      const received = wire.connections[0]?.receivedText ?? "";
      const data = received.slice(received.indexOf("DATA\r\n") + 6, received.lastIndexOf(".\r\nQUIT\r\n"));
      expect(data).toMatch(/\r\n\r\n\.\.\r\n\.\.\.\r\n\.\.hidden\r\n/);
      expect(raw[0]).toBe(data.replaceAll(/^\.\./gm, "."));
    });
  });
});

/** What a message may have besides, to say what its text is. */
function mimeFields(fields: Readonly<Record<string, string>> | undefined): string[] {
  return Object.keys(fields ?? {}).filter((name) => /^(?:MIME-Version|Content-)/i.test(name));
}
