// I1 to I11: state, sending, recipients.
import {
  client,
  clientContent,
  cuts,
  type RecordingServer,
  recordingServer,
  replay,
  scriptedServer,
  server,
  stalls,
} from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EmailRecipientTypes, IPWorksException, MessageRecipient, SMTP } from "../src/dotnet.js";
import * as java from "../src/java.js";
import { dotnetSmtp, type Entry, javaSmtp, names, numberOf } from "./doors.js";

let target: RecordingServer;
beforeAll(async () => {
  target = await recordingServer();
});
beforeEach(() => target.clear());
afterAll(() => target.close());

const EHLO = [client(/^EHLO .*\r\n$/), server("250 mx.example.test\r\n")];
const GREETED = [server("220 mx.example.test ESMTP\r\n"), ...EHLO];
const QUIT = [client("QUIT\r\n"), server("221 bye\r\n")];
const ok = (line: string | RegExp) => [
  client(typeof line === "string" ? `${line}\r\n` : line),
  server("250 ok\r\n"),
];
const MAIL = ok("MAIL FROM:<ann@example.com>");
const CONTENT = [client("DATA\r\n"), server("354 go\r\n"), clientContent(), server("250 queued as 7\r\n")];
const commands = (log: readonly Entry[]): unknown[] =>
  log.filter(([event, direction]) => event === "PITrail" && direction === 0).map(([, , line]) => line);

describe("I1: Send makes the connection that it needs, and closes only that", () => {
  it("not connected: connects, sends, disconnects", async () => {
    const { smtp, log } = dotnetSmtp(target.port);
    await smtp.Send();
    expect(smtp.Connected).toBe(false);
    expect(commands(log).at(-1)).toBe("QUIT");
    expect(target.messages).toHaveLength(1);
  });

  it("connected before: the connection stays, also after success", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const before = target.connectionCount;
    await smtp.Connect();
    await smtp.Send();
    expect(smtp.Connected).toBe(true);
    await smtp.Send();
    await smtp.Disconnect();
    expect(smtp.Connected).toBe(false);
    expect(target.messages).toHaveLength(2);
    expect(target.connectionCount).toBe(before + 1);
  });

  it("something fails: the connection stays open", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.SendTo = "reject550@example.org";
    expect(await numberOf(smtp.Send())).toBe(161);
    expect(smtp.Connected).toBe(true);
    smtp.SendTo = "bob@example.org";
    await smtp.Send();
    expect(smtp.Connected).toBe(true);
    expect(target.messages).toHaveLength(1);
    await smtp.Disconnect();
  });

  it("a login that fails leaves nothing open", async () => {
    await using mx = await recordingServer({ users: { ann: "secret" } });
    const { smtp } = dotnetSmtp(mx.port);
    smtp.User = "ann";
    smtp.Password = "wrong";
    expect(await numberOf(smtp.Send())).toBe(161);
    expect(smtp.Connected).toBe(false);
  });
});

describe("I2: Disconnect when not connected does nothing", () => {
  it("before and after an automatic connection", async () => {
    const { smtp, log } = javaSmtp(target.port);
    await smtp.disconnect();
    expect(log).toEqual([]);
    await smtp.send();
    const before = log.length;
    await smtp.disconnect();
    expect(log).toHaveLength(before);
  });
});

describe("I3: what is missing is told before any network traffic", () => {
  it("MailServer, From and recipients, checked in this order", async () => {
    const smtp = new SMTP();
    expect(await numberOf(smtp.Send())).toBe(163);
    smtp.MailServer = "mx.example.test";
    expect(await numberOf(smtp.Send())).toBe(164);
    smtp.From = "ann@example.com";
    expect(await numberOf(smtp.Send())).toBe(165);
    smtp.Cc = "cora@example.org";
    expect(await numberOf(smtp.Send())).toBe(165);
  });

  it("AllowEmptyTo lifts 165 when there is a Cc or a BCc, and only then", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.SendTo = "";
    smtp.Config("AllowEmptyTo=True");
    expect(await numberOf(smtp.Send())).toBe(165);
    smtp.BCc = "bea@example.org";
    await smtp.Send();
    expect(target.messages[0]?.to.map(({ address }) => address)).toEqual(["bea@example.org"]);
    expect(target.messages[0]?.text).not.toMatch(/bea|^To:/m);
  });

  it("Connect without a MailServer, and on port 0", async () => {
    const smtp = new SMTP();
    expect(await numberOf(smtp.Connect())).toBe(163);
    smtp.MailServer = "127.0.0.1";
    smtp.MailPort = 0;
    expect(await numberOf(smtp.Connect())).toBe(116);
  });
});

describe("I4: one method at a time", () => {
  it("a second is refused with 166, and Idle is false meanwhile", async () => {
    const { smtp } = dotnetSmtp(target.port);
    expect(smtp.Idle).toBe(true);
    const sending = smtp.Send();
    expect(smtp.Idle).toBe(false);
    expect(await numberOf(smtp.Send())).toBe(166);
    expect(await numberOf(smtp.Disconnect())).toBe(166);
    expect(await numberOf(() => smtp.Reset())).toBe(166);
    expect(await numberOf(() => smtp.ResetHeaders())).toBe(166);
    await sending;
    expect(smtp.Idle).toBe(true);
    expect(target.messages).toHaveLength(1);
  });

  it("Interrupt ends the running method with 301, and does nothing when idle", async () => {
    await using mx = await replay([...GREETED, ...MAIL, client(/^RCPT/), stalls()]);
    const { smtp } = dotnetSmtp(mx.port);
    smtp.Interrupt();
    smtp.OnPITrail.add((_s, e) => {
      if (e.Message.startsWith("RCPT")) setImmediate(() => smtp.Interrupt());
    });
    expect(await numberOf(smtp.Send())).toBe(301);
    expect(smtp.Idle).toBe(true);
    expect(smtp.Connected).toBe(false);
  });

  it("Interrupt in an event handler", async () => {
    const { smtp } = javaSmtp(target.port);
    const second = new java.SMTP();
    second.interrupt();
    smtp.removeSMTPEventListener({});
    const listener = new (class extends java.DefaultSMTPEventListener {
      override startTransfer(): void {
        smtp.interrupt();
      }
    })();
    const other = new java.SMTP();
    other.setMailServer("127.0.0.1");
    other.setMailPort(target.port);
    other.setFrom("ann@example.com");
    other.setSendTo("bob@example.org");
    other.setMessageText("text");
    other.addSMTPEventListener({ startTransfer: () => other.interrupt() });
    expect(await numberOf(other.send())).toBe(301);
    expect(target.messages).toHaveLength(0);
    expect(listener).toBeInstanceOf(java.DefaultSMTPEventListener);
  });

  it("a cancellation token interrupts too", async () => {
    await using mx = await scriptedServer([stalls()]);
    const { smtp } = dotnetSmtp(mx.port);
    const cancel = new AbortController();
    const sending = smtp.Send(cancel.signal);
    cancel.abort();
    expect(await numberOf(sending)).toBe(301);
    expect(await numberOf(smtp.Send(AbortSignal.abort()))).toBe(301);
  });
});

describe("I5: how failures are told", () => {
  it("a refusal is 161 with the reply as its text, and LastReply has it", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.From = "reject553@example.com";
    await expect(smtp.Send()).rejects.toThrow(/^553 /);
    const error = await smtp.Send().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IPWorksException);
    expect((error as IPWorksException).Code).toBe(161);
    expect((error as IPWorksException).Message).toBe(smtp.LastReply);
    await smtp.Disconnect();
  });

  it("Java's exception says it with getCode() and getMessage()", async () => {
    const { smtp } = javaSmtp(target.port);
    smtp.setSendTo("datareject554@example.org");
    const error = (await smtp.send().catch((thrown: unknown) => thrown)) as java.IPWorksException;
    expect(error).toBeInstanceOf(java.IPWorksException);
    expect([error.getCode(), error.getMessage()]).toEqual([161, smtp.getLastReply()]);
    await smtp.disconnect();
  });

  it("the server closes in the middle: 1120; it resets: 10054", async () => {
    await using closing = await replay([...GREETED, ...MAIL, client(/^RCPT/), cuts()]);
    const { smtp } = dotnetSmtp(closing.port);
    expect([1120, 10_054]).toContain(await numberOf(smtp.Send()));
    expect(smtp.Connected).toBe(false);
  });

  it("a server that speaks something else: 162", async () => {
    await using mx = await scriptedServer([server("HTTP/1.1 400 Bad Request\r\n")]);
    const { smtp } = dotnetSmtp(mx.port);
    expect(await numberOf(smtp.Send())).toBe(162);
  });
});

describe("I6: what is fixed while connected", () => {
  it("MailPort 100, MailServer 101, LocalPort 106, LocalHost 107, MaxLineLength 112", async () => {
    const { smtp } = dotnetSmtp(target.port);
    await smtp.Connect();
    const attempts = [
      () => {
        smtp.MailPort = 26;
      },
      () => {
        smtp.MailServer = "other.example.test";
      },
      () => smtp.Config("LocalPort=2000"),
      () => {
        smtp.LocalHost = "127.0.0.2";
      },
      () => smtp.Config("LocalHost=127.0.0.2"),
      () => smtp.Config("MaxLineLength=1000"),
    ];
    const numbers = [];
    for (const attempt of attempts) numbers.push(await numberOf(attempt));
    expect(numbers).toEqual([100, 101, 106, 107, 107, 112]);
    await smtp.Disconnect();
    for (const attempt of attempts) expect(await numberOf(attempt)).toBe(0);
  });

  it("Connect twice is 104, and 1105 while it is connecting", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const connecting = smtp.Connect();
    expect(await numberOf(smtp.Connect())).toBe(1105);
    expect(
      await numberOf(() => {
        smtp.MailPort = 26;
      }),
    ).toBe(100);
    await connecting;
    expect(await numberOf(smtp.Connect())).toBe(104);
    await smtp.Disconnect();
  });
});

describe("I7: Reset and ResetHeaders", () => {
  it("after Reset every property has its default", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.Config("FoldHeaders=False");
    await smtp.Connect();
    smtp.Reset();
    const fresh = new SMTP();
    const plain = Object.entries(Object.getOwnPropertyDescriptors(SMTP.prototype)).filter(
      ([, { get }]) => get !== undefined,
    );
    for (const [name] of plain) {
      const [ours, theirs] = [smtp, fresh].map((one) => (one as unknown as Record<string, unknown>)[name]);
      if (typeof theirs !== "object") expect([name, ours]).toEqual([name, theirs]);
    }
    expect(smtp.Config("FoldHeaders")).toBe("True");
    expect(smtp.MessageRecipients.Count).toBe(0);
    expect(smtp.Firewall.Host).toBe("");
  });

  it("ResetHeaders empties headers and recipients; MessageDate and MessageId are `*` again", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.Cc = "cora@example.org";
    smtp.ReplyTo = "ann@example.net";
    smtp.OtherHeaders = "X-One: 1";
    smtp.Importance = 1;
    smtp.Priority = 2;
    smtp.Sensitivity = 3;
    smtp.MessageDate = "";
    smtp.MessageId = "<one@example.com>";
    smtp.ReadReceiptTo = smtp.DeliveryNotificationTo = "ann@example.com";
    smtp.ResetHeaders();
    expect([smtp.From, smtp.SendTo, smtp.Cc, smtp.Subject, smtp.ReplyTo, smtp.OtherHeaders]).toEqual(
      Array(6).fill(""),
    );
    expect([smtp.Importance, smtp.Priority, smtp.Sensitivity]).toEqual([0, 0, 0]);
    expect([smtp.ReadReceiptTo, smtp.DeliveryNotificationTo]).toEqual(["", ""]);
    expect([smtp.MessageDate, smtp.MessageId]).toEqual(["*", "*"]);
    expect(smtp.MessageRecipients.Count).toBe(0);
    expect(smtp.MessageText).toBe("Hello, World!\r\n");
  });
});

describe("I8: refused recipients", () => {
  it("a refused SendTo or Cc: 161, the message is not sent, RSET", async () => {
    for (const kind of ["SendTo", "Cc"] as const) {
      const { smtp, log } = dotnetSmtp(target.port);
      smtp.SendTo = "bob@example.org";
      smtp[kind] = kind === "Cc" ? "reject550@example.org" : "bob@example.org, reject550@example.org";
      expect(await numberOf(smtp.Send())).toBe(161);
      expect(commands(log).slice(-2)).toEqual(["RCPT TO:<reject550@example.org>", "RSET"]);
      expect(smtp.LastReply).toMatch(/^550 /);
      expect(target.messages).toHaveLength(0);
      await smtp.Disconnect();
    }
  });

  it("a refused BCc: the Error event with the reply, and the rest is sent", async () => {
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.BCc = "reject550@example.org, bea@example.org";
    await smtp.Send();
    const errors = log.filter(([event]) => event === "Error");
    expect(errors).toEqual([["Error", 161, expect.stringMatching(/^550 /)]]);
    expect(target.messages[0]?.to.map(({ address }) => address)).toEqual([
      "bob@example.org",
      "bea@example.org",
    ]);
  });

  it("StopOnToErrors and StopOnCcErrors false: the event in place of the exception", async () => {
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.SendTo = "reject550@example.org";
    smtp.Cc = "reject551@example.org, cora@example.org";
    smtp.Config("StopOnToErrors=False");
    smtp.Config("StopOnCcErrors=False");
    await smtp.Send();
    expect(log.filter(([event]) => event === "Error")).toHaveLength(2);
    expect(target.messages[0]?.to.map(({ address }) => address)).toEqual(["cora@example.org"]);
  });

  it("StopOnBccErrors true: the exception in place of the event", async () => {
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.BCc = "reject550@example.org";
    smtp.Config("StopOnBccErrors=True");
    expect(await numberOf(smtp.Send())).toBe(161);
    expect(names(log)).not.toContain("Error");
    expect(target.messages).toHaveLength(0);
    await smtp.Disconnect();
  });

  it("all refused is always an exception", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.SendTo = "reject550@example.org";
    smtp.Config("StopOnToErrors=False");
    await expect(smtp.Send()).rejects.toThrow(/^550 /);
    await smtp.Disconnect();
  });

  it("an address that no server could be asked about counts as refused", async () => {
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.BCc = "nobody at all";
    await smtp.Send();
    expect(names(log)).toContain("Error");
    smtp.SendTo = "no@one@else";
    expect(await numberOf(smtp.Send())).toBe(161);
    await smtp.Disconnect();
  });
});

describe("I9: SendTo, Cc and BCc are views of MessageRecipients", () => {
  it("setting adds entries, reading joins them, Clear empties all three", () => {
    const smtp = new SMTP();
    smtp.SendTo = '"Bob, the Builder" <bob@example.org>, ben@example.org';
    smtp.Cc = "cora@example.org";
    smtp.BCc = "bea@example.org";
    expect(smtp.SendTo).toBe('"Bob, the Builder" <bob@example.org>, ben@example.org');
    expect(smtp.MessageRecipients.map(({ Address, RecipientType }) => [Address, RecipientType])).toEqual([
      ["bob@example.org", 0],
      ["ben@example.org", 0],
      ["cora@example.org", 1],
      ["bea@example.org", 2],
    ]);
    smtp.MessageRecipients.Clear();
    expect([smtp.SendTo, smtp.Cc, smtp.BCc]).toEqual(["", "", ""]);
  });

  it("setting a property replaces what it made before, and leaves what was added by hand", () => {
    const smtp = new java.SMTP();
    smtp.getMessageRecipients().add(new java.MessageRecipient("hand@example.org"));
    smtp.setSendTo("one@example.org");
    smtp.setSendTo("two@example.org");
    expect(smtp.getSendTo()).toBe("hand@example.org, two@example.org");
    smtp.setSendTo("");
    expect(smtp.getSendTo()).toBe("hand@example.org");
  });

  it("an entry may carry its name in the address", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.SendTo = "";
    smtp.MessageRecipients.Add(new MessageRecipient("Bob B. <bob@example.org>"));
    await smtp.Send();
    expect(target.messages[0]?.to[0]?.address).toBe("bob@example.org");
    smtp.MessageRecipients.Add(new MessageRecipient("<a@example.org>, <b@example.org>"));
    expect(await numberOf(smtp.Send())).toBe(161);
    await smtp.Disconnect();
  });

  it("an entry of the list is the program's own object", () => {
    const smtp = new SMTP();
    const hand = new MessageRecipient("hand@example.org", EmailRecipientTypes.ertCc);
    smtp.MessageRecipients.Add(hand);
    expect(smtp.MessageRecipients[0]).toBe(hand);
    hand.Name = "Hanna Hand";
    expect(smtp.Cc).toBe("Hanna Hand <hand@example.org>");
  });
});

describe("I10: Options go behind RCPT TO", () => {
  it.each([
    ["NOTIFY SUCCESS,FAILURE,DELAY", { NOTIFY: "SUCCESS,FAILURE,DELAY" }],
    ["NOTIFY=NEVER", { NOTIFY: "NEVER" }],
    ["NOTIFY=FAILURE ORCPT=rfc822;bob@example.net", { NOTIFY: "FAILURE", ORCPT: "rfc822;bob@example.net" }],
  ])("%s", async (options, parameters) => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.MessageRecipients.Item(0).Options = options;
    await smtp.Send();
    expect(target.messages[0]?.to[0]?.parameters).toEqual(parameters);
  });

  it("not to a server without DSN", async () => {
    await using mx = await replay([
      ...GREETED,
      ...MAIL,
      ...ok("RCPT TO:<bob@example.org>"),
      ...CONTENT,
      ...QUIT,
    ]);
    const { smtp } = dotnetSmtp(mx.port);
    smtp.MessageRecipients.Item(0).Options = "NOTIFY SUCCESS";
    await smtp.Send();
    await mx.finished();
  });

  it("nothing in them can become a line of its own", async () => {
    for (const options of ["NOTIFY SUCCESS\r\nDATA", "NOTIFY sometimes", "X=\u0001"]) {
      const { smtp } = dotnetSmtp(target.port);
      smtp.MessageRecipients.Item(0).Options = options;
      expect(await numberOf(smtp.Send())).not.toBe(0);
      expect(target.messages).toHaveLength(0);
      await smtp.Disconnect();
    }
  });
});

describe("I11: ReturnPath is MAIL FROM when set", () => {
  it.each([
    ["", "ann@example.com"],
    ["bounces@example.com", "bounces@example.com"],
    ["<>", ""],
  ])("%j", async (returnPath, from) => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.From = '"Ann A." <ann@example.com>';
    smtp.ReturnPath = returnPath;
    expect(smtp.Config("ReturnPath")).toBe(returnPath);
    await smtp.Send();
    expect(target.messages[0]?.from.address).toBe(from);
    expect(target.messages[0]?.text).toContain('From: "Ann A." <ann@example.com>\r\n');
  });

  it("a sender that cannot be read is 164", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.From = "nobody";
    expect(await numberOf(smtp.Send())).toBe(164);
  });
});

it("SendRSET: before every message of a connection but the first, unless it is off", async () => {
  for (const on of [true, false]) {
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.Config(`SendRSET=${on}`);
    await smtp.Connect();
    await smtp.Send();
    await smtp.Send();
    expect(commands(log).filter((line) => line === "RSET")).toHaveLength(on ? 1 : 0);
    await smtp.Disconnect();
  }
});
