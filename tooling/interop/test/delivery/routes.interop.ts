import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StoredMessage } from "../../src/servers/maildir.js";
import { type Internet, LETTER, startInternet, tell } from "./internet.js";

let net: Internet;
beforeAll(async () => {
  net = await startInternet();
});
afterAll(() => net?.stop());

const forOne = (address: string) => (message: StoredMessage) => message.recipient === address;

describe("where mail goes, by NSD and Unbound to Postfix", () => {
  test.each<[string, string, string[]]>([
    ["one exchanger", "good", ["mx1.signed.test ok"]],
    ["the first is down", "first-down", ["down.plain.test ERR_SOCKET_REFUSED", "mx1.signed.test ok"]],
    [
      "the first answers 421",
      "first-busy",
      ["busy.plain.test ERR_CLIENT_GREETING_REFUSED", "mx1.signed.test ok"],
    ],
    ["the domain is an alias", "alias", ["down.plain.test ERR_SOCKET_REFUSED", "mx1.signed.test ok"]],
    ["the exchanger is an alias", "to-alias", ["mx-alias.plain.test ok"]],
    ["no MX but an address", "implicit", ["implicit.plain.test ok"]],
    ["IPv6 alone", "v6", ["six.plain.test ok"]],
    ["IPv4 is down, IPv6 is not", "dual", ["both.plain.test ok"]],
    ["a domain in another script", "xn--bcher-kva", ["mx1.signed.test ok"]],
  ])("%s", async (_, domain, expected) => {
    const server = domain === "implicit" ? net.bare : /^(?:v6|dual)$/.test(domain) ? net.six : net.mx1;
    const address = `bob@${domain}.plain.test`;
    const given = domain.startsWith("xn--") ? "bob@bücher.plain.test" : address;
    const { attempts, recipients } = await tell(net.delivery(), given);
    expect(attempts.map((attempt) => attempt.replace(/ \S+ \S+ (?=\S+$)/, " "))).toEqual(expected);
    expect(recipients).toHaveLength(1);
    expect(recipients[0]).toMatch(/ accepted 250$/);
    expect(await server.waitForMessages(1, forOne(address))).toHaveLength(1);
  });

  test("IPv4 first, on request", async () => {
    const { attempts } = await tell(net.delivery({ preferFamily: 4 }), "bob@dual.plain.test");
    expect(attempts).toEqual([
      "both.plain.test opportunistic - ERR_SOCKET_REFUSED",
      "both.plain.test opportunistic plaintext ok",
    ]);
  });

  test("hosts of one preference take turns", async () => {
    const first = async (random: number) =>
      (await tell(net.delivery({ random: () => random }), "bob@even.plain.test")).attempts[0]?.split(" ")[0];
    expect(new Set([await first(0), await first(0.99)])).toEqual(
      new Set(["bare.plain.test", "mx1.signed.test"]),
    );
  });

  test("whoever is deferred goes to the next host, whoever is refused does not", async () => {
    const to = ["bob@two.plain.test", "deferred@two.plain.test", "refused@two.plain.test"];
    const before = await net.mx1.connections();
    const { recipients, attempts } = await tell(net.delivery(), to);
    expect(recipients).toEqual([
      "bob@two.plain.test accepted 250",
      "deferred@two.plain.test rejected 450",
      "refused@two.plain.test rejected 550",
    ]);
    expect(attempts.map((attempt) => attempt.split(" ")[0])).toEqual(["bare.plain.test", "mx1.signed.test"]);
    expect(await net.mx1.connections()).toBe(before + 1);
    await net.bare.waitForMessages(1, forOne("bob@two.plain.test"));
    expect(net.mx1.readMessages().some(forOne("bob@two.plain.test"))).toBe(false);
  });
});

describe("where no mail goes", () => {
  test.each<[string, string, string, boolean]>([
    ["all are down", "all-down.plain.test", "ERR_SOCKET_REFUSED", true],
    ["all answer 421", "all-busy.plain.test", "421", true],
    ["null MX", "null.plain.test", "ERR_DELIVERY_NULL_MX", false],
    ["NXDOMAIN", "nosuch.plain.test", "ERR_DELIVERY_NO_SUCH_DOMAIN", false],
    ["neither MX nor address", "nothing.plain.test", "ERR_DELIVERY_NO_EXCHANGER", false],
    ["SERVFAIL for the domain", "lost.test", "ERR_DELIVERY_DNS", true],
    ["SERVFAIL for the exchanger", "lost-host.plain.test", "ERR_DELIVERY_DNS", true],
    ["a bogus signature over the MX", "bogus-mx.test", "ERR_DELIVERY_DNS", true],
    ["signatures that have run out", "outdated.test", "ERR_DELIVERY_DNS", true],
  ])("%s", async (_, domain, code, retryable) => {
    const before = await connections();
    const told = await tell(net.delivery({ trustDnssec: true }), `bob@${domain}`);
    expect(told.recipients.map((one) => one.replace(/ERR_CLIENT_GREETING_REFUSED/, "421"))).toEqual([
      `bob@${domain} not-sent ${code}`,
    ]);
    expect(told.retryable).toBe(retryable);
    const after = await connections();
    // A server that says 421 was called; the others were not.
    if (code !== "421") expect(after).toEqual(before);
    expect(net.busy.readMessages()).toEqual([]);
  });

  test("ourselves: by address, by name, by greeting, and whoever would hand the mail back to us", async () => {
    const before = await connections();
    const byAddress = net.delivery({ isOwnAddress: undefined });
    expect((await tell(byAddress, "bob@good.plain.test")).recipients).toEqual([
      "bob@good.plain.test not-sent ERR_DELIVERY_LOOP",
    ]);
    const byName = net.delivery({ ownNames: ["mx1.signed.test"] });
    expect((await tell(byName, "bob@good.plain.test")).recipients).toEqual([
      "bob@good.plain.test not-sent ERR_DELIVERY_LOOP",
    ]);
    expect(await connections()).toEqual(before);
    const byGreeting = net.delivery({ clientName: "mx1.signed.test" });
    expect((await tell(byGreeting, "bob@good.plain.test")).recipients).toEqual([
      "bob@good.plain.test not-sent ERR_DELIVERY_LOOP",
    ]);
    // bare is before ourselves and defers; mx1 stands behind us.
    const middle = await net.mx1.connections();
    const second = net.delivery({ ownNames: ["self.plain.test"] });
    expect((await tell(second, "deferred@own.plain.test")).attempts.map((one) => one.split(" ")[0])).toEqual([
      "bare.plain.test",
    ]);
    expect(await net.mx1.connections()).toBe(middle);
  });

  async function connections(): Promise<number[]> {
    const all: number[] = [];
    for (const server of [net.mx1, net.mx2, net.bare, net.six]) all.push(await server.connections());
    return all;
  }
});

test("thousands of recipients at hundreds of domains: few connections, a session for each server, nobody twice", async () => {
  const to: string[] = [];
  for (let domain = 0; domain < 200; domain++) {
    const zone = domain % 2 === 0 ? "many" : "more";
    for (let user = 0; user < 10; user++) to.push(`u${user}@d${domain}.${zone}.plain.test`);
  }
  to.push("refused@d0.many.plain.test", "bob@d1.null.plain.test", "bob@d2.gone.plain.test");
  const before = [await net.mx1.connections(), await net.bare.connections()];
  const delivery = net.delivery({ maxConnectionsPerServer: 2, idleTimeoutMs: 5000, backoff: {} });
  const receipt = await delivery.send(LETTER, { envelope: { from: "ann@example.com", to } });
  expect(receipt.recipients.map(({ address }) => address)).toEqual(to);
  expect(receipt.accepted).toHaveLength(2000);
  expect(receipt.rejected.map(({ address }) => address)).toEqual(["refused@d0.many.plain.test"]);
  expect(receipt.notSent.map(({ error }) => error?.code)).toEqual([
    "ERR_DELIVERY_NULL_MX",
    "ERR_SOCKET_REFUSED",
  ]);
  expect(delivery.retryAt("d2.gone.plain.test")).toBeInstanceOf(Date);
  expect(delivery.retryAt("d0.many.plain.test")).toBeUndefined();
  const after = [await net.mx1.connections(), await net.bare.connections()];
  // TLS may fall back to a second connection; sessions are kept by name, and each server has one.
  expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([2, 2]);
  const many = (server: Internet["mx1"], zone: string) =>
    server.waitForMessages(1000, ({ recipient }) => recipient?.endsWith(`.${zone}.plain.test`) === true);
  const stored = [...(await many(net.mx1, "many")), ...(await many(net.bare, "more"))];
  expect(new Set(stored.map(({ recipient }) => recipient)).size).toBe(2000);
  expect(stored).toHaveLength(2000);
  await delivery.close();
});
