// X5-X16: one run of SendMail, its events and their order.
import {
  client,
  clientContent,
  type RecordingServer,
  recordingServer,
  replay,
  scriptedServer,
  server,
} from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AddHandler, type EmailMessage, SMTPSocket, whenIdle } from "../src/index.js";
import { mailTo, names, record, sendAll } from "./recorder.js";

let target: RecordingServer;
beforeAll(async () => {
  target = await recordingServer();
});
beforeEach(() => target.clear());
afterAll(() => target.close());

function socketFor(port = target.port): SMTPSocket {
  const socket = new SMTPSocket();
  socket.Address = "127.0.0.1";
  socket.Port = port;
  return socket;
}

const EHLO = [client(/^EHLO .*\r\n$/), server("250 mx.example.test\r\n")];
const ENVELOPE = [
  client("MAIL FROM:<ann@example.com>\r\n"),
  server("250 ok\r\n"),
  client(/^RCPT TO:<.*>\r\n$/),
  server("250 ok\r\n"),
  client("DATA\r\n"),
  server("354 go\r\n"),
];
const DELIVERY = [...ENVELOPE, clientContent(), server("250 queued\r\n")];
const QUIT = [client("QUIT\r\n"), server("221 bye\r\n")];

/** Records each SendProgress; `cancel` decides. */
function progress(socket: SMTPSocket, cancel: (call: number) => boolean = () => false): [number, number][] {
  const calls: [number, number][] = [];
  socket.SendProgress = (sent, left) => {
    calls.push([sent, left]);
    return cancel(calls.length);
  };
  return calls;
}

describe("X5: SendMail returns at once", () => {
  it("no event fires before it has, so handlers of the next line are in time", async () => {
    const socket = socketFor();
    socket.Messages.Add(mailTo("bob@example.org"));
    socket.SendMail();
    const log = record(socket);
    expect(log).toEqual([]);
    await whenIdle(socket);
    expect(names(log)).toEqual(["ConnectionEstablished", "MessageSent", "MailSent"]);
  });

  it("not even one that is certain", async () => {
    const socket = socketFor(0);
    socket.SendMail();
    const log = record(socket);
    await whenIdle(socket);
    expect(log).toEqual([["Error", 107]]);
  });
});

describe("X6: one run", () => {
  it("greets once, sends in queue order, says MailSent once, and closes with QUIT", async () => {
    await using mx = await replay([
      server("220 mx.example.test ESMTP ready\r\n"),
      ...EHLO,
      ...DELIVERY,
      ...DELIVERY,
      ...QUIT,
    ]);
    const socket = socketFor(mx.port);
    const [one, two] = [mailTo("a@example.org"), mailTo("b@example.org")];
    socket.Messages = [one, two];
    const log = record(socket);
    await sendAll(socket);
    expect(log).toEqual([
      ["ConnectionEstablished", "220 mx.example.test ESMTP ready"],
      ["MessageSent", one],
      ["MessageSent", two],
      ["MailSent"],
    ]);
    await mx.finished();
    expect(socket.IsConnected).toBe(false);
  });

  it("gives a greeting of several lines with its codes", async () => {
    await using mx = await replay([
      server("220-mx.example.test\r\n220 ready\r\n"),
      ...EHLO,
      ...DELIVERY,
      ...QUIT,
    ]);
    const socket = socketFor(mx.port);
    socket.Messages.Add(mailTo("a@example.org"));
    const log = record(socket);
    await sendAll(socket);
    expect(log[0]).toEqual(["ConnectionEstablished", "220-mx.example.test\r\n220 ready"]);
  });

  it("with an empty queue connects and quits, without MailSent", async () => {
    await using mx = await replay([server("220 hi\r\n"), ...EHLO, ...QUIT]);
    const socket = socketFor(mx.port);
    const log = record(socket);
    await sendAll(socket);
    expect(log).toEqual([["ConnectionEstablished", "220 hi"]]);
    await mx.finished();
  });
});

describe("X7 and X8: the queue when an event fires", () => {
  it("MessageSent: the very object, off the queue", async () => {
    const socket = socketFor();
    const mail = mailTo("bob@example.org");
    socket.Messages.Add(mail);
    const seen: [EmailMessage, number][] = [];
    socket.MessageSent = (email) => void seen.push([email, socket.Messages.IndexOf(email)]);
    await sendAll(socket);
    expect(seen).toEqual([[mail, -1]]);
    expect(seen[0]?.[0]).toBe(mail);
  });

  it("ServerError: code, text, the very object, off the queue", async () => {
    const socket = socketFor();
    const mail = mailTo("reject550@example.org");
    socket.Messages.Add(mail);
    const seen: unknown[] = [];
    socket.ServerError = (id, text, email) => void seen.push(id, text, email, socket.Messages.IndexOf(email));
    await sendAll(socket);
    expect(seen).toEqual([550, expect.stringContaining("reject550 is refused as asked"), mail, -1]);
    expect(seen[2]).toBe(mail);
  });
});

describe("X9: after ServerError", () => {
  it.each([
    ["the sender", "reject553@example.com", "bob@example.org", 553],
    ["every recipient", "ann@example.com", "reject550@example.org", 550],
    ["the content", "ann@example.com", "dataReject554@example.org", 554],
    ["the content for now", "ann@example.com", "dataTemp452@example.org", 452],
  ])("a refusal of %s: RSET, and the run goes on", async (_what, from, to, code) => {
    const socket = socketFor();
    const bad = mailTo(to, "bad");
    bad.FromAddress = from;
    const good = mailTo("bob@example.org", "good");
    socket.Messages = [bad, good];
    const log = record(socket);
    await sendAll(socket);
    expect(log).toEqual([
      ["ConnectionEstablished", expect.any(String)],
      ["ServerError", code, expect.any(String), bad],
      ["MessageSent", good],
      ["MailSent"],
    ]);
    expect(target.messages.map((message) => /^Subject: (.*)\r$/m.exec(message.text)?.[1])).toEqual(["good"]);
  });

  it("says RSET before the next message", async () => {
    await using mx = await replay([
      server("220 hi\r\n"),
      ...EHLO,
      client("MAIL FROM:<ann@example.com>\r\n"),
      server("550 no\r\n"),
      client("RSET\r\n"),
      server("250 ok\r\n"),
      ...DELIVERY,
      ...QUIT,
    ]);
    const socket = socketFor(mx.port);
    socket.Messages = [mailTo("a@example.org"), mailTo("b@example.org")];
    await sendAll(socket);
    await mx.finished();
  });

  it("a run in which every message failed ends without MailSent", async () => {
    const socket = socketFor();
    socket.Messages = [mailTo("reject550@example.org"), mailTo("reject551@example.org")];
    const log = record(socket);
    await sendAll(socket);
    expect(names(log)).toEqual(["ConnectionEstablished", "ServerError", "ServerError"]);
  });

  it("a handler that closes the socket ends the run", async () => {
    const socket = socketFor();
    const left = mailTo("bob@example.org");
    socket.Messages = [mailTo("reject550@example.org"), left];
    const log = record(socket);
    socket.ServerError = () => socket.Close();
    await sendAll(socket);
    expect(names(log)).toEqual(["ConnectionEstablished", "ServerError"]);
    expect([...socket.Messages]).toEqual([left]);
    expect(target.messages).toHaveLength(0);
  });

  it("a message that cannot be sent to any server fails with 0, and the run goes on", async () => {
    const socket = socketFor();
    const nobody = mailTo("bob@example.org");
    nobody.ToAddress = "";
    const evil = mailTo("bob@example.org");
    evil.Headers.AddHeader("X-Evil", "a\r\nBcc: all@example.org");
    const good = mailTo("bob@example.org");
    socket.Messages = [nobody, evil, good];
    const log = record(socket);
    await sendAll(socket);
    expect(log.slice(1)).toEqual([
      ["ServerError", 0, expect.stringContaining("recipients"), nobody],
      ["ServerError", 0, expect.stringContaining("X-Evil"), evil],
      ["MessageSent", good],
      ["MailSent"],
    ]);
  });
});

describe("X10: refused before any message is in hand", () => {
  const refusals: [string, Parameters<typeof replay>[0], number, string[]][] = [
    ["greeting", [server("554 not today\r\n")], 554, []],
    ["greeting for now", [server("421 busy\r\n")], 421, []],
    [
      "EHLO and HELO",
      [
        server("220 hi\r\n"),
        client(/^EHLO /),
        server("500 what\r\n"),
        client(/^HELO /),
        server("550 no\r\n"),
      ],
      550,
      ["ConnectionEstablished"],
    ],
    [
      "AUTH",
      [
        server("220 hi\r\n"),
        client(/^EHLO /),
        server("250-mx\r\n250 AUTH PLAIN\r\n"),
        client(/^AUTH PLAIN /),
        server("535 5.7.8 wrong\r\n"),
      ],
      535,
      ["ConnectionEstablished"],
    ],
  ];
  it.each(refusals)(
    "%s: one ServerError with the first message, which is off the queue",
    async (what, script, code, before) => {
      const steps = typeof script === "function" ? [script] : script;
      await using mx = await scriptedServer([...steps, async (peer) => void (await peer.closed)]);
      const socket = socketFor(mx.port);
      if (what === "AUTH") [socket.UserName, socket.Password] = ["ann", "secret"];
      const [one, two] = [mailTo("a@example.org"), mailTo("b@example.org")];
      socket.Messages = [one, two];
      const log = record(socket);
      let connected: boolean | undefined;
      AddHandler(socket.ServerError, () => {
        connected = socket.IsConnected;
      });
      await sendAll(socket);
      expect(names(log)).toEqual([...before, "ServerError"]);
      expect(log.at(-1)).toEqual(["ServerError", code, expect.any(String), one]);
      expect(log.at(-1)?.[3]).toBe(one);
      expect([...socket.Messages]).toEqual([two]);
      expect(connected).toBe(false);
    },
  );

  it("some recipients refused: sent to the others, and no event for it", async () => {
    const socket = socketFor();
    const mail = mailTo("reject550@example.org");
    mail.AddRecipient("bob@example.org");
    socket.Messages.Add(mail);
    const log = record(socket);
    await sendAll(socket);
    expect(names(log)).toEqual(["ConnectionEstablished", "MessageSent", "MailSent"]);
    expect(target.messages[0]?.to.map((recipient) => recipient.address)).toEqual(["bob@example.org"]);
  });

  it("all refused: the first reply", async () => {
    const socket = socketFor();
    const mail = mailTo("reject551@example.org");
    mail.AddRecipient("reject550@example.org");
    socket.Messages.Add(mail);
    const log = record(socket);
    await sendAll(socket);
    expect(log[1]).toEqual(["ServerError", 551, expect.any(String), mail]);
  });
});

describe("X11: SendProgress", () => {
  it("tells the size of each chunk and what is left, and once more when all has left", async () => {
    const socket = socketFor();
    const mail = mailTo("bob@example.org");
    mail.BodyPlainText = "A line of thirty-two characters.\r\n".repeat(4000);
    socket.Messages.Add(mail);
    const calls = progress(socket);
    await sendAll(socket);
    const size = target.messages[0]?.content.length as number;
    expect(calls.length).toBeGreaterThan(3);
    expect(calls.reduce((sum, [sent]) => sum + sent, 0)).toBe(size);
    let left = size;
    for (const [sent, rest] of calls.slice(0, -1)) {
      left -= sent;
      expect(rest).toBe(left);
    }
    expect(calls.at(-1)).toEqual([0, 0]);
  });

  it("comes for a small message too", async () => {
    const socket = socketFor();
    socket.Messages.Add(mailTo("bob@example.org"));
    const calls = progress(socket);
    await sendAll(socket);
    expect(calls).toEqual([
      [target.messages[0]?.content.length, 0],
      [0, 0],
    ]);
  });
});

describe("X12: SendProgress that returns true", () => {
  it.each([
    ["a small message", 1, 1],
    ["a large message, at its first chunk", 4000, 1],
    ["a large message, at its third chunk", 4000, 3],
  ])("%s: nothing arrives, no event, still connected, still queued", async (_name, lines, at) => {
    const socket = socketFor();
    const mail = mailTo("bob@example.org");
    mail.BodyPlainText = "A line of thirty-two characters.\r\n".repeat(lines);
    const next = mailTo("carl@example.org");
    socket.Messages = [mail, next];
    const calls = progress(socket, (call) => call === at);
    const log = record(socket);
    await sendAll(socket);
    expect(calls).toHaveLength(at);
    expect(names(log)).toEqual(["ConnectionEstablished"]);
    expect(socket.IsConnected).toBe(true);
    expect(socket.BytesLeftToSend).toBe(0);
    expect([...socket.Messages]).toEqual([mail, next]);
    expect(target.messages).toHaveLength(0);
    socket.Close();
    expect(names(log)).toEqual(["ConnectionEstablished"]);
  });

  it("never sends the end mark, nor QUIT; the next run has a connection of its own", async () => {
    await using mx = await scriptedServer(async (peer) => {
      for (const step of [server("220 hi\r\n"), ...EHLO, ...ENVELOPE]) await step(peer);
      if (peer.index === 0) {
        await peer.closed;
        return;
      }
      for (const step of [clientContent(), server("250 queued\r\n"), ...QUIT]) await step(peer);
    });
    const socket = socketFor(mx.port);
    const mail = mailTo("bob@example.org");
    socket.Messages.Add(mail);
    const log = record(socket);
    let cancelled = false;
    socket.SendProgress = () => {
      const first = !cancelled;
      cancelled = true;
      return first;
    };
    await sendAll(socket);
    await sendAll(socket);
    expect(names(log)).toEqual(["ConnectionEstablished", "ConnectionEstablished", "MessageSent", "MailSent"]);
    const first = mx.connections[0]?.receivedText ?? "";
    expect(first).not.toContain("\r\n.\r\n");
    expect(first).not.toContain("QUIT");
  });

  it("hears of the server's giving up: 102, once", async () => {
    await using mx = await scriptedServer(async (peer) => {
      for (const step of [server("220 hi\r\n"), ...EHLO, ...ENVELOPE]) await step(peer);
      await new Promise((resolve) => setTimeout(resolve, 30));
      peer.end();
    });
    const socket = socketFor(mx.port);
    const mail = mailTo("bob@example.org");
    socket.Messages.Add(mail);
    const log = record(socket);
    progress(socket, () => true);
    const lost = new Promise((resolve) => AddHandler(socket.Error, resolve));
    await sendAll(socket);
    expect(socket.IsConnected).toBe(true);
    await lost;
    expect(log.slice(1)).toEqual([["Error", 102]]);
    expect(socket.IsConnected).toBe(false);
    expect([...socket.Messages]).toEqual([mail]);
  });

  it("SendComplete tells which it was", async () => {
    const socket = socketFor();
    const told: boolean[] = [];
    socket.SendComplete = (aborted) => void told.push(aborted);
    socket.Messages.Add(mailTo("bob@example.org"));
    await sendAll(socket);
    progress(socket, () => true);
    socket.Messages.Add(mailTo("bob@example.org"));
    await sendAll(socket);
    socket.Close();
    expect(told).toEqual([false, true]);
  });
});

describe("X13: closing inside handlers", () => {
  const calls: ["DisconnectFromServer" | "Close", "MailSent" | "ServerError" | "Error" | "MessageSent"][] = [
    ["DisconnectFromServer", "MailSent"],
    ["Close", "MailSent"],
    ["DisconnectFromServer", "MessageSent"],
    ["Close", "MessageSent"],
    ["DisconnectFromServer", "ServerError"],
    ["Close", "ServerError"],
    ["DisconnectFromServer", "Error"],
    ["Close", "Error"],
  ];
  it.each(calls)("%s inside %s, and again afterwards: no throw, no second event", async (call, event) => {
    await using dead = await scriptedServer([server("220 hi\r\n"), ...EHLO, (peer) => peer.reset()]);
    const socket = socketFor(event === "Error" ? dead.port : target.port);
    socket.Messages.Add(mailTo(event === "ServerError" ? "reject550@example.org" : "bob@example.org"));
    const log = record(socket);
    const close = (): void => {
      socket[call]();
      socket[call]();
    };
    AddHandler(socket[event] as (this: SMTPSocket, ...args: never[]) => void, close);
    await sendAll(socket);
    const before = log.length;
    socket.DisconnectFromServer();
    socket.Close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toHaveLength(before);
    expect(names(log).filter((name) => name === event)).toHaveLength(1);
    expect(socket.IsConnected).toBe(false);
  });

  it("SendMail inside MailSent begins another run behind this one", async () => {
    const socket = socketFor();
    const log = record(socket);
    const more = [mailTo("b@example.org")];
    socket.MailSent = () => {
      const next = more.pop();
      if (next === undefined) return;
      socket.Messages.Add(next);
      socket.SendMail();
    };
    socket.Messages.Add(mailTo("a@example.org"));
    await sendAll(socket);
    const run = ["ConnectionEstablished", "MessageSent", "MailSent"];
    expect(names(log)).toEqual([...run, ...run]);
  });
});

describe("X13: SendMail in a handler that ended the run", () => {
  it.each(["DisconnectFromServer", "Close"] as const)(
    "%s, then SendMail inside ServerError: another run with what is left",
    async (call) => {
      const socket = socketFor();
      const good = mailTo("b@example.org");
      socket.Messages = [mailTo("reject550@example.org"), good];
      const log = record(socket);
      AddHandler(socket.ServerError, () => {
        socket[call]();
        socket.SendMail();
      });
      await sendAll(socket);
      expect(names(log)).toEqual([
        "ConnectionEstablished",
        "ServerError",
        "ConnectionEstablished",
        "MessageSent",
        "MailSent",
      ]);
    },
  );
});

describe("X14: three ways to end", () => {
  async function inSession(
    act: (socket: SMTPSocket) => void,
  ): Promise<{ log: unknown[]; heard: string; left: number }> {
    await using mx = await scriptedServer(
      async (peer) => {
        for (const step of [server("220 hi\r\n"), ...EHLO, ...DELIVERY]) await step(peer);
        const line = await peer.line().catch(() => "");
        if (line.startsWith("QUIT")) await peer.send("221 bye\r\n");
        await peer.closed;
      },
      { allowHalfOpen: false },
    );
    const socket = socketFor(mx.port);
    socket.Messages = [mailTo("a@example.org"), mailTo("b@example.org")];
    const log = record(socket);
    AddHandler(socket.MessageSent, () => act(socket));
    await sendAll(socket);
    const peer = await mx.connection(0);
    await peer.closed;
    return { log: log.slice(2), heard: peer.receivedText, left: socket.Messages.Count() };
  }

  it("DisconnectFromServer: QUIT, no Error", async () => {
    const { log, heard, left } = await inSession((socket) => socket.DisconnectFromServer());
    expect(log).toEqual([]);
    expect(heard).toContain("QUIT\r\n");
    expect(left).toBe(1);
  });

  it("Disconnect: at once, then exactly one Error 102", async () => {
    const { log, heard } = await inSession((socket) => {
      socket.Disconnect();
      expect(socket.IsConnected).toBe(false);
    });
    expect(log).toEqual([["Error", 102]]);
    expect(heard).not.toContain("QUIT");
  });

  it("Close: at once, no Error", async () => {
    const { log, heard } = await inSession((socket) => {
      socket.Close();
      expect(socket.IsConnected).toBe(false);
    });
    expect(log).toEqual([]);
    expect(heard).not.toContain("QUIT");
  });

  it.each(["Close", "Disconnect", "DisconnectFromServer"] as const)(
    "%s while connecting ends the run",
    async (call) => {
      await using mx = await scriptedServer(async (peer) => void (await peer.closed));
      const socket = socketFor(mx.port);
      const mail = mailTo("a@example.org");
      socket.Messages.Add(mail);
      const log = record(socket);
      socket.SendMail();
      await mx.connection(0);
      socket[call]();
      await whenIdle(socket);
      expect(log).toEqual(call === "Disconnect" ? [["Error", 102]] : []);
      expect([...socket.Messages]).toEqual([mail]);
    },
  );

  it.each(["Close", "Disconnect", "DisconnectFromServer"] as const)(
    "%s inside SendProgress leaves the message queued and sends no end mark",
    async (call) => {
      const socket = socketFor();
      const mail = mailTo("a@example.org");
      socket.Messages.Add(mail);
      const log = record(socket);
      socket.SendProgress = () => {
        socket[call]();
      };
      await sendAll(socket);
      expect(names(log).slice(1)).toEqual(call === "Disconnect" ? ["Error"] : []);
      expect([...socket.Messages]).toEqual([mail]);
      expect(target.messages).toHaveLength(0);
    },
  );
});

describe("X15: what Close keeps", () => {
  it("Port, Address, LastErrorCode, what was received; the queue and the login", async () => {
    await using mx = await scriptedServer([server("220 hi\r\n"), async (peer) => void (await peer.closed)]);
    const socket = socketFor(mx.port);
    socket.UserName = "ann";
    socket.Password = "secret";
    const mail = mailTo("a@example.org");
    socket.Messages.Add(mail);
    socket.SendMail();
    socket.SendMail();
    socket.Close();
    await whenIdle(socket);
    expect(socket.LastErrorCode).toBe(106);
    const arrived = new Promise<void>((resolve) => {
      socket.DataAvailable = () => resolve();
    });
    socket.Connect();
    await arrived;
    socket.Write("EHLO me\r\n");
    expect(socket.BytesLeftToSend).toBe(9);
    socket.Close();
    expect([socket.IsConnected, socket.BytesLeftToSend, socket.LastErrorCode]).toEqual([false, 0, 106]);
    expect([socket.Address, socket.Port]).toEqual(["127.0.0.1", mx.port]);
    expect([socket.UserName, socket.Password, [...socket.Messages]]).toEqual(["ann", "secret", [mail]]);
    expect(socket.BytesAvailable).toBe(8);
    expect(socket.ReadAll()).toBe("220 hi\r\n");
    expect(socket.EndOfFile()).toBe(true);
  });
});

describe("X16: DeleteAllMessages", () => {
  it("empties the queue; the message in hand is still finished", async () => {
    const socket = socketFor();
    const [one, two] = [mailTo("a@example.org"), mailTo("b@example.org")];
    socket.Messages = [one, two];
    const log = record(socket);
    socket.SendProgress = () => {
      socket.DeleteAllMessages();
    };
    await sendAll(socket);
    expect(log.slice(1)).toEqual([["MessageSent", one], ["MailSent"]]);
    expect(target.messages).toHaveLength(1);
  });
});
