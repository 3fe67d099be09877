// S14: delivery to the mail exchangers of each recipient's domain; DnsClient.
import { type RecordingServer, recordingServer } from "@wirepost/test-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  configureClient,
  configureDns,
  DnsClient,
  SmtpClient,
  smtpNotifySuccess,
  smtpOptionExtended,
  smtpOptionSecureExplicit,
  stErrorConnectionRefused,
  stErrorHostNotFound,
  stErrorInvalidAddress,
  stErrorInvalidBuffer,
  stErrorInvalidCommand,
  stErrorInvalidOption,
  stErrorNoMailExchange,
  stErrorOperationCanceled,
  stErrorOperationTimeout,
  stErrorRecipientRefused,
} from "../src/index.js";
import { a, FakeDns, mx, type Zone } from "./fake-dns.js";
import { clientFor, LETTER, names, record } from "./recorder.js";

let zone: Zone;
let port = 0;
const open: RecordingServer[] = [];
beforeEach(() => {
  zone = {};
  port = 0;
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Servers on loopback addresses of their own, all on one port, as the internet has them on 25. */
async function exchanger(host: string, address: string): Promise<RecordingServer> {
  const server = await recordingServer({ host: address, port });
  port = server.port;
  zone[`A ${host}`] = [a(address)];
  open.push(server);
  return server;
}

function direct(): SmtpClient {
  const client = new SmtpClient();
  client.Domain = "mail.example.com";
  configureClient(client, {
    delivery: {
      resolver: new FakeDns(zone),
      port,
      sts: false,
      family: 4,
      isOwnAddress: () => false,
      backoff: false,
    },
  });
  return client;
}

describe("S14: direct delivery", () => {
  it("one session for each domain, to its preferred exchanger", async () => {
    const first = await exchanger("mx1.example.org", "127.0.0.2");
    const second = await exchanger("mx2.example.org", "127.0.0.3");
    const other = await exchanger("mx.example.net", "127.0.0.4");
    zone["MX example.org"] = [mx("mx2.example.org", 20), mx("mx1.example.org", 10)];
    zone["MX example.net"] = [mx("mx.example.net")];
    const client = direct();
    const to = "bob@example.org, cy@example.net, dan@example.org";
    expect(await client.SubmitMessage("ann@example.com", to, LETTER)).toBe(0);
    expect(first.messages[0]?.to.map(({ address }) => address)).toEqual([
      "bob@example.org",
      "dan@example.org",
    ]);
    expect(other.messages[0]?.to.map(({ address }) => address)).toEqual(["cy@example.net"]);
    expect([first.connectionCount, second.connectionCount, other.connectionCount]).toEqual([1, 0, 1]);
    expect(first.messages[0]?.clientName).toBe("mail.example.com");
    expect([client.ResultCode, client.TransferBytes, client.IsConnected]).toEqual([
      250,
      LETTER.length,
      false,
    ]);
  });

  it("the next exchanger when a server cannot be reached", async () => {
    const second = await exchanger("mx2.example.org", "127.0.0.3");
    zone["A mx1.example.org"] = [a("127.0.0.2")];
    zone["MX example.org"] = [mx("mx1.example.org", 10), mx("mx2.example.org", 20)];
    expect(await direct().SubmitMessage("ann@example.com", "bob@example.org", LETTER)).toBe(0);
    expect(second.messages).toHaveLength(1);
  });

  it("the domain itself when it has no exchanger", async () => {
    const itself = await exchanger("example.org", "127.0.0.2");
    expect(await direct().SubmitMessage("ann@example.com", "bob@example.org", LETTER)).toBe(0);
    expect(itself.messages).toHaveLength(1);
  });

  it("notices of delivery are asked for, by named arguments too", async () => {
    const server = await exchanger("example.org", "127.0.0.2");
    const client = direct();
    client.Delivery = smtpNotifySuccess;
    expect(
      await client.SubmitMessage({
        Sender: "ann@example.com",
        Recipient: "bob@example.org",
        Message: LETTER,
      }),
    ).toBe(0);
    expect(server.messages[0]?.to[0]?.parameters).toMatchObject({ NOTIFY: "SUCCESS" });
  });

  it.each([
    ["a domain that does not exist", () => undefined, stErrorHostNotFound],
    ["answers that fail", () => (zone["MX example.org"] = "servfail"), stErrorHostNotFound],
    ["a domain that takes no mail", () => (zone["MX example.org"] = [mx("", 0)]), stErrorNoMailExchange],
    [
      "a server that cannot be reached",
      () => (zone["A example.org"] = [a("127.0.0.9")]),
      stErrorConnectionRefused,
    ],
  ])("%s", async (_name, prepare, code) => {
    await exchanger("mx.example.net", "127.0.0.4");
    prepare();
    const client = direct();
    const log = record(client);
    expect(await client.SubmitMessage("ann@example.com", "bob@example.org", LETTER)).toBe(code);
    expect(names(log)).toEqual(["OnError"]);
    expect(client.LastErrorString).toContain("bob@example.org");
  });

  it("a refused recipient is told; whoever could be reached has the message", async () => {
    const first = await exchanger("example.org", "127.0.0.2");
    await exchanger("example.net", "127.0.0.3");
    const client = direct();
    const to = "bob@example.org, reject550@example.net";
    expect(await client.SubmitMessage("ann@example.com", to, LETTER)).toBe(stErrorRecipientRefused);
    expect(client.LastErrorString).toMatch(/^reject550@example.net did not get the message \(1 of 2 did\): /);
    expect(first.messages).toHaveLength(1);
  });

  it("an empty sender or message is a code, and nothing is sent", async () => {
    const server = await exchanger("example.org", "127.0.0.2");
    const client = direct();
    expect(await client.SubmitMessage("", "bob@example.org", LETTER)).toBe(stErrorInvalidAddress);
    expect(await client.SubmitMessage("ann@example.com", "bob@example.org", "")).toBe(stErrorInvalidBuffer);
    expect(server.connectionCount).toBe(0);
  });

  it("does not promise TLS that it cannot vouch for", async () => {
    const server = await exchanger("example.org", "127.0.0.2");
    const client = direct();
    client.Secure = true;
    expect(await client.SubmitMessage("ann@example.com", "bob@example.org", LETTER)).toBe(
      stErrorInvalidOption,
    );
    client.Secure = false;
    client.Options = smtpOptionSecureExplicit;
    expect(await client.SubmitMessage("ann@example.com", "bob@example.org", LETTER)).toBe(
      stErrorInvalidOption,
    );
    expect(await client.SubmitMessage("ann@example.com", "bob@example.org", LETTER, smtpOptionExtended)).toBe(
      0,
    );
    expect(server.messages).toHaveLength(1);
  });

  it("Cancel ends it", async () => {
    await exchanger("mx.example.net", "127.0.0.4");
    zone["MX example.org"] = "silence";
    const client = direct();
    const result = client.SubmitMessage("ann@example.com", "bob@example.org", LETTER);
    await new Promise((resolve) => setImmediate(resolve));
    client.Cancel();
    expect(await result).toBe(stErrorOperationCanceled);
  });

  it("with a host it goes there: connects, sends and disconnects", async () => {
    await using relay = await recordingServer({ users: { ann: "secret" } });
    const client = clientFor(relay);
    client.UserName = "ann";
    client.Password = "secret";
    const log = record(client, "OnCommand", "OnProgress");
    expect(await client.SubmitMessage("ann@example.com", "bob@example.org", LETTER, smtpOptionExtended)).toBe(
      0,
    );
    expect(
      await client.SubmitMessage("ann@example.com", "reject550@example.org", LETTER, smtpOptionExtended),
    ).toBe(stErrorRecipientRefused);
    expect(names(log)).toEqual(["OnConnect", "OnDisconnect", "OnConnect", "OnError", "OnDisconnect"]);
    expect([client.IsConnected, relay.messages.length, relay.messages[0]?.user]).toEqual([false, 1, "ann"]);
    await client.Connect({ Options: smtpOptionExtended });
    expect(await client.SubmitMessage("ann@example.com", "bob@example.org", LETTER)).toBe(
      stErrorInvalidCommand,
    );
    await client.Disconnect();
  });
});

describe("DnsClient", () => {
  function dns(): { client: DnsClient; resolver: FakeDns } {
    const resolver = new FakeDns(zone);
    const client = new DnsClient();
    configureDns(client, { resolver });
    client.HostName = "example.org";
    return { client, resolver };
  }

  it("gives the exchangers by preference, and asks once", async () => {
    zone["MX example.org"] = [mx("mx2.example.org", 20), mx("mx1.example.org", 10)];
    const { client, resolver } = dns();
    const found: string[] = [];
    for (let index = 0; index < (await client.MailExchanges()); index++)
      found.push(await client.MailExchange(index));
    expect(found).toEqual(["mx1.example.org", "mx2.example.org"]);
    expect(await client.MailExchange({ index: 1 })).toBe("mx2.example.org");
    expect([await client.MailExchange(2), await client.MailExchange(-1), client.LastError]).toEqual([
      "",
      "",
      0,
    ]);
    expect(resolver.asked).toEqual(["MX example.org"]);
  });

  it("another HostName is another question", async () => {
    zone["MX example.org"] = [mx("mx.example.org")];
    zone["MX example.net"] = [mx("mx.example.net")];
    const { client } = dns();
    await client.MailExchanges();
    client.HostName = "example.net";
    expect(await client.MailExchange(0)).toBe("mx.example.net");
  });

  it("a domain without exchangers has none, and that is no error", async () => {
    zone["A example.org"] = [a("127.0.0.1")];
    const { client } = dns();
    expect([await client.MailExchanges(), client.LastError]).toEqual([0, 0]);
  });

  it("failures are 0 or empty, and LastError", async () => {
    zone["MX example.org"] = "servfail";
    const { client } = dns();
    expect(await client.MailExchange(0)).toBe("");
    expect(client.LastError).toBe(stErrorHostNotFound);
    expect(client.LastErrorString).not.toBe("");
    zone["MX example.org"] = [mx("", 0)];
    expect([await client.MailExchanges(), client.LastError]).toEqual([0, stErrorNoMailExchange]);
    zone["MX example.org"] = "silence";
    client.Timeout = 1;
    expect([await client.MailExchanges(), client.LastError]).toEqual([0, stErrorOperationTimeout]);
  });

  it("the loop of ported programs connects to them", async () => {
    const server = await exchanger("mx1.example.org", "127.0.0.1");
    zone["MX example.org"] = [mx("localhost")];
    const { client: dnsClient } = dns();
    const client = new SmtpClient();
    let code = -1;
    for (let index = 0; code !== 0 && index < (await dnsClient.MailExchanges()); index++)
      code = await client.Connect(await dnsClient.MailExchange(index), server.port);
    expect(code).toBe(0);
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(0);
    await client.Disconnect();
  });
});
