// Whatever a program, a file or a server passes: no header, command or recipient of its own.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAddressListTolerant } from "@wirepost/mail-address";
import {
  client,
  type RecordingServer,
  recordingServer,
  scriptedServer,
  server,
  stalls,
} from "@wirepost/test-server";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SMTP } from "../src/dotnet.js";
import { NumberedError } from "../src/failure.js";
import { rcptParameters } from "../src/message/recipient.js";
import { dotnetSmtp, type Entry, numberOf } from "./doors.js";

let target: RecordingServer;
beforeAll(async () => {
  target = await recordingServer();
});
beforeEach(() => target.clear());
afterAll(() => target.close());

/** Text as it is found in the wild, with what ends lines, hides or quotes. */
const nasty = fc.string({
  unit: fc.constantFrom(
    "a",
    "Z",
    " ",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\0",
    '"',
    "\\",
    "<",
    ">",
    "@",
    ",",
    ":",
    ";",
    "(",
    "é",
    "日",
    "😀",
    ".",
    "=?",
  ),
  maxLength: 120,
});

const PROPERTIES = [
  "From",
  "ReplyTo",
  "Subject",
  "MessageDate",
  "MessageId",
  "ReadReceiptTo",
  "DeliveryNotificationTo",
] as const;

function headerNames(text: string): string[] {
  return text
    .slice(0, -4)
    .split("\r\n")
    .filter((line) => !/^[ \t]/.test(line))
    .map((line) => line.split(":")[0] as string);
}

describe("headers", () => {
  it("no property adds a header, an empty line or a bare line end", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PROPERTIES),
        nasty,
        fc.constantFrom("", "utf-8", "iso-8859-1"),
        fc.integer({ min: 0, max: 120 }),
        (property, value, charset, limit) => {
          const smtp = new SMTP();
          smtp.From = "ann@example.com";
          smtp.SendTo = "bob@example.org";
          smtp.Config(`Charset=${charset}`);
          smtp.Config(`MaxHeaderLength=${limit}`);
          smtp[property] = value;
          let text: string;
          try {
            text = smtp.MessageHeadersString;
          } catch (error) {
            expect(NumberedError.is(error)).toBe(true);
            return;
          }
          expect(text.indexOf("\r\n\r\n")).toBe(text.length - 4);
          expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n\0]/);
          const names = headerNames(text);
          expect(new Set(names).size).toBe(names.length);
          for (const name of names)
            expect(name).toMatch(
              /^(?:Date|From|To|Reply-To|Subject|Message-Id|Return-Receipt-To|Disposition-Notification-To)$/,
            );
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("folding and encoding change nothing that a reader sees", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 20, max: 120 }), (text, limit) => {
        const subject = text
          .replace(/[\u0000-\u001f\u007f]/g, " ")
          .replace(/ +/g, " ")
          .trim();
        fc.pre(subject !== "" && !/[^ -~]/.test(subject));
        const smtp = new SMTP();
        smtp.From = "ann@example.com";
        smtp.Subject = subject;
        smtp.Config(`MaxHeaderLength=${limit}`);
        const header = smtp.MessageHeaders.find(({ Field }) => Field === "Subject");
        expect(header?.Value).toBe(subject);
      }),
      { numRuns: 500 },
    );
  });

  it("a name of a recipient never adds a recipient to the header", () => {
    fc.assert(
      fc.property(nasty, (name) => {
        const smtp = new SMTP();
        smtp.From = "ann@example.com";
        smtp.SendTo = "bob@example.org";
        smtp.MessageRecipients.Item(0).Name = name;
        let to: string | undefined;
        try {
          to = smtp.MessageHeaders.find(({ Field }) => Field === "To")?.Value;
        } catch (error) {
          expect(NumberedError.is(error)).toBe(true);
          return;
        }
        const mailboxes = parseAddressListTolerant(to as string).flatMap((one) =>
          one.kind === "group" ? one.members : [one],
        );
        expect(mailboxes.map(({ mailbox }) => `${mailbox.localPart}@${mailbox.domain}`)).toEqual([
          "bob@example.org",
        ]);
      }),
      { numRuns: 800 },
    );
  });

  it("OtherHeaders are headers, or refused", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const smtp = new SMTP();
        smtp.From = "ann@example.com";
        smtp.OtherHeaders = text;
        let block: string;
        try {
          block = smtp.MessageHeadersString;
        } catch (error) {
          expect(NumberedError.is(error)).toBe(true);
          return;
        }
        // An empty line alone replaces all headers by none.
        if (block !== "\r\n") expect(block.indexOf("\r\n\r\n")).toBe(block.length - 4);
      }),
      { numRuns: 800 },
    );
  });
});

it("Options are parameters, or refused", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        nasty,
        nasty.map((text) => `NOTIFY ${text}`),
        nasty.map((text) => `ORCPT=rfc822;${text}`),
      ),
      (text) => {
        try {
          expect(JSON.stringify(rcptParameters(text, true) ?? {})).not.toMatch(/\\r|\\n|\\u0000/);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      },
    ),
    { numRuns: 800 },
  );
});

it("no body ends DATA early", async () => {
  const { smtp } = dotnetSmtp(target.port);
  await smtp.Connect();
  const bodies = [
    ".",
    ".\r\n",
    "\n.\n",
    "\r.\r",
    "a\r\n.\r\nQUIT\r\n",
    "a\r\n..\r\n",
    "\r\n.\r",
    "x\r\n.\nRCPT TO:<eve@example.net>",
  ];
  for (const body of bodies) {
    smtp.MessageText = body;
    await smtp.Send();
    smtp.MessageText = "";
    smtp.SetMessageStream(Buffer.from(body));
    await smtp.Send();
  }
  await smtp.Disconnect();
  expect(target.messages).toHaveLength(2 * bodies.length);
  bodies.forEach((body, at) => {
    const wanted = body.replace(/\r\n|\r|\n/g, "\n").replace(/\n$/, "");
    for (const message of target.messages.slice(2 * at, 2 * at + 2)) {
      const text = message.text.slice(message.text.indexOf("\r\n\r\n") + 4);
      expect(text.replaceAll("\r\n", "\n").replace(/\n$/, "")).toBe(wanted);
      expect(message.to.map(({ address }) => address)).toEqual(["bob@example.org"]);
    }
  });
});

describe("a crash leaves", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "wirepost-queue-"));
    return () => rm(folder, { recursive: true, force: true });
  });
  const extensions = async (): Promise<string[]> =>
    (await readdir(folder)).map((name) => name.replace(/^.*\./, "")).sort();

  it("while it is queued: a file that nobody takes for a message", async () => {
    const { smtp } = dotnetSmtp(target.port);
    let seen: string[] = [];
    smtp.SetMessageStream(
      (async function* () {
        yield Buffer.from("first half");
        seen = await extensions();
        yield Buffer.from("second half");
      })(),
    );
    await smtp.Queue(folder);
    expect(seen).toEqual(["writing"]);
    expect(await extensions()).toEqual(["queued"]);
  });

  it("while it is sent: a file in doubt, from before the first command on", async () => {
    const { smtp } = dotnetSmtp(target.port);
    await smtp.Queue(folder);
    const seen: Promise<string[]>[] = [];
    smtp.OnPITrail.add((_s, e) => {
      if (/^(?:MAIL|DATA)/.test(e.Message)) seen.push(extensions());
    });
    await smtp.ProcessQueue(folder);
    expect(await Promise.all(seen)).toEqual([["sending"], ["sending"]]);
    expect(await extensions()).toEqual([]);
  });
});

describe("servers", () => {
  it.each([
    ["a reply without end", `220-${"x".repeat(300)}\r\n`.repeat(400)],
    ["a line without end", `220 ${"x".repeat(100_000)}`],
    ["mixed codes", "220-one\r\n250 two\r\n"],
    ["replies that nobody asked for", "220 one\r\n250 two\r\n250 three\r\n"],
    ["octets", "\u0000\u0001\u0002\r\n"],
  ])("%s: 162, and nothing is sent", async (_, greeting) => {
    await using mx = await scriptedServer([server(greeting), stalls()]);
    const { smtp, log } = dotnetSmtp(mx.port);
    smtp.Timeout = 5;
    expect(await numberOf(smtp.Send())).toBe(162);
    expect(log.some(([event, , line]: Entry) => event === "PITrail" && String(line).startsWith("MAIL"))).toBe(
      false,
    );
  });

  it("what a server says cannot pass for a line of its own in the trail", async () => {
    await using mx = await scriptedServer([
      server("220 one\rMAIL FROM:<eve@example.net>\u001b[2J\r\n"),
      client(/^EHLO/),
      stalls(),
    ]);
    const { smtp, log } = dotnetSmtp(mx.port);
    smtp.OnPITrail.add((_s, e) => {
      if (e.Message.startsWith("EHLO")) setImmediate(() => smtp.Interrupt());
    });
    await smtp.Send().catch(() => undefined);
    for (const [event, , line] of log)
      if (event === "PITrail") expect(String(line)).not.toMatch(/[\r\n\u001b]/);
  });
});
