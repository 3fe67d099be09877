// S12: events, Cancel, Timeout; Blocking; the counters of a transfer.
import {
  clientContent,
  client as clientSays,
  ends,
  type RecordingServer,
  recordingServer,
  replay,
  type Step,
  server as serverSays,
  stalls,
} from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  SmtpClient,
  SocketToolsError,
  smtpOptionExtended,
  smtpStateEnvelope,
  smtpStateIdle,
  smtpStateMessage,
  smtpStateUnconnected,
  stErrorAuthenticationFailed,
  stErrorInvalidCommand,
  stErrorNotConnected,
  stErrorOperationCanceled,
  stErrorOperationInProgress,
  stErrorOperationTimeout,
  stErrorRecipientRefused,
  whenIdle,
} from "../src/index.js";
import { clientFor, LETTER, names, record } from "./recorder.js";

let server: RecordingServer;
beforeAll(async () => {
  server = await recordingServer({ users: { ann: "secret" } });
});
afterAll(() => server.close());
beforeEach(() => server.clear());

const GREETING = serverSays("220 mx.example.test ready\r\n");
const HELO: readonly Step[] = [GREETING, clientSays(/^HELO /), serverSays("250 mx.example.test\r\n")];

describe("S12: events", () => {
  it("of a good run, in their order", async () => {
    const client = clientFor(server);
    const log = record(client);
    await client.Connect({ Options: smtpOptionExtended });
    await client.Authenticate("ann", "secret");
    await client.SendMessage("ann@example.com", "bob@example.org", LETTER);
    await client.Disconnect();
    expect(log.map(([event, code]) => (event === "OnCommand" ? `OnCommand ${code}` : event))).toEqual([
      "OnCommand 250",
      "OnConnect",
      "OnCommand 334",
      "OnCommand 235",
      "OnCommand 250",
      "OnCommand 250",
      "OnCommand 354",
      "OnProgress",
      "OnCommand 250",
      "OnCommand 221",
      "OnDisconnect",
    ]);
    expect(log.find(([event]) => event === "OnProgress")).toEqual([
      "OnProgress",
      LETTER.length,
      LETTER.length,
      100,
    ]);
    // A challenge comes without its text.
    expect(log.find(([, code]) => code === 334)).toEqual(["OnCommand", 334, ""]);
    expect(log.find(([, code]) => code === 235)?.[2]).toMatch(/successful/);
  });

  it("OnError for every failure, with its code and text, before the call returns", async () => {
    const client = clientFor(server);
    const log = record(client, "OnCommand", "OnConnect", "OnDisconnect", "OnProgress");
    const codes = [
      await client.SendMessage("ann@example.com", "bob@example.org", LETTER),
      await client.Connect({ Options: smtpOptionExtended }),
      await client.Authenticate("ann", "wrong"),
      await client.AddRecipient("bob@example.org"),
    ];
    expect(log.map(([event, code]) => [event, code])).toEqual([
      ["OnError", stErrorNotConnected],
      ["OnError", stErrorAuthenticationFailed],
      ["OnError", stErrorInvalidCommand],
    ]);
    expect(codes.filter((code) => code !== 0)).toEqual(log.map(([, code]) => code));
    expect(log[1]?.[2]).toMatch(/535/);
    await client.Disconnect();
  });

  it("OnError also when the failure is thrown", async () => {
    const client = new SmtpClient();
    const log = record(client);
    client.ThrowError = true;
    await expect(client.Connect("nowhere.invalid")).rejects.toThrow();
    expect(names(log)).toEqual(["OnError"]);
  });

  it("handlers: of a subclass, assigned, added; and taken back", async () => {
    const calls: string[] = [];
    class Mine extends SmtpClient {
      override OnError(code: number): void {
        calls.push(`subclass ${code}`);
      }
    }
    const client = new Mine();
    const added = (code: number): void => void calls.push(`added ${code}`);
    client.OnError = (code) => void calls.push(`assigned ${code}`);
    expect(client.on("OnError", added).on("OnError", added)).toBe(client);
    await client.CloseMessage();
    expect(calls).toEqual(["subclass", "assigned", "added"].map((who) => `${who} ${stErrorNotConnected}`));
    calls.length = 0;
    client.off("OnError", added);
    client.OnError = null as never;
    await client.CloseMessage();
    expect(calls).toEqual([`subclass ${stErrorNotConnected}`]);
  });

  it("on() takes names in any case, with or without On, and no others", () => {
    const client = new SmtpClient() as unknown as { on(name: string, handler: unknown): unknown };
    const handler = (): void => undefined;
    for (const name of ["OnError", "onerror", "Error", "error"]) client.on(name, handler);
    for (const wrong of ["Fail", "On", ""]) {
      expect(() => client.on(wrong, handler)).toThrow(SocketToolsError);
    }
    expect(() => client.on("OnError", "no")).toThrow(/function/);
  });

  it("what a handler throws is nobody's to catch, and the session goes on", async () => {
    const thrown: unknown[] = [];
    const real = globalThis.queueMicrotask;
    vi.stubGlobal("queueMicrotask", (task: () => void) =>
      real(() => {
        try {
          task();
        } catch (error) {
          thrown.push(error);
        }
      }),
    );
    try {
      const client = clientFor(server);
      client.OnCommand = () => {
        throw new Error("mine");
      };
      expect(await client.Connect()).toBe(0);
      expect(await client.Disconnect()).toBe(0);
      expect(thrown.length).toBeGreaterThan(0);
      expect(thrown).toContainEqual(new Error("mine"));
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("the server's end is an event, once", async () => {
    const target = await replay([...HELO, ends()]);
    const client = clientFor(target);
    const log = record(client, "OnCommand");
    const ended = new Promise<void>((resolve) => client.on("OnDisconnect", resolve));
    await client.Connect();
    await ended;
    expect(client.IsConnected).toBe(false);
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(stErrorNotConnected);
    expect(await client.Disconnect()).toBe(0);
    expect(names(log)).toEqual(["OnConnect", "OnDisconnect", "OnError"]);
    await target.close();
  });

  it("an event handler may call the next method", async () => {
    const client = clientFor(server);
    client.Options = smtpOptionExtended;
    const done = new Promise<number>((resolve) => {
      client.OnConnect = () => void client.Authenticate("ann", "secret").then(resolve);
    });
    expect(await client.Connect()).toBe(0);
    expect(await done).toBe(0);
    await client.Disconnect();
  });
});

describe("S12: Cancel", () => {
  const inside: [string, readonly Step[], (client: SmtpClient) => Promise<number>][] = [
    ["Command", [clientSays("NOOP\r\n"), stalls()], (client) => client.Command("NOOP")],
    ["VerifyAddress", [clientSays("VRFY bob\r\n"), stalls()], (client) => client.VerifyAddress("bob")],
    ["CreateMessage", [clientSays(/^MAIL/), stalls()], (client) => client.CreateMessage("ann@example.com")],
    [
      "SendMessage in its text",
      [
        clientSays(/^MAIL/),
        serverSays("250 ok\r\n"),
        clientSays(/^RCPT/),
        serverSays("250 ok\r\n"),
        clientSays("DATA\r\n"),
        serverSays("354 go on\r\n"),
        clientContent(),
        stalls(),
      ],
      (client) => client.SendMessage("ann@example.com", "bob@example.org", LETTER),
    ],
  ];
  it.each(inside)("%s fails with the cancel code, then OnCancel", async (name, steps, call) => {
    const target = await replay([...HELO, ...steps]);
    const client = clientFor(target);
    await client.Connect();
    const log = record(client, "OnCommand", "OnProgress");
    const result = call(client);
    // As soon as the server has all that will come.
    const wanted = name.startsWith("SendMessage") ? /\r\n\.\r\n$/ : /(?:NOOP|VRFY bob|MAIL .*)\r\n$/;
    await vi.waitFor(() => expect(target.connections[0]?.receivedText).toMatch(wanted));
    expect([client.IsBlocked, client.Cancel()]).toEqual([true, 0]);
    expect(await result).toBe(stErrorOperationCanceled);
    expect(client.LastError).toBe(stErrorOperationCanceled);
    expect(names(log).slice(0, 2)).toEqual(["OnError", "OnCancel"]);
    expect(client.IsBlocked).toBe(false);
    if (name.startsWith("SendMessage")) expect(client.LastErrorString).toContain("may have taken");
    client.Uninitialize();
    await target.close();
  });

  it("Connect, while nobody greets", async () => {
    const target = await replay([stalls()]);
    const client = clientFor(target);
    const log = record(client);
    const result = client.Connect();
    await vi.waitFor(() => expect(target.connections).toHaveLength(1));
    client.Cancel();
    expect(await result).toBe(stErrorOperationCanceled);
    expect(names(log)).toEqual(["OnError", "OnCancel"]);
    expect(client.IsConnected).toBe(false);
    await target.close();
  });

  it("inside a handler", async () => {
    const target = await replay([...HELO, clientSays(/^MAIL/), serverSays("250 ok\r\n"), stalls()]);
    const client = clientFor(target);
    await client.Connect();
    client.OnCommand = () => void client.Cancel();
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(
      stErrorOperationCanceled,
    );
    client.Uninitialize();
    await target.close();
  });

  it("in the middle of a large message: the server gets none of it", async () => {
    const client = clientFor(server);
    await client.Connect(undefined, undefined, "ann", "secret", undefined, smtpOptionExtended);
    const large = `Subject: x\r\n\r\n${`${"x".repeat(70)}\r\n`.repeat(100_000)}`;
    client.OnProgress = () => void client.Cancel();
    expect(await client.SendMessage("ann@example.com", "bob@example.org", large)).toBe(
      stErrorOperationCanceled,
    );
    expect(client.TransferBytes).toBeLessThan(large.length);
    client.Uninitialize();
    const log = record(client, "OnCommand");
    client.OnProgress = null as never;
    await client.Connect(undefined, undefined, "ann", "secret", undefined, smtpOptionExtended);
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(0);
    await client.Disconnect();
    expect(names(log)).toEqual(["OnConnect", "OnProgress", "OnDisconnect"]);
    expect(server.messages.map(({ text }) => text)).toEqual([LETTER]);
  });

  it("with nothing under way does nothing", async () => {
    const client = clientFor(server);
    const log = record(client, "OnCommand");
    expect(client.Cancel()).toBe(0);
    await client.Connect();
    client.Cancel();
    expect(await client.Command("NOOP")).toBe(0);
    await client.Disconnect();
    expect(names(log)).toEqual(["OnConnect", "OnDisconnect"]);
  });
});

describe("S12: Timeout", () => {
  it.each([
    ["nobody greets", [stalls()], 0],
    ["nobody answers HELO", [GREETING, clientSays(/^HELO /), stalls()], 0],
    ["nobody answers a command", [...HELO, clientSays("NOOP\r\n"), stalls()], 1],
  ] as const)("%s: the code, then OnTimeout", async (_name, steps, connects) => {
    const target = await replay(steps);
    const client = clientFor(target);
    client.Timeout = 1;
    const log = record(client, "OnCommand", "OnConnect");
    const codes = [await client.Connect()];
    if (connects === 1) codes.push(await client.Command("NOOP"));
    expect(codes.at(-1)).toBe(stErrorOperationTimeout);
    expect(names(log)).toEqual(
      connects === 1 ? ["OnError", "OnTimeout", "OnDisconnect"] : ["OnError", "OnTimeout"],
    );
    expect([client.LastError, client.IsConnected]).toEqual([stErrorOperationTimeout, false]);
    await target.close();
  });

  it("an argument of Connect wins", async () => {
    const target = await replay([stalls()]);
    const client = clientFor(target);
    client.Timeout = 600;
    expect(await client.Connect({ Timeout: 1 })).toBe(stErrorOperationTimeout);
    await target.close();
  });

  it("the end of a message has ten minutes unless the program has chosen", async () => {
    const { planConnection } = await import("../src/client/connect-plan.js");
    const { Settings } = await import("../src/client/settings.js");
    const settings = new Settings();
    settings.hostName = "mail.example";
    expect(planConnection(settings, {})).toMatchObject({ timeoutMs: 20_000, endOfDataMs: undefined });
    expect(planConnection(settings, { timeout: 5 })).toMatchObject({ timeoutMs: 5000, endOfDataMs: 5000 });
    settings.timeout = 0;
    const { timeoutMs } = planConnection(settings, {});
    expect(timeoutMs).toBeGreaterThan(1_000_000_000);
    settings.timeout = -1;
    expect(() => planConnection(settings, {})).toThrow(/Timeout/);
  });
});

describe("Blocking", () => {
  it("True: a second call while one runs is told so, and harms nothing", async () => {
    const client = clientFor(server);
    const first = client.Connect();
    expect(await client.Command("NOOP")).toBe(stErrorOperationInProgress);
    expect(await first).toBe(0);
    await client.Disconnect();
  });

  it("False: methods return 0 at once, are done one after the other, and events tell", async () => {
    const client = clientFor(server);
    client.Blocking = false;
    client.Options = smtpOptionExtended;
    const log = record(client, "OnCommand", "OnProgress");
    const results = [
      client.Connect(),
      client.Authenticate("ann", "secret"),
      client.SendMessage("ann@example.com", "bob@example.org", LETTER),
      client.CreateMessage("ann@example.com"),
      client.AddRecipient("cy@example.org"),
      client.Write(LETTER),
      client.AppendMessage("more\n"),
      client.CloseMessage(),
      client.Disconnect(),
    ];
    expect(client.IsBlocked).toBe(true);
    expect(await Promise.all(results)).toEqual([0, 0, 0, 0, 0, LETTER.length, 0, 0, 0]);
    expect(client.IsConnected).toBe(false);
    await whenIdle(client);
    expect(names(log)).toEqual(["OnConnect", "OnWrite", "OnDisconnect"]);
    expect(server.messages.map(({ to }) => to[0]?.address)).toEqual(["bob@example.org", "cy@example.org"]);
  });

  it("False: a handler's call waits behind those that were made before", async () => {
    const client = clientFor(server);
    client.Blocking = false;
    client.Options = smtpOptionExtended;
    client.OnConnect = () => void client.SendMessage("ann@example.com", "bob@example.org", LETTER);
    const log = record(client, "OnCommand", "OnProgress");
    void client.Connect();
    void client.Authenticate("ann", "secret");
    await whenIdle(client);
    void client.Disconnect();
    await whenIdle(client);
    expect(names(log)).toEqual(["OnConnect", "OnDisconnect"]);
    expect(server.messages[0]?.user).toBe("ann");
  });

  it("False: a failure comes by OnError alone, thrown or not", async () => {
    for (const throwError of [false, true]) {
      const client = clientFor(server);
      client.Blocking = false;
      client.ThrowError = throwError;
      const log = record(client, "OnCommand");
      await client.Connect({ Options: smtpOptionExtended });
      await client.Authenticate("ann", "secret");
      expect(await client.SendMessage("ann@example.com", "reject550@example.org", LETTER)).toBe(0);
      await whenIdle(client);
      expect(log.map(([event, code]) => [event, code])).toEqual([
        ["OnConnect", undefined],
        ["OnError", stErrorRecipientRefused],
      ]);
      expect(client.LastError).toBe(stErrorRecipientRefused);
      await client.Disconnect();
      await whenIdle(client);
    }
  });

  it("False: what is wrong with the arguments is told at once", async () => {
    const client = new SmtpClient();
    client.Blocking = false;
    const call = client as unknown as { SendMessage(...args: unknown[]): Promise<number> };
    expect(await call.SendMessage("ann@example.com")).toBeGreaterThan(0);
  });

  it("False: a program goes from event to event", async () => {
    const client = clientFor(server);
    client.Blocking = false;
    client.Options = smtpOptionExtended;
    client.UserName = "ann";
    client.Password = "secret";
    const steps: string[] = [];
    const over = new Promise<void>((resolve) => {
      client.OnConnect = () => {
        steps.push("connected");
        void client.SendMessage("ann@example.com", "bob@example.org", LETTER);
        void client.Disconnect();
      };
      client.OnProgress = (size, copied, percent) => void steps.push(`${copied} of ${size}, ${percent}%`);
      client.OnError = (code, text) => void steps.push(`${code} ${text}`);
      client.OnDisconnect = () => {
        steps.push("disconnected");
        resolve();
      };
    });
    await client.Connect();
    await over;
    expect(steps).toEqual(["connected", `${LETTER.length} of ${LETTER.length}, 100%`, "disconnected"]);
  });

  it("False: Cancel drops what waits", async () => {
    const target = await replay([stalls()]);
    const client = clientFor(target);
    client.Blocking = false;
    const log = record(client);
    await client.Connect();
    await client.SendMessage("ann@example.com", "bob@example.org", LETTER);
    await vi.waitFor(() => expect(target.connections).toHaveLength(1));
    client.Cancel();
    await whenIdle(client);
    expect(names(log)).toEqual(["OnError", "OnCancel"]);
    await target.close();
  });
});

describe("TransferBytes, TransferTime, TransferRate, State", () => {
  const BIG = `${LETTER}${"0123456789".repeat(7)}\r\n`.concat(`${"x".repeat(70)}\r\n`.repeat(3000));

  it("follow SendMessage", async () => {
    const client = clientFor(server);
    await client.Connect(undefined, undefined, "ann", "secret", undefined, smtpOptionExtended);
    const seen: number[][] = [];
    client.OnProgress = (...args) => void seen.push(args);
    expect(await client.SendMessage("ann@example.com", "bob@example.org", BIG)).toBe(0);
    await client.Disconnect();
    expect(client.TransferBytes).toBe(BIG.length);
    expect(client.TransferRate).toBeGreaterThan(0);
    expect(client.TransferTime).toBe(0);
    expect(seen.length).toBeGreaterThan(1);
    for (const [size, copied, percent] of seen) {
      expect(size).toBe(BIG.length);
      expect(percent).toBe(Math.floor(((copied as number) / BIG.length) * 100));
    }
    const copied = seen.map(([, bytes]) => bytes as number);
    expect(copied).toEqual([...copied].sort((a, b) => a - b));
    expect(seen.at(-1)).toEqual([BIG.length, BIG.length, 100]);
  });

  it("follow Write, with and without a size", async () => {
    const client = clientFor(server);
    await client.Connect(undefined, undefined, "ann", "secret", undefined, smtpOptionExtended);
    expect(client.State).toBe(smtpStateIdle);
    for (const size of [200_000, undefined]) {
      const seen: number[][] = [];
      client.OnProgress = (...args) => void seen.push(args);
      await client.CreateMessage("ann@example.com", size);
      expect(client.State).toBe(smtpStateEnvelope);
      await client.AddRecipient("bob@example.org");
      await client.Write("Subject: x\r\n\r\n");
      expect(client.State).toBe(smtpStateMessage);
      await client.Write("x".repeat(62).concat("\r\n").repeat(1563));
      expect(client.TransferBytes).toBe(14 + 64 * 1563);
      expect(seen.at(-1)?.[2]).toBe(size === undefined ? 0 : 50);
      expect(seen.at(-1)?.[0]).toBe(size ?? 0);
      expect(await client.CloseMessage()).toBe(0);
      expect(seen.at(-1)).toEqual([client.TransferBytes, client.TransferBytes, 100]);
    }
    await client.Disconnect();
    expect(client.State).toBe(smtpStateUnconnected);
  });

  it("begin with nothing, and stay with what went out when a message fails", async () => {
    const client = clientFor(server);
    expect([client.TransferBytes, client.TransferRate, client.TransferTime]).toEqual([0, 0, 0]);
    await client.Connect(undefined, undefined, "ann", "secret", undefined, smtpOptionExtended);
    await client.SendMessage("ann@example.com", "reject550@example.org", LETTER);
    expect(client.TransferBytes).toBe(0);
    await client.SendMessage("ann@example.com", "dataReject554@example.org", LETTER);
    expect(client.TransferBytes).toBe(LETTER.length);
    await client.Disconnect();
  });
});
