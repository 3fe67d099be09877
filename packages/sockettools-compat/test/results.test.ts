// S1-S4, S15: results, ThrowError, arguments.
import { type RecordingServer, recordingServer } from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  DnsClient,
  lastCause,
  MailMessage,
  SmtpClient,
  SOCKETTOOLS_ERRORS,
  SocketToolsError,
  smtpOptionExtended,
  stErrorAuthenticationRequired,
  stErrorConnectionRefused,
  stErrorHostNotFound,
  stErrorInvalidParameter,
  stErrorNotConnected,
} from "../src/index.js";
import { clientFor, LETTER } from "./recorder.js";

let server: RecordingServer;
beforeAll(async () => {
  server = await recordingServer({ users: { ann: "secret" } });
});
afterAll(() => server.close());
beforeEach(() => server.clear());

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const gone = await recordingServer();
  await gone.close();
  return gone.port;
}

describe("S1: 0 or a positive code, never a throw", () => {
  it("every step of a good run gives 0, and LastError with it", async () => {
    const client = clientFor(server);
    const results = [
      await client.Connect("127.0.0.1", { Options: smtpOptionExtended }),
      await client.Authenticate("ann", "secret"),
      await client.SendMessage("ann@example.com", "bob@example.org", LETTER),
      await client.Disconnect(),
    ];
    expect(results).toEqual([0, 0, 0, 0]);
    expect([client.LastError, client.LastErrorString]).toEqual([0, ""]);
    expect(server.messages).toHaveLength(1);
  });

  it.each([
    ["Connect", (client: SmtpClient) => client.Connect()],
    ["Authenticate", (client: SmtpClient) => client.Authenticate()],
    ["SendMessage", (client: SmtpClient) => client.SendMessage("a@example.com", "b@example.org", LETTER)],
    ["CreateMessage", (client: SmtpClient) => client.CreateMessage("a@example.com")],
    ["AddRecipient", (client: SmtpClient) => client.AddRecipient("b@example.org")],
    ["AppendMessage", (client: SmtpClient) => client.AppendMessage("x")],
    ["CloseMessage", (client: SmtpClient) => client.CloseMessage()],
    ["Command", (client: SmtpClient) => client.Command("NOOP")],
    ["ExpandAddress", (client: SmtpClient) => client.ExpandAddress("staff", { value: "" })],
    ["VerifyAddress", (client: SmtpClient) => client.VerifyAddress("bob")],
  ])("%s without a connection", async (_name, call) => {
    const client = new SmtpClient();
    const result = await call(client);
    expect(result).toBeGreaterThan(0);
    expect(client.LastError).toBe(result);
    expect(client.LastErrorString).not.toBe("");
  });

  it("Write fails with -1, and LastError has the code", async () => {
    const client = new SmtpClient();
    expect(await client.Write("x")).toBe(-1);
    expect(client.LastError).toBe(stErrorNotConnected);
  });

  it.each([
    ["a port where nobody listens", async () => ["127.0.0.1", await deadPort()], stErrorConnectionRefused],
    ["a name without an address", async () => ["nowhere.invalid", 25], stErrorHostNotFound],
    ["a port that is none", async () => ["127.0.0.1", 70_000], stErrorInvalidParameter],
    ["no host", async () => [undefined, 25], stErrorInvalidParameter],
  ] as const)("Connect: %s", async (_name, target, code) => {
    const [host, port] = await target();
    const client = new SmtpClient();
    expect(await client.Connect(host as string | undefined, port as number)).toBe(code);
    expect([client.LastError, client.IsConnected]).toEqual([code, false]);
    expect(client.LastErrorString).not.toBe("");
  });

  it("the text says what the server said, and the core's error is there for JavaScript", async () => {
    const client = clientFor(server);
    await client.Connect({ Options: smtpOptionExtended });
    await client.Authenticate("ann", "secret");
    const code = await client.SendMessage("ann@example.com", "reject550@example.org", LETTER);
    expect(client.LastErrorString).toContain("550 5.1.1 reject550 is refused as asked");
    expect(lastCause(client)).toMatchObject({ code: "ERR_CLIENT_RECIPIENTS_REFUSED" });
    expect(SOCKETTOOLS_ERRORS[code]).toBe("the server refused a recipient");
    // The next success clears it.
    expect(await client.Command("NOOP")).toBe(0);
    expect([client.LastError, client.LastErrorString, lastCause(client)]).toEqual([0, "", undefined]);
    await client.Disconnect();
  });

  it("values that Visual Basic would not convert are a code too", async () => {
    const client = new SmtpClient();
    const wrong = client as unknown as { Connect(...args: unknown[]): Promise<number> };
    expect(await wrong.Connect(Symbol("x") as unknown)).toBe(stErrorInvalidParameter);
    expect(await wrong.Connect("127.0.0.1", "no port")).toBe(stErrorInvalidParameter);
  });
});

describe("S2: ThrowError and LastError", () => {
  it("the same failure throws", async () => {
    const client = new SmtpClient();
    client.ThrowError = true;
    const error = await client.Authenticate("ann", "secret").catch((caught: unknown) => caught);
    expect(SocketToolsError.is(error)).toBe(true);
    expect(error).toMatchObject({ Number: stErrorNotConnected, code: "ERR_SOCKETTOOLS_CALL" });
    expect((error as SocketToolsError).Description).toBe(client.LastErrorString);
    expect(client.LastError).toBe(stErrorNotConnected);
  });

  it("success still gives 0, and False gives codes again", async () => {
    const client = clientFor(server);
    client.ThrowError = true;
    expect(await client.Connect()).toBe(0);
    await expect(client.AddRecipient("bob@example.org")).rejects.toThrow(/CreateMessage/);
    await expect(client.Write("x")).rejects.toThrow(/CreateMessage/);
    client.ThrowError = false;
    expect(await client.AddRecipient("bob@example.org")).toBeGreaterThan(0);
    await client.Disconnect();
  });

  it("wrong arguments throw too", async () => {
    const client = new SmtpClient();
    client.ThrowError = true;
    await expect(client.Connect("x", { Optins: 1 } as object)).rejects.toMatchObject({
      Number: stErrorInvalidParameter,
    });
  });

  it("assigning LastError sets and clears it", () => {
    const client = new SmtpClient();
    client.LastError = stErrorHostNotFound;
    expect(client.LastErrorString).toBe("the name has no address");
    client.LastError = 0;
    expect(client.LastErrorString).toBe("");
    client.LastError = 4711;
    expect(client.LastErrorString).toBe("error 4711");
  });

  it("the companions do the same", async () => {
    const mail = new MailMessage();
    expect(mail.ComposeMessage("not an address", "bob@example.org")).toBeGreaterThan(0);
    mail.ThrowError = true;
    expect(() => mail.ComposeMessage("not an address", "bob@example.org")).toThrow(SocketToolsError);
    const dns = new DnsClient();
    expect(await dns.MailExchanges()).toBe(0);
    expect(dns.LastError).toBe(stErrorInvalidParameter);
    dns.ThrowError = true;
    await expect(dns.MailExchange(0)).rejects.toThrow(SocketToolsError);
  });
});

describe("S3: arguments that are left out", () => {
  it("come from the properties", async () => {
    const client = new SmtpClient();
    client.HostName = "127.0.0.1";
    client.RemotePort = server.port;
    client.Options = smtpOptionExtended;
    client.UserName = "ann";
    client.Password = "secret";
    client.Timeout = 5;
    expect(await client.Connect()).toBe(0);
    expect(await client.Authenticate()).toBe(0);
    expect(server.logins).toHaveLength(1);
    await client.Disconnect();
  });

  it("HostAddress wins over HostName", async () => {
    const client = new SmtpClient();
    client.HostName = "nowhere.invalid";
    client.HostAddress = "127.0.0.1";
    client.RemotePort = server.port;
    expect(await client.Connect()).toBe(0);
    await client.Disconnect();
  });

  it("an argument wins over both", async () => {
    const client = new SmtpClient();
    client.HostName = "nowhere.invalid";
    client.HostAddress = "127.0.0.9";
    client.RemotePort = 1;
    expect(await client.Connect("127.0.0.1", server.port)).toBe(0);
    await client.Disconnect();
  });

  it("a place in the middle may be left out", async () => {
    const client = new SmtpClient();
    client.HostName = "127.0.0.1";
    expect(await client.Connect(undefined, server.port, "ann", "secret", undefined, smtpOptionExtended)).toBe(
      0,
    );
    expect(server.logins).toEqual([{ mechanism: expect.any(String), user: "ann", ok: true }]);
    await client.Disconnect();
  });

  it.each([
    ["0", 0, 0, 25],
    ["0 with implicit TLS", 0, 0x2000, 465],
    ["not assigned", undefined, 0, 25],
    ["not assigned, with implicit TLS", undefined, 0x2000, 465],
    ["25 although TLS is implicit", 25, 0x2000, 25],
  ])("port %s", async (_name, port, options, expected) => {
    const { planConnection } = await import("../src/client/connect-plan.js");
    const { Settings } = await import("../src/client/settings.js");
    const settings = new Settings();
    settings.hostName = "mail.example";
    if (port !== undefined) settings.remotePort = port;
    expect(planConnection(settings, { options }).port).toBe(expected);
  });

  it("RemoteService names the port", async () => {
    const client = new SmtpClient();
    for (const [service, port] of [
      ["submission", 587],
      ["smtps", 465],
      ["SMTP", 25],
      ["2525", 2525],
    ] as const) {
      client.RemoteService = service;
      expect(client.RemotePort).toBe(port);
    }
    client.RemoteService = "something";
    expect([client.RemoteService, client.RemotePort]).toEqual(["something", 2525]);
  });
});

describe("S4: named arguments", () => {
  it("behind those by place", async () => {
    const client = new SmtpClient();
    expect(await client.Connect("127.0.0.1", { RemotePort: server.port, Options: smtpOptionExtended })).toBe(
      0,
    );
    expect(client.Extended).toBe(true);
    await client.Disconnect();
  });

  it("all of them, in any letter case", async () => {
    const client = new SmtpClient();
    expect(
      await client.Connect({ remotehost: "127.0.0.1", REMOTEPORT: server.port, Timeout: 5 } as object),
    ).toBe(0);
    expect(await client.CreateMessage({ Sender: "ann@example.com" })).toBe(stErrorAuthenticationRequired);
    await client.Disconnect();
  });

  it("for other methods", async () => {
    const client = clientFor(server);
    await client.Connect({ Options: smtpOptionExtended });
    expect(await client.Authenticate({ Password: "secret", UserName: "ann" })).toBe(0);
    expect(
      await client.SendMessage("ann@example.com", { Message: LETTER, Recipient: "bob@example.org" }),
    ).toBe(0);
    await client.Disconnect();
    expect(server.messages[0]?.to.map(({ address }) => address)).toEqual(["bob@example.org"]);
  });

  it.each([
    ["a name that the method does not have", { RemoteHost: "127.0.0.1", Host: "x" }, /no argument Host/],
    ["a name that was given by place", { RemoteHost: "again" }, /RemoteHost twice/],
  ])("%s is an error", async (_name, named, text) => {
    const client = new SmtpClient();
    const call = client as unknown as { Connect(...args: unknown[]): Promise<number> };
    const first = "Host" in named ? [] : ["127.0.0.1"];
    expect(await call.Connect(...first, named)).toBe(stErrorInvalidParameter);
    expect(client.LastErrorString).toMatch(text);
  });

  it("a required one that is missing is an error", async () => {
    const client = new SmtpClient();
    const call = client as unknown as { SendMessage(...args: unknown[]): Promise<number> };
    expect(await call.SendMessage("ann@example.com")).toBe(stErrorInvalidParameter);
    expect(client.LastErrorString).toBe("SendMessage needs Recipient");
  });
});

describe("S15: Initialize, Uninitialize, Reset", () => {
  it("are accepted and give 0", async () => {
    const client = new SmtpClient();
    expect(client.Initialize()).toBe(0);
    expect(client.Initialize("LICENSE-KEY")).toBe(0);
    expect(client.IsInitialized).toBe(true);
    expect(await client.Reset()).toBe(0);
    client.Uninitialize();
    expect(client.IsInitialized).toBe(false);
    const mail = new MailMessage();
    expect(mail.Initialize("LICENSE-KEY")).toBe(0);
    const dns = new DnsClient();
    expect(dns.Initialize()).toBe(0);
    dns.Uninitialize();
  });

  it("nothing needs Initialize", async () => {
    const client = clientFor(server);
    expect(await client.Connect()).toBe(0);
    await client.Disconnect();
  });

  it("Uninitialize ends the connection", async () => {
    const client = clientFor(server);
    let ended = 0;
    client.OnDisconnect = () => void ended++;
    await client.Connect();
    client.Uninitialize();
    expect([client.IsConnected, ended]).toEqual([false, 1]);
  });

  it("Disconnect without a connection gives 0 and tells nothing", async () => {
    const client = new SmtpClient();
    const fail = (): never => {
      throw new Error("an event came");
    };
    client.OnDisconnect = fail;
    client.OnError = fail;
    expect(await client.Disconnect()).toBe(0);
  });
});
