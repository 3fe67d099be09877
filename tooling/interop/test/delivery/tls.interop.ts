import type { DirectDeliveryOptions, KeptPolicy, TlsSessionResult } from "@wirepost/mail-delivery";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../src/machine/ports.js";
import type { StoredMessage } from "../../src/servers/maildir.js";
import {
  type Internet,
  type Pages,
  startInternet,
  startWebsite,
  type Told,
  tell,
  type Website,
} from "./internet.js";

let net: Internet;
let website: Website;
const pages: Pages = new Map();
beforeAll(async () => {
  net = await startInternet();
  website = await startWebsite(net.web, pages, net.webPort);
});
afterAll(async () => {
  await website?.stop();
  await net?.stop();
});

const forOne = (address: string) => (message: StoredMessage) => message.recipient === address;

type Name = "mx1" | "mx2" | "bare" | "old";

/** Sends to bob at the domain: what was told, who was called, and who has the message in the end. */
async function sent(
  domain: string,
  options: DirectDeliveryOptions = {},
): Promise<Told & { called: Name[]; stored: Name[] }> {
  const servers = { mx1: net.mx1, mx2: net.mx2, bare: net.bare, old: net.old };
  const names = Object.keys(servers) as Name[];
  const address = `bob@${domain}`;
  const counts = async () => {
    const all: number[] = [];
    for (const name of names) all.push(await servers[name].connections());
    return all;
  };
  const copies = () => names.map((name) => servers[name].readMessages().filter(forOne(address)).length);
  const [before, had] = [await counts(), copies()];
  const told = await tell(net.delivery(options), address);
  const after = await counts();
  const accepted = told.recipients[0]?.includes(" accepted ");
  const attempted = told.attempts.at(-1)?.endsWith(" ok");
  expect(attempted).toBe(accepted);
  if (accepted) {
    const sum = (list: number[]) => list.reduce((total, count) => total + count, 0);
    while (sum(copies()) === sum(had)) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const now = copies();
  return {
    ...told,
    called: names.filter((_, index) => after[index] !== before[index]),
    stored: names.filter((_, index) => now[index] !== had[index]),
  };
}

describe("DANE", () => {
  const trusting = { trustDnssec: true } as const;

  test.each<[string, string, Name, string]>([
    ["usage 3, a self-signed certificate", "ee", "mx2", "mx2.signed.test dane verified ok"],
    ["usage 2, an authority that nobody else knows", "ta", "mx1", "mx1.signed.test dane verified ok"],
    [
      "the exchanger is an alias: records, certificate and SNI of the name behind it",
      "aliased",
      "mx1",
      "cname.signed.test dane verified ok",
    ],
    [
      "a signed alias into an unsigned zone: the records of the alias",
      "leading",
      "mx2",
      "lead.signed.test dane verified ok",
    ],
    ["the domain is an alias", "same", "mx2", "mx2.signed.test dane verified ok"],
    [
      "records that SMTP cannot use: TLS, unverified",
      "unusable",
      "mx2",
      "unusable-mx.signed.test dane-unusable encrypted ok",
    ],
  ])("matches: %s", async (_, domain, server, attempt) => {
    const results: TlsSessionResult[] = [];
    // No authority of the platform's counts here.
    const options = { ...trusting, tls: {}, reports: { add: (one: TlsSessionResult) => results.push(one) } };
    const told = await sent(`${domain}.signed.test`, options);
    expect(told.attempts).toEqual([attempt]);
    expect(told).toMatchObject({ called: [server], stored: [server] });
    expect(results).toMatchObject([{ policyType: "tlsa", failure: undefined }]);
    if (domain === "aliased") expect(net.mx1.log()).toContain("to real.signed.test: TLSv1.3");
  });

  test.each<[string, string, Name[], string]>([
    ["no record matches the certificate", "mismatch.signed.test", ["mx2"], "ERR_DELIVERY_DANE_MISMATCH"],
    [
      "usage 2, and the certificate is for another name",
      "ta-name.signed.test",
      ["mx1"],
      "ERR_DELIVERY_DANE_MISMATCH",
    ],
    ["STARTTLS stripped", "stripped.signed.test", ["bare"], "ERR_DELIVERY_DANE_NO_TLS"],
    ["a TLS that nobody speaks any more", "old-dane.signed.test", ["old"], "ERR_DELIVERY_DANE_NO_TLS"],
    ["a bogus signature over the TLSA records", "bogus.test", [], "ERR_DELIVERY_DANE_LOOKUP"],
    ["TLSA records left out, and no proof of that", "hidden.test", [], "ERR_DELIVERY_DANE_LOOKUP"],
  ])("refused: %s", async (_, domain, called, code) => {
    const results: TlsSessionResult[] = [];
    const told = await sent(domain, { ...trusting, reports: { add: (one) => results.push(one) } });
    expect(told.recipients).toEqual([`bob@${domain} not-sent ${code}`]);
    expect(told).toMatchObject({ called, stored: [], retryable: true });
    expect(results).toMatchObject([{ failure: expect.any(String) }]);
  });

  test("the next exchanger has the mail when the first one is not who it should be", async () => {
    const told = await sent("next.signed.test", trusting);
    expect(told.attempts).toEqual([
      "other.signed.test dane - ERR_DELIVERY_DANE_MISMATCH",
      "mx2.signed.test dane verified ok",
    ]);
    expect(told).toMatchObject({ called: ["mx1", "mx2"], stored: ["mx2"] });
  });

  test.each<[string, string, DirectDeliveryOptions, string]>([
    [
      "the resolver is not trusted",
      "mismatch.signed.test",
      {},
      "strange.signed.test opportunistic encrypted ok",
    ],
    ["the MX is not signed", "dangling.plain.test", trusting, "mx1.signed.test opportunistic verified ok"],
  ])("has no say when %s", async (_, domain, options, attempt) => {
    expect((await sent(domain, options)).attempts).toEqual([attempt]);
  });
});

test("opportunistic: once more in plaintext where the handshake fails", async () => {
  const before = await net.old.connections();
  const told = await sent("old.plain.test");
  expect(told.attempts).toEqual(["old.signed.test opportunistic plaintext ok"]);
  expect(told.stored).toEqual(["old"]);
  expect(await net.old.connections()).toBe(before + 2);
});

describe("MTA-STS", () => {
  const path = "/.well-known/mta-sts.txt";
  function publish(domain: string, mx: string, mode = "enforce"): void {
    const text = `version: STSv1\r\nmode: ${mode}\r\nmx: ${mx}\r\nmax_age: 86400\r\n`;
    pages.set(`mta-sts.${domain} ${path}`, text);
  }
  const policies = (more: object = {}): DirectDeliveryOptions => ({
    sts: { port: net.webPort, tls: { ca: net.ca }, retryAfterMs: 0, ...more },
  });

  test("enforce, and everything is as the policy says", async () => {
    publish("sts.plain.test", "*.signed.test");
    const told = await sent("sts.plain.test", policies());
    expect(told.attempts).toEqual(["mx1.signed.test sts verified ok"]);
    expect(told).toMatchObject({ called: ["mx1"], stored: ["mx1"] });
  });

  test.each<[string, string, string, Name[], string]>([
    ["the policy forbids the host", "sts-host", "mx.elsewhere.test", [], "ERR_DELIVERY_STS_HOST"],
    ["STARTTLS stripped", "sts-bare", "bare.plain.test", ["bare"], "ERR_DELIVERY_STS_NO_TLS"],
    ["a TLS that nobody speaks any more", "sts-old", "old.signed.test", ["old"], "ERR_DELIVERY_STS_NO_TLS"],
    [
      "a certificate that nobody vouches for",
      "sts-cert",
      "mx2.signed.test",
      ["mx2"],
      "ERR_DELIVERY_STS_CERTIFICATE",
    ],
  ])("refused: %s; and sent in testing mode", async (_, name, mx, called, code) => {
    const domain = `${name}.plain.test`;
    publish(domain, mx);
    const told = await sent(domain, policies());
    expect(told.recipients).toEqual([`bob@${domain} not-sent ${code}`]);
    expect(told).toMatchObject({ called, stored: [], retryable: true });
    publish(domain, mx, "testing");
    const results: TlsSessionResult[] = [];
    const tested = await sent(domain, { ...policies(), reports: { add: (one) => results.push(one) } });
    expect(tested.stored).toHaveLength(1);
    expect(results).toMatchObject([{ policyType: "sts", failure: expect.any(String) }]);
  });

  test("hosts that the policy forbids are passed over", async () => {
    publish("sts-next.plain.test", "mx1.signed.test");
    const told = await sent("sts-next.plain.test", policies());
    expect(told.attempts).toEqual([
      "bare.plain.test - - ERR_DELIVERY_STS_HOST",
      "mx1.signed.test sts verified ok",
    ]);
    expect(told).toMatchObject({ called: ["mx1"], stored: ["mx1"] });
  });

  test("a policy counts while its server is down, and no longer when it has expired", async () => {
    let now = Date.now();
    const store = new Map<string, KeptPolicy>();
    const options = (port = net.webPort): DirectDeliveryOptions => ({
      ...policies({ store, port }),
      now: () => now,
    });
    publish("sts-cert.plain.test", "mx2.signed.test");
    const refused = ["bob@sts-cert.plain.test not-sent ERR_DELIVERY_STS_CERTIFICATE"];
    expect((await sent("sts-cert.plain.test", options())).recipients).toEqual(refused);
    // From here on nobody answers at the web server's address; the record in DNS announces a newer policy.
    const kept = store.get("sts-cert.plain.test");
    store.set("sts-cert.plain.test", { ...(kept as KeptPolicy), id: "0" });
    const away = await freePort();
    expect(await sent("sts-cert.plain.test", options(away))).toMatchObject({
      recipients: refused,
      stored: [],
    });
    now += 86_400_000;
    const results: TlsSessionResult[] = [];
    const told = await sent("sts-cert.plain.test", {
      ...options(away),
      reports: { add: (one) => results.push(one) },
    });
    expect(told.attempts).toEqual(["mx2.signed.test opportunistic encrypted ok"]);
    expect(results.map(({ failure }) => failure)).toEqual(["sts-policy-fetch-error", undefined]);
    expect(store.size).toBe(0);
  });

  test("TLS-Required: No goes before a policy, REQUIRETLS needs more than Postfix has", async () => {
    publish("sts-host.plain.test", "mx.elsewhere.test");
    const delivery = net.delivery(policies());
    const letter = { from: "ann@example.com", to: "bob@sts-host.plain.test", text: "Hello" };
    const receipt = await delivery.send({ ...letter, headers: { "TLS-Required": "No" } });
    expect(receipt.attempts).toMatchObject([{ tls: "opportunistic" }]);
    publish("sts.plain.test", "*.signed.test");
    const required = net
      .delivery(policies())
      .send({ ...letter, to: "bob@sts.plain.test" }, { requireTls: true });
    await expect(required).rejects.toMatchObject({ code: "ERR_DELIVERY_REQUIRETLS", state: "not-sent" });
  });
});
