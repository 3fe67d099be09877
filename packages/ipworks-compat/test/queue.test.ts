// I19, I20: Queue and ProcessQueue.
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { client, cuts, type RecordingServer, recordingServer, replay, server } from "@wirepost/test-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SMTP } from "../src/dotnet.js";
import { dotnetSmtp, javaSmtp, numberOf } from "./doors.js";

let target: RecordingServer;
let folder: string;
beforeAll(async () => {
  target = await recordingServer();
});
beforeEach(async () => {
  target.clear();
  folder = await mkdtemp(join(tmpdir(), "wirepost-queue-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
afterAll(() => target.close());

const files = async (): Promise<string[]> => (await readdir(folder)).sort();
const extensions = async (): Promise<string[]> =>
  (await files()).map((name) => name.replace(/^.*\./, "")).sort();

describe("I19: Queue", () => {
  it("writes one unique `.queued` file and returns its name; no server is needed", async () => {
    const { smtp, log } = javaSmtp(1);
    smtp.setMailServer("");
    const name = await smtp.queue(folder);
    const other = await smtp.queue(folder);
    expect(name).not.toBe(other);
    expect(await files()).toEqual([basename(name), basename(other)].sort());
    expect(await extensions()).toEqual(["queued", "queued"]);
    expect(log).toEqual([]);
  });

  it("the directory must exist: 303", async () => {
    const { smtp } = dotnetSmtp(1);
    expect(await numberOf(smtp.Queue(join(folder, "nowhere")))).toBe(303);
    expect(await numberOf(smtp.ProcessQueue(join(folder, "nowhere")))).toBe(303);
    await writeFile(join(folder, "file"), "");
    expect(await numberOf(smtp.Queue(join(folder, "file")))).toBe(303);
  });

  it("`*` returns the text and writes nothing; a file of it is a queue file", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const text = await smtp.Queue("*");
    expect(await files()).toEqual([]);
    expect(text).toContain("Hello, World!");
    await writeFile(join(folder, "mine.queued"), text);
    await smtp.ProcessQueue(folder);
    expect(target.messages[0]?.text).toContain("Hello, World!");
  });

  it("`*` with octets that are no text: 434", async () => {
    const { smtp } = dotnetSmtp(1);
    smtp.Message = Uint8Array.of(0xff, 0xfe);
    expect(await numberOf(smtp.Queue("*"))).toBe(434);
  });

  it("what is missing is missed here too", async () => {
    const { smtp } = dotnetSmtp(1);
    smtp.SendTo = "";
    expect(await numberOf(smtp.Queue(folder))).toBe(165);
    smtp.From = "";
    expect(await numberOf(smtp.Queue(folder))).toBe(164);
    expect(await files()).toEqual([]);
  });

  it("every queued message has a Date and a Message-Id of its own", async () => {
    const { smtp } = dotnetSmtp(1);
    const ids = [];
    for (const name of [await smtp.Queue(folder), await smtp.Queue(folder)])
      ids.push(/^Message-Id: (.*)\r$/m.exec(await readFile(name, "utf8"))?.[1]);
    expect(new Set(ids).size).toBe(2);
  });

  it("a stream that never goes on can be interrupted, and leaves no file", async () => {
    const { smtp } = dotnetSmtp(1);
    smtp.SetMessageStream(new Readable({ read() {} }));
    const queueing = smtp.Queue(folder);
    setImmediate(() => smtp.Interrupt());
    expect(await numberOf(queueing)).toBe(301);
    expect(await files()).toEqual([]);
  });

  it("a stream that breaks leaves no file", async () => {
    const { smtp } = dotnetSmtp(1);
    smtp.SetMessageStream(
      Readable.from(
        (async function* () {
          yield "half";
          throw new Error("disk gone");
        })(),
      ),
    );
    expect(await numberOf(smtp.Queue(folder))).toBe(302);
    expect(await files()).toEqual([]);
  });
});

describe("I20: ProcessQueue", () => {
  it("sends what waits over one connection, and deletes it", async () => {
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.SendTo = "one@example.org";
    await smtp.Queue(folder);
    smtp.SendTo = "two@example.org";
    await smtp.Queue(folder);
    const before = target.connectionCount;
    await smtp.ProcessQueue(folder);
    expect(await files()).toEqual([]);
    expect(target.messages.map((message) => message.to[0]?.address)).toEqual([
      "one@example.org",
      "two@example.org",
    ]);
    expect(target.connectionCount).toBe(before + 1);
    expect(smtp.Connected).toBe(false);
    expect(log.map(([event]) => event)).toContain("PITrail");
  });

  it("the file carries the envelope, blind recipients and options", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.ReturnPath = "bounces@example.com";
    smtp.BCc = "bea@example.org, reject550@example.org";
    smtp.MessageRecipients.Item(0).Options = "NOTIFY SUCCESS";
    smtp.MessageText = "Grüße\r\n.\r\n";
    await smtp.Queue(folder);
    smtp.ResetHeaders();
    smtp.ReturnPath = "";
    const other = dotnetSmtp(target.port);
    await other.smtp.ProcessQueue(folder);
    const [message] = target.messages;
    expect(message?.from.address).toBe("bounces@example.com");
    expect(message?.to.map(({ address }) => address)).toEqual(["bob@example.org", "bea@example.org"]);
    expect(message?.to[0]?.parameters).toEqual({ NOTIFY: "SUCCESS" });
    expect(Buffer.from(message?.content ?? []).toString("utf8")).toMatch(/\r\n\r\nGrüße\r\n\.\r\n$/);
    expect(message?.text).not.toContain("bea@");
    expect(other.log.filter(([event]) => event === "Error")).toHaveLength(1);
  });

  it("in the order in which they were queued", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const order = Array.from({ length: 12 }, (_, at) => `r${at}@example.org`);
    for (const to of order) {
      smtp.SendTo = to;
      await smtp.Queue(folder);
    }
    await smtp.ProcessQueue(folder);
    expect(target.messages.map((message) => message.to[0]?.address)).toEqual(order);
  });

  it("a large body goes through without being held", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const line = `${"y".repeat(76)}\r\n`;
    smtp.SetMessageStream(Readable.from(Array.from({ length: 300 }, () => line.repeat(100))));
    await smtp.Queue(folder);
    await smtp.ProcessQueue(folder);
    expect(target.messages[0]?.text.endsWith(line.repeat(30_000))).toBe(true);
  });

  it("KeepQueue: sent files are kept as `.sent`", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const name = await smtp.Queue(folder);
    smtp.Config("KeepQueue=True");
    await smtp.ProcessQueue(folder);
    expect(await files()).toEqual([basename(name).replace(".queued", ".sent")]);
    await smtp.ProcessQueue(folder);
    expect(target.messages).toHaveLength(1);
  });

  it("an error renames to `.failed` and ends the call; later files stay `.queued`", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const sent: string[] = [];
    for (const [at, to] of ["one@example.org", "reject550@example.org", "three@example.org"].entries()) {
      smtp.SendTo = to;
      const text = await smtp.Queue("*");
      await writeFile(join(folder, `${at}.queued`), text);
      sent.push(to);
    }
    await expect(smtp.ProcessQueue(folder)).rejects.toThrow(/^550 /);
    expect(await files()).toEqual([expect.stringMatching(/^1-[0-9a-f]{16}\.failed$/), "2.queued"]);
    expect(target.messages).toHaveLength(1);
    await smtp.Disconnect();
    await smtp.ProcessQueue(folder);
    expect(await files()).toEqual([expect.stringMatching(/^1-[0-9a-f]{16}\.failed$/)]);
    expect(sent).toHaveLength(3);
  });

  it("no server: the first file fails with the connection's number", async () => {
    const { smtp } = dotnetSmtp(1);
    await smtp.Queue(folder);
    await smtp.Queue(folder);
    expect(await numberOf(smtp.ProcessQueue(folder))).toBe(10_061);
    expect(await extensions()).toEqual(["failed", "queued"]);
  });

  it.each([
    [
      "no MailServer",
      163,
      (smtp: SMTP) => {
        smtp.MailServer = "";
      },
    ],
    [
      "MailPort 0",
      116,
      (smtp: SMTP) => {
        smtp.MailPort = 0;
      },
    ],
  ])("%s: no file is touched", async (_, number, spoil) => {
    const { smtp } = dotnetSmtp(target.port);
    const name = basename(await smtp.Queue(folder));
    spoil(smtp);
    expect(await numberOf(smtp.ProcessQueue(folder))).toBe(number);
    expect(await files()).toEqual([name]);
  });

  it("a token that is aborted already: no file is touched", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const name = basename(await smtp.Queue(folder));
    expect(await numberOf(smtp.ProcessQueue(folder, AbortSignal.abort()))).toBe(301);
    expect(await files()).toEqual([name]);
  });

  it("takes the `.queued` files only", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const text = await smtp.Queue("*");
    for (const name of ["a.sending", "b.sent", "c.failed", "d.writing", "e.txt"])
      await writeFile(join(folder, name), text);
    await smtp.ProcessQueue(folder);
    expect(target.messages).toHaveLength(0);
    expect(await files()).toHaveLength(5);
  });

  it("rename is the lock: of two who process at once, one sends", async () => {
    const { smtp } = dotnetSmtp(target.port);
    for (let at = 0; at < 6; at++) await smtp.Queue(folder);
    const workers = [1, 2, 3].map(() => dotnetSmtp(target.port).smtp);
    await Promise.all(workers.map((worker) => worker.ProcessQueue(folder)));
    expect(target.messages).toHaveLength(6);
    expect(await files()).toEqual([]);
  });

  it.each([
    ["cut short", (text: string) => text.slice(0, -40)],
    ["changed", (text: string) => text.replace("Hello, World!", "Hello, Wirld!")],
    ["changed in its envelope", (text: string) => text.replace("bob@example.org", "eve@example.net")],
    ["of another program", () => "not ours"],
    ["empty", () => ""],
  ])("a file that is %s is not sent: 303, `.failed`", async (_, spoil) => {
    const { smtp } = dotnetSmtp(target.port);
    await writeFile(join(folder, "one.queued"), spoil(await smtp.Queue("*")));
    expect(await numberOf(smtp.ProcessQueue(folder))).toBe(303);
    expect(await files()).toEqual([expect.stringMatching(/^one-[0-9a-f]{16}\.failed$/)]);
    expect(target.messages).toHaveLength(0);
  });

  it("a link in the place of a file is not followed", async () => {
    const { smtp } = dotnetSmtp(target.port);
    await writeFile(join(folder, "text"), await smtp.Queue("*"));
    await symlink(join(folder, "text"), join(folder, "one.queued"));
    expect(await numberOf(smtp.ProcessQueue(folder))).toBe(303);
    expect(target.messages).toHaveLength(0);
  });

  it("the connection breaks before the final reply: it is `.failed`, never sent again by itself", async () => {
    await using mx = await replay([
      server("220 mx ESMTP\r\n"),
      client(/^EHLO/),
      server("250 mx\r\n"),
      client(/^MAIL/),
      server("250 ok\r\n"),
      client(/^RCPT/),
      server("250 ok\r\n"),
      client("DATA\r\n"),
      server("354 go\r\n"),
      cuts(),
    ]);
    const { smtp } = dotnetSmtp(mx.port);
    await smtp.Queue(folder);
    expect(await numberOf(smtp.ProcessQueue(folder))).not.toBe(0);
    expect(await extensions()).toEqual(["failed"]);
  });

  it("what another process is sending, or died while sending, is left alone", async () => {
    const { smtp } = dotnetSmtp(target.port);
    await writeFile(join(folder, "one.sending"), await smtp.Queue("*"));
    await smtp.ProcessQueue(folder);
    expect(await files()).toEqual(["one.sending"]);
    expect(target.messages).toHaveLength(0);
  });

  it("files can be read by their owner alone", async () => {
    const { smtp } = dotnetSmtp(1);
    const name = await smtp.Queue(folder);
    const { stat } = await import("node:fs/promises");
    expect((await stat(name)).mode & 0o077).toBe(0);
  });
});
