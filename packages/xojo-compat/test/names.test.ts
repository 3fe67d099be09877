// X1-X4, and every name of the facts.
import { readFileSync } from "node:fs";
import { checkSurface } from "@wirepost/surface";
import { type RecordingServer, recordingServer } from "@wirepost/test-server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { staleFiles } from "../generate/generate.mjs";
import * as xojo from "../src/index.js";
import {
  AddHandler,
  AddressOf,
  caseInsensitive,
  EmailMessage,
  RemoveHandler,
  RuntimeException,
  SMTPSecureSocket,
  SMTPSocket,
  SSLSocket,
  whenIdle,
} from "../src/index.js";
import { type ClassRow, TABLE } from "../table/index.mjs";
import { mailTo, record, sendAll } from "./recorder.js";

interface Facts {
  readonly classes: readonly {
    readonly name: string;
    readonly properties?: readonly {
      readonly name: string;
      readonly default: unknown;
      readonly array?: boolean;
    }[];
  }[];
}

const facts = JSON.parse(
  readFileSync(new URL("../../../tooling/surface/xojo.json", import.meta.url), "utf8"),
) as Facts;
const exported = xojo as unknown as Record<string, unknown>;

let server: RecordingServer;
beforeAll(async () => {
  server = await recordingServer();
});
afterAll(() => server.close());

function socketFor(target: { port: number } = server): SMTPSocket {
  const socket = new SMTPSocket();
  socket.Address = "127.0.0.1";
  socket.Port = target.port;
  return socket;
}

describe("the surface", () => {
  it("has every name of the facts, and their numbers", async () => {
    const report = await checkSurface(facts, xojo);
    expect(report.missing).toEqual([]);
    expect(report.wrongNumbers).toEqual([]);
    expect(report.optionalMissing).toEqual([]);
    expect(report.percent).toBe(100);
  });

  it("has them in Xojo's own spelling", async () => {
    expect((await checkSurface(facts, xojo, { strict: true })).percent).toBe(100);
  });

  it("is what the table gives", () => {
    expect(staleFiles()).toEqual([]);
  });

  it.each(TABLE.map((row): [string, ClassRow] => [row.name, row]))(
    "has what the table says of %s",
    (name, row) => {
      const holder = row.functions ? exported : exported[name];
      expect(holder).toBeDefined();
      const object =
        row.module || row.functions ? (holder as object) : (new (holder as new () => object)() as object);
      for (const member of row.members) {
        for (const spelling of [member.name, ...(member.aka ?? []).map((other) => other.name)]) {
          const place = member.static || member.kind === "constant" ? (holder as object) : object;
          expect(spelling in place, `${name}.${spelling}`).toBe(true);
        }
      }
    },
  );

  it("explains every member that is not as in Xojo", () => {
    const unexplained = TABLE.flatMap((row) =>
      row.members
        .filter((member) => member.status === "differs" && member.note === undefined)
        .map((member) => `${row.name}.${member.name}`),
    );
    expect(unexplained).toEqual([]);
  });

  const defaults = facts.classes.flatMap((row) =>
    (row.properties ?? []).map((property): [string, string, unknown] => [
      row.name,
      property.name,
      property.default,
    ]),
  );
  it.each(defaults)("%s.%s begins with %j", async (className, name, value) => {
    const object = new (exported[className] as new () => Record<string, unknown>)();
    const found = await object[name];
    if (value === "new") expect(found).toBeInstanceOf(xojo.InternetHeaders);
    else if (Array.isArray(value)) expect([...(found as unknown[])]).toEqual(value);
    else if (value === "STARTTLS") expect(found).toBe(SMTPSecureSocket.SMTPConnectionTypes.STARTTLS);
    else if (value === "TLSv1") expect(found).toBe(SSLSocket.SSLConnectionTypes.TLSv1);
    else expect(found).toBe(value);
  });
});

describe("X1: every member answers to both spellings", () => {
  const pairs: [string, object, string, string, unknown][] = [
    ["SMTPSocket", new SMTPSocket(), "UserName", "Username", "ann"],
    ["SMTPSecureSocket", new SMTPSecureSocket(), "Username", "UserName", "ann"],
    ["SMTPSecureSocket", new SMTPSecureSocket(), "SSLEnabled", "Secure", true],
    [
      "SMTPSecureSocket",
      new SMTPSecureSocket(),
      "SSLConnectionType",
      "ConnectionType",
      SMTPSecureSocket.TLSv12,
    ],
    [
      "SMTPSecureSocket",
      new SMTPSecureSocket(),
      "SMTPConnectionType",
      "SMTPConnectionMode",
      SMTPSecureSocket.ModeSSLTLS,
    ],
  ];
  it.each(pairs)("%s: %s", (_name, object, one, other, value) => {
    const members = object as Record<string, unknown>;
    members[one] = value;
    expect(members[other]).toBe(value);
    const other2 = typeof value === "boolean" ? !value : value;
    members[other] = other2;
    expect(members[one]).toBe(other2);
  });

  it("arrays, headers and the queue", () => {
    const socket = new SMTPSecureSocket();
    const [one, two, three] = [mailTo("a@example.org"), mailTo("b@example.org"), mailTo("c@example.org")];
    socket.Messages.Append(one);
    socket.Messages.Add(two);
    socket.Messages.Insert(0, three);
    expect([...socket.Messages]).toEqual([three, one, two]);
    socket.Messages.Remove(0);
    socket.Messages.RemoveAt(0);
    expect(socket.Messages.Ubound()).toBe(0);
    expect(socket.Messages.LastRowIndex()).toBe(socket.Messages.LastIndex());
    socket.DeleteAllMessages();
    expect(socket.Messages.Count()).toBe(0);
    socket.Messages.Add(one);
    socket.RemoveAllMessages();
    expect(socket.Messages.Count()).toBe(0);
    one.Headers.AppendHeader("X-One", "1");
    one.Headers.AddHeader("X-Two", "2");
    expect([one.Headers.Name(0), one.Headers.NameAt(1)]).toEqual(["X-One", "X-Two"]);
    one.Headers.RemoveHeader("x-one");
    one.Headers.Delete(0);
    expect(one.Headers.Count()).toBe(0);
  });

  it("the class constants of API 1 are the numbers of API 2", () => {
    expect(SMTPSecureSocket.TLSv12).toBe(SSLSocket.SSLConnectionTypes.TLSv12);
    expect(SMTPSecureSocket.SSLConnectionTypes).toBe(SSLSocket.SSLConnectionTypes);
    expect(SMTPSecureSocket.ModeSSLTLS).toBe(SMTPSecureSocket.SMTPConnectionTypes.SSLTLS);
  });
});

describe("X2: letter case", () => {
  const wrong: [string, (mail: Record<string, unknown>, socket: Record<string, unknown>) => unknown][] = [
    ["assigning in camelCase", (mail) => (mail["subject"] = "lost")],
    ["assigning in lower case", (_mail, socket) => (socket["username"] = "lost")],
    ["assigning in upper case", (mail) => (mail["SUBJECT"] = "lost")],
    ["assigning in any other case", (mail) => (mail["sUbJect"] = "lost")],
    ["assigning an event", (_mail, socket) => (socket["messageSent"] = () => undefined)],
    ["reading", (mail) => mail["bodyPlainText"]],
    ["calling", (_mail, socket) => (socket["sendMail"] as () => void)()],
  ];
  it.each(wrong)("%s throws", (_name, act) => {
    const mail = new EmailMessage() as unknown as Record<string, unknown>;
    const socket = new SMTPSocket() as unknown as Record<string, unknown>;
    expect(() => act(mail, socket)).toThrow();
  });

  it("names the right spelling", () => {
    const mail = new EmailMessage() as unknown as Record<string, unknown>;
    expect(() => (mail["bodyhtml"] = "")).toThrow(/write BodyHTML/);
    expect(RuntimeException.is(thrownBy(() => mail["bodyhtml"]))).toBe(true);
  });

  it("is a compile error", () => {
    const mail = new EmailMessage();
    // @ts-expect-error Subject
    expect(() => mail.subject).toThrow(/Subject/);
  });

  it("finds an event of a subclass that is spelled otherwise", () => {
    class Sender extends SMTPSocket {
      messagesent(): void {}
    }
    expect(() => new Sender().SendMail()).toThrow(/MessageSent/);
  });

  it("lets a subclass have members of its own", () => {
    class Sender extends SMTPSocket {
      counter = 1;
    }
    expect(new Sender().counter).toBe(1);
  });

  it("caseInsensitive() takes every case, and passes the same objects on", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: as a ported line is written
    const socket: any = caseInsensitive(socketFor());
    // biome-ignore lint/suspicious/noExplicitAny: as a ported line is written
    const mail: any = caseInsensitive(new EmailMessage());
    mail.fromaddress = "ann@example.com";
    mail.ADDRECIPIENT("bob@example.org");
    mail.headers.addheader("X-Case", "any");
    const seen: unknown[] = [];
    AddHandler(socket.messagesent, (sender: unknown, email: unknown) => void seen.push(sender, email));
    socket.mailsent = () => seen.push("MailSent");
    socket.messages.append(mail);
    server.clear();
    socket.sendmail();
    await whenIdle(socket);
    expect(seen).toEqual([socket, mail, "MailSent"]);
    expect(seen[0]).toBe(socket);
    expect(seen[1]).toBe(mail);
    expect(server.messages[0]?.text).toContain("X-Case: any");
  });
});

describe("X3: Messages is a live array", () => {
  it("is the same array before and after a run, and grows during one", async () => {
    const socket = socketFor();
    const queue = socket.Messages;
    const [one, two] = [mailTo("a@example.org"), mailTo("b@example.org")];
    queue.Add(one);
    socket.MessageSent = (email) => {
      if (email === one) queue.Add(two);
    };
    const log = record(socket);
    await sendAll(socket);
    expect(log.filter(([event]) => event === "MessageSent")).toEqual([
      ["MessageSent", one],
      ["MessageSent", two],
    ]);
    expect(socket.Messages).toBe(queue);
    expect(queue.Count()).toBe(0);
    queue.Add(one);
    await sendAll(socket);
    expect(log.filter(([event]) => event === "MailSent")).toHaveLength(2);
  });

  it("sends element 0 first, and not what was removed", async () => {
    const socket = socketFor();
    const [one, two, three] = [mailTo("a@example.org"), mailTo("b@example.org"), mailTo("c@example.org")];
    socket.Messages = [one, two];
    socket.Messages.AddAt(0, three);
    socket.Messages.RemoveAt(1);
    const log = record(socket);
    await sendAll(socket);
    expect(log.filter(([event]) => event === "MessageSent").map(([, email]) => email)).toEqual([three, two]);
  });
});

describe("X4: handlers", () => {
  it("AddHandler passes the socket first, the other ways pass the parameters alone", async () => {
    const calls: unknown[][] = [];
    class Sender extends SMTPSocket {
      override MessageSent(...args: [email: EmailMessage]): void {
        calls.push(["subclass", ...args]);
      }
    }
    const socket = new Sender();
    socket.Address = "127.0.0.1";
    socket.Port = server.port;
    const mail = mailTo("a@example.org");
    socket.Messages.Add(mail);
    socket.MessageSent = (...args) => void calls.push(["assigned", ...args]);
    AddHandler(
      socket.MessageSent,
      AddressOf((...args: unknown[]) => void calls.push(["added", ...args])),
    );
    await sendAll(socket);
    expect(calls).toEqual([
      ["subclass", mail],
      ["assigned", mail],
      ["added", socket, mail],
    ]);
  });

  it("types the sender", () => {
    const socket = new SMTPSecureSocket();
    AddHandler(socket.MessageSent, (sender, email) => {
      const typed: [SMTPSecureSocket, EmailMessage] = [sender, email];
      return void typed;
    });
  });

  it("RemoveHandler takes a handler back, and a handler is added once", async () => {
    const socket = socketFor();
    let count = 0;
    const handler = (): void => void count++;
    AddHandler(socket.MailSent, handler);
    AddHandler(socket.MailSent, handler);
    socket.Messages.Add(mailTo("a@example.org"));
    await sendAll(socket);
    expect(count).toBe(1);
    RemoveHandler(socket.MailSent, handler);
    socket.Messages.Add(mailTo("a@example.org"));
    await sendAll(socket);
    expect(count).toBe(1);
  });

  it("a class field is an assigned member", async () => {
    const calls: string[] = [];
    class Sender extends SMTPSocket {}
    const socket = new Sender();
    Object.defineProperty(socket, "MailSent", {
      value: () => calls.push("field"),
      writable: true,
      configurable: true,
    });
    socket.Address = "127.0.0.1";
    socket.Port = server.port;
    socket.Messages.Add(mailTo("a@example.org"));
    await sendAll(socket);
    expect(calls).toEqual(["field"]);
  });

  it("what a handler throws is nobody's to catch, and the other handlers are called", () => {
    const thrown: unknown[] = [];
    vi.stubGlobal("queueMicrotask", (task: () => void) => thrown.push(thrownBy(task)));
    try {
      const socket = new SMTPSocket();
      let called = false;
      socket.MailSent = () => {
        throw new Error("mine");
      };
      AddHandler(socket.MailSent, () => {
        called = true;
      });
      socket.MailSent();
      expect(called).toBe(true);
      expect(thrown).toEqual([new Error("mine")]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it.each([
    [
      "a function that is no event",
      () =>
        AddHandler(
          () => undefined,
          () => undefined,
        ),
    ],
    ["a handler that is no function", () => AddHandler(new SMTPSocket().MailSent, "no" as never)],
    ["an assigned value that is no function", () => (new SMTPSocket().MailSent = "no" as never)],
  ])("refuses %s", (_name, act) => {
    expect(RuntimeException.is(thrownBy(act))).toBe(true);
  });
});

describe("values of another type than in Xojo", () => {
  it.each([
    ["Port", "25"],
    ["Address", 1],
    ["NetworkInterface", "eth0"],
    ["Messages", "no"],
  ])("%s refuses %j", (name, value) => {
    const socket = new SMTPSocket() as unknown as Record<string, unknown>;
    const error = thrownBy(() => (socket[name] = value));
    expect(RuntimeException.is(error) && error.code).toBe("ERR_XOJO_TYPE");
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
