// I33 to I36: events, their order, and the commands that ask.
import {
  client,
  type RecordingServer,
  recordingServer,
  replay,
  scriptedServer,
  server,
  stalls,
  testIdentities,
} from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as dotnet from "../src/dotnet.js";
import * as java from "../src/java.js";
import { dotnetSmtp, type Entry, javaSmtp, names, numberOf } from "./doors.js";

let target: RecordingServer;
beforeAll(async () => {
  target = await recordingServer();
});
beforeEach(() => target.clear());
afterAll(() => target.close());

/** The log with lines of the conversation shortened to their first word. */
const shortened = (log: readonly Entry[]): string[] => {
  const all = log.map(([event, direction, text]) => {
    if (event !== "PITrail") return event === "Transfer" ? event : `${event}(${String(direction)})`;
    return `${String(direction)} ${String(text).split(/[ -]/)[0]}`;
  });
  return all.filter((entry, at) => entry !== all[at - 1]);
};

const PLAIN_SEND = [
  "ConnectionStatus(Remote host connected)",
  "1 220",
  "0 EHLO",
  "1 250",
  "0 MAIL",
  "1 250",
  "0 RCPT",
  "1 250",
  "0 DATA",
  "1 354",
  "StartTransfer(0)",
  "Transfer",
  "EndTransfer(0)",
  "1 250",
  "0 QUIT",
  "1 221",
  "ConnectionStatus(Remote host disconnected)",
];

describe("I33: the order of events", () => {
  it("of a plain Send that connects by itself, in both editions", async () => {
    const one = javaSmtp(target.port);
    await one.smtp.send();
    expect(shortened(one.log)).toEqual(PLAIN_SEND);
    const two = dotnetSmtp(target.port);
    await two.smtp.Send();
    expect(shortened(two.log)).toEqual(PLAIN_SEND);
  });

  it("STARTTLS puts the certificate and SSLStatus between, and a login follows", async () => {
    const { good, ca } = await testIdentities();
    await using mx = await recordingServer({ tls: good, users: { ann: "pencil" } });
    const { smtp, log } = dotnetSmtp(mx.port);
    smtp.SSLStartMode = dotnet.SMTPSSLStartModes.sslExplicit;
    smtp.AuthMechanism = dotnet.SMTPAuthMechanisms.amSASLPlain;
    smtp.Config(`SSLServerCACerts=${ca}`);
    smtp.User = "ann";
    smtp.Password = "pencil";
    await smtp.Connect();
    const events = shortened(log);
    expect(events.slice(0, 4)).toEqual([
      "ConnectionStatus(Remote host connected)",
      "1 220",
      "0 EHLO",
      "1 250",
    ]);
    expect(events.slice(4, 16).map((entry) => entry.replace(/^SSLStatus.*/, "SSLStatus"))).toEqual([
      "SSLStatus",
      "0 STARTTLS",
      "1 220",
      "SSLServerAuthentication(OK)",
      "SSLStatus",
      "ConnectionStatus(SSL handshake complete)",
      "0 EHLO",
      "1 250",
      "0 AUTH",
      "1 235",
    ]);
    await smtp.Disconnect();
  });

  it("implicit TLS has them before the greeting", async () => {
    const { good, ca } = await testIdentities();
    await using mx = await recordingServer({ tls: good, implicitTls: true });
    const { smtp, log } = dotnetSmtp(mx.port);
    smtp.SSLStartMode = dotnet.SMTPSSLStartModes.sslImplicit;
    smtp.Config(`SSLServerCACerts=${ca}`);
    await smtp.Send();
    expect(names(log).slice(0, 6)).toEqual([
      "ConnectionStatus",
      "SSLStatus",
      "SSLServerAuthentication",
      "SSLStatus",
      "ConnectionStatus",
      "PITrail",
    ]);
  });

  it("a connection that fails says so once", async () => {
    await using mx = await scriptedServer([server("554 not you\r\n"), stalls()]);
    const { smtp, log } = dotnetSmtp(mx.port);
    await expect(smtp.Send()).rejects.toThrow("554 not you");
    expect(log.filter(([event]) => event === "ConnectionStatus").map(([, what]) => what)).toEqual([
      "Remote host connected",
      "Remote host disconnected",
    ]);
  });
});

describe("I34: PITrail", () => {
  it("shows commands and replies line by line, and nothing of the message", async () => {
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.MessageText = "MAIL FROM:<not@example.com>\r\nsecret of the body\r\n";
    await smtp.Send();
    const trail = log.filter(([event]) => event === "PITrail");
    expect(trail.every(([, direction]) => [0, 1, 2].includes(direction as number))).toBe(true);
    const text = JSON.stringify(trail);
    expect(text).not.toMatch(/secret of the body|not@example|Subject/);
    expect(
      trail.filter(([, direction]) => direction === 1).every(([, , line]) => /^\d{3}[ -]/.test(String(line))),
    ).toBe(true);
  });

  it.each(["True", "False"])("AUTH lines are masked, with MaskSensitiveData=%s too", async (mask) => {
    await using mx = await recordingServer({ users: { ann: "pencil sharpener" } });
    for (const mechanism of [0, 1, 4]) {
      const { smtp, log } = dotnetSmtp(mx.port);
      smtp.Config(`MaskSensitiveData=${mask}`);
      smtp.AuthMechanism = mechanism as 0;
      smtp.User = "ann";
      smtp.Password = "pencil sharpener";
      await smtp.Send();
      const text = JSON.stringify(log);
      for (const secret of ["pencil", Buffer.from("pencil sharpener").toString("base64").slice(0, 12)])
        expect(text).not.toContain(secret);
      expect(text).toContain("AUTH ");
    }
  });
});

describe("I35: StartTransfer, Transfer, EndTransfer", () => {
  it("not for an empty MessageText, unless a stream is sent", async () => {
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.MessageText = "";
    await smtp.Send();
    expect(names(log)).not.toContain("StartTransfer");
    expect(names(log)).not.toContain("Transfer");
    smtp.SetMessageStream(new Uint8Array(0));
    await smtp.Send();
    expect(names(log)).toContain("StartTransfer");
    expect(target.messages).toHaveLength(2);
  });

  it("Transfer counts from the start of the text, in percent, with the chunk itself", async () => {
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.MessageText = `${"x".repeat(70)}\r\n`.repeat(1000);
    await smtp.Send();
    const transfers = log.filter(([event]) => event === "Transfer");
    expect(transfers.length).toBeGreaterThan(2);
    let sent = 0;
    for (const [, bytes, percent, piece] of transfers) {
      sent += (piece as Uint8Array).length;
      expect(bytes).toBe(sent);
      expect(percent).toBe(Math.floor((100 * sent) / 72_000));
    }
    expect(sent).toBe(72_000);
  });

  it("inside Transfer, TransferText is the piece", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.MessageText = `${"x".repeat(70)}\r\n`.repeat(1000);
    let seen = 0;
    smtp.OnTransfer.add((_s, e) => {
      expect(smtp.Config("TransferText")).toBe(e.Text);
      seen++;
    });
    await smtp.Send();
    expect(seen).toBeGreaterThan(2);
    expect(smtp.Config("TransferText")).toBe(smtp.MessageText);
  });
});

describe("I36: Expand, Verify, SendCommand, SendToTerminal*", () => {
  const GREETED = [server("220 mx\r\n"), client(/^EHLO/), server("250-mx\r\n250 ENHANCEDSTATUSCODES\r\n")];

  it("Expand fires one event per address and connects when needed", async () => {
    await using mx = await replay([
      ...GREETED,
      client("EXPN staff\r\n"),
      server("250-2.1.5 Ann <ann@example.com>\r\n250 2.1.5 <bob@example.org>\r\n"),
      client("EXPN nobody\r\n"),
      server("550 5.1.1 no such list\r\n"),
      client("QUIT\r\n"),
      server("221 bye\r\n"),
    ]);
    const { smtp, log } = javaSmtp(mx.port);
    await smtp.expand("staff");
    expect(log.filter(([event]) => event === "Expand").map(([, address]) => address)).toEqual([
      "Ann <ann@example.com>",
      "<bob@example.org>",
    ]);
    expect(smtp.isConnected()).toBe(true);
    await expect(smtp.expand("nobody")).rejects.toThrow("550 5.1.1 no such list");
    await smtp.disconnect();
    await mx.finished();
  });

  it("Verify leaves the answer in LastReply; a refusal is 161", async () => {
    await using mx = await replay([
      ...GREETED,
      client("VRFY ann\r\n"),
      server("252 cannot say\r\n"),
      client("VRFY eve\r\n"),
      server("550 no\r\n"),
      client("QUIT\r\n"),
      server("221 bye\r\n"),
    ]);
    const { smtp } = dotnetSmtp(mx.port);
    await smtp.Verify("ann");
    expect(smtp.LastReply).toBe("252 cannot say");
    expect(await numberOf(smtp.Verify("eve"))).toBe(161);
    await smtp.Disconnect();
    expect(smtp.LastReply).toBe("221 bye");
  });

  it("SendCommand sends the line as it is; the reply is in LastReply, whatever its code", async () => {
    await using mx = await replay([
      ...GREETED,
      client("X-Thing  with   spaces\r\n"),
      server("250-one\r\n250 two\r\n"),
      client("nonsense\r\n"),
      server("500 what?\r\n"),
      client("QUIT\r\n"),
      server("221 bye\r\n"),
    ]);
    const { smtp } = dotnetSmtp(mx.port);
    expect(await numberOf(smtp.SendCommand("NOOP"))).toBe(212);
    await smtp.Connect();
    await smtp.SendCommand("X-Thing  with   spaces");
    expect(smtp.LastReply).toBe("250-one\r\n250 two");
    await smtp.SendCommand("nonsense");
    expect(smtp.LastReply).toBe("500 what?");
    for (const more of ["DATA", "data", " BDAT 5 LAST", "STARTTLS", "AUTH PLAIN AGFubgBwZW5jaWw="])
      expect(await numberOf(smtp.SendCommand(more))).toBe(211);
    expect(await numberOf(smtp.SendCommand("NOOP\r\nMAIL FROM:<eve@example.net>"))).toBe(10_022);
    await smtp.Disconnect();
    await mx.finished();
  });

  it.each([
    ["SendToTerminalOnly", "SEND"],
    ["SendToTerminalOrEmail", "SOML"],
    ["SendToTerminalAndEmail", "SAML"],
  ] as const)("%s says %s FROM; a server that does not know it: 161", async (method, verb) => {
    await using mx = await replay([
      ...GREETED,
      client(`${verb} FROM:<ann@example.com>\r\n`),
      server("502 not here\r\n"),
      client("RSET\r\n"),
      server("250 ok\r\n"),
      client("QUIT\r\n"),
      server("221 bye\r\n"),
    ]);
    const { smtp } = dotnetSmtp(mx.port);
    await expect(smtp[method]()).rejects.toThrow("502 not here");
    smtp.AllowExtensions = false;
    expect(await numberOf(smtp[method]())).toBe(161);
    await smtp.Disconnect();
    await mx.finished();
  });
});

describe("listeners and handlers", () => {
  it("Java: one listener at a time; a subclass of DefaultSMTPEventListener; getSource()", async () => {
    const smtp = new java.SMTP();
    const heard: unknown[] = [];
    class Listener extends java.DefaultSMTPEventListener {
      override connectionStatus(e: java.SMTPConnectionStatusEvent): void {
        heard.push(e.getSource(), e);
      }
    }
    const listener = new Listener();
    smtp.addSMTPEventListener(listener);
    expect(await numberOf(() => smtp.addSmtpEventListener(listener))).toBe(211);
    smtp.setMailServer("127.0.0.1");
    smtp.setMailPort(target.port);
    await smtp.connect();
    smtp.removeSmtpEventListener(listener);
    await smtp.disconnect();
    expect(heard).toHaveLength(2);
    expect(heard[0]).toBe(smtp);
    expect(heard[1]).toBeInstanceOf(java.SMTPConnectionStatusEvent);
  });

  it(".NET: add, remove, and on() by name", async () => {
    const { smtp } = dotnetSmtp(target.port);
    let count = 0;
    const handler = (): void => {
      count++;
    };
    smtp.OnStartTransfer.add(handler).add(handler).remove(handler);
    smtp.on("StartTransfer", handler).on("OnEndTransfer", handler);
    expect(await numberOf(() => smtp.on("Nothing" as "Error", handler))).toBe(10_022);
    await smtp.Send();
    expect(count).toBe(3);
  });

  it("what a handler throws comes out of the method, and the message is not sent", async () => {
    for (const event of ["PITrail", "StartTransfer", "Transfer", "ConnectionStatus"] as const) {
      const { smtp } = dotnetSmtp(target.port);
      const problem = new Error(`from ${event}`);
      smtp.on(event, () => {
        throw problem;
      });
      await expect(smtp.Send()).rejects.toBe(problem);
      expect(smtp.Idle).toBe(true);
    }
    expect(target.messages).toHaveLength(0);
  });

  it.each([
    ["StartTransfer", "MessageText"],
    ["Transfer", "MessageText"],
    ["EndTransfer", "MessageText"],
    ["StartTransfer", "Message"],
    ["Transfer", "Message"],
    ["EndTransfer", "Message"],
    ["StartTransfer", "a stream"],
    ["Transfer", "a stream"],
    ["EndTransfer", "a stream"],
  ] as const)(
    "a handler of %s that throws while %s goes out ends the connection; the next Send works",
    async (event, body) => {
      const { smtp, log } = dotnetSmtp(target.port);
      const problem = new Error(`from ${event}`);
      let thrown = 0;
      smtp.on(event, () => {
        if (thrown++ === 0) throw problem;
      });
      const give = (): void => {
        if (body === "Message") smtp.Message = "Hello\r\n";
        if (body === "a stream") smtp.SetMessageStream(Buffer.from("Hello\r\n"));
      };
      give();
      await smtp.Connect();
      await expect(smtp.Send()).rejects.toBe(problem);
      expect([smtp.Connected, target.messages.length]).toEqual([false, 0]);
      expect(log.filter(([name]) => name === "ConnectionStatus").map(([, what]) => what)).toEqual([
        "Remote host connected",
        "Remote host disconnected",
      ]);
      give();
      await smtp.Send();
      expect(target.messages).toHaveLength(1);
    },
  );

  it("a handler of Error that throws leaves the connection open: the text had not begun", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const problem = new Error("from Error");
    smtp.on("Error", () => {
      throw problem;
    });
    smtp.BCc = "reject550@example.org";
    await smtp.Connect();
    await expect(smtp.Send()).rejects.toBe(problem);
    expect(smtp.Connected).toBe(true);
    smtp.BCc = "";
    await smtp.Send();
    expect(target.messages).toHaveLength(1);
    await smtp.Disconnect();
  });

  it("a method called from a handler is refused with 166, and events do not nest", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const numbers: Promise<unknown>[] = [];
    smtp.OnStartTransfer.add(() => numbers.push(numberOf(smtp.Send())));
    await smtp.Send();
    expect(await Promise.all(numbers)).toEqual([166]);
  });

  it("DoEvents lets what waits happen, also while a method runs", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const sending = smtp.Send();
    while (!smtp.Idle) await smtp.DoEvents();
    await sending;
    expect(target.messages).toHaveLength(1);
  });
});
