import { createHash } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { createSecureContext, type TlsOptions } from "node:tls";
import { readCertificate } from "@wirepost/socket-core";
import {
  client,
  createSelfSignedIdentity,
  createTestAuthority,
  server,
  type TestIdentity,
} from "@wirepost/test-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type DirectDeliveryOptions,
  type KeptPolicy,
  TlsReports,
  type TlsSessionResult,
} from "../src/index.js";
import { a, cname, FakeDns, txt } from "./fake-dns.js";
import { Internet, LETTER, outcomes } from "./internet.js";

const authority = await createTestAuthority();
const HOST = "mx.example.org";
const good = await authority.issue({ hosts: [HOST] });
const wrongHost = await authority.issue({ hosts: ["other.example.org"] });
const expired = await authority.issue({ hosts: [HOST], notBefore: new Date(0), notAfter: new Date(1000) });
const selfSigned = await createSelfSignedIdentity({ hosts: [HOST] });
const web = await authority.issue({ hosts: ["mta-sts.example.org"] });
const webOfOther = await authority.issue({ hosts: ["www.example.org"] });

let net: Internet;
beforeEach(() => {
  net = new Internet();
  net.domain("example.org", HOST);
});
afterEach(() => net.close());

const TO = { ...LETTER, to: "bob@example.org" };
const tls = { ca: authority.certificate };

describe("opportunistic", () => {
  it.each<[string, TestIdentity]>([
    ["a good certificate", good],
    ["a bad one: it is not looked at", selfSigned],
  ])("%s", async (_, identity) => {
    const mx = await net.server(HOST, "127.0.0.2", { tls: identity });
    const receipt = await net.delivery({ tls }).send(TO);
    expect(mx.messages[0]?.secure).toBe(true);
    expect(receipt.attempts[0]?.secured).toBe(identity === good ? "verified" : "encrypted");
  });

  it("a handshake that fails is followed by one connection in plaintext", async () => {
    const versions = { minVersion: "TLSv1", maxVersion: "TLSv1.1" } as const;
    const mx = await net.server(HOST, "127.0.0.2", { tls: good, server: versions });
    const receipt = await net.delivery({ tls }).send(TO);
    expect(receipt.attempts).toMatchObject([{ tls: "opportunistic", secured: "plaintext" }]);
    expect([mx.connectionCount, mx.messages[0]?.secure]).toEqual([2, false]);
  });

  it("octets injected behind the reply to STARTTLS are an attack, and no reason for plaintext", async () => {
    const mx = await net.scripted(HOST, "127.0.0.2", [
      server("220 mx\r\n"),
      client("EHLO mail.example.com\r\n"),
      server("250-mx.example.org\r\n250 STARTTLS\r\n"),
      client("STARTTLS\r\n"),
      server("220 go\r\n250 injected\r\n"),
      (peer) => peer.drain(),
    ]);
    await expect(net.delivery().send(TO)).rejects.toMatchObject({ state: "not-sent" });
    expect(mx.connections).toHaveLength(1);
  });
});

const POLICY = `version: STSv1\nmode: enforce\nmx: ${HOST}\nmax_age: 86400\n`;

describe("MTA-STS", () => {
  let website: Server | undefined;
  function unpublish(): void {
    website?.close();
    website?.closeAllConnections();
  }
  afterEach(unpublish);

  async function publish(
    body: string,
    options: { identity?: TestIdentity; type?: string; status?: number } = {},
  ): Promise<number> {
    const { identity = web, type = "text/plain", status = 200 } = options;
    unpublish();
    website = createServer({ key: identity.key, cert: identity.certificate }, (request, response) => {
      const known =
        request.url === "/.well-known/mta-sts.txt" && request.headers.host?.startsWith("mta-sts.example.org");
      response.writeHead(known ? status : 404, { "Content-Type": type, Location: "https://127.0.0.1/" });
      response.end(known ? body : "");
    });
    await new Promise<void>((resolve) => website?.listen(0, "127.0.0.1", resolve));
    net.zone["TXT _mta-sts.example.org"] = [txt("v=STSv1; id=one")];
    net.zone["A mta-sts.example.org"] = [a("127.0.0.1")];
    return (website.address() as AddressInfo).port;
  }

  function delivery(port: number, options: DirectDeliveryOptions = {}) {
    return net.delivery({ tls, sts: { port, tls, retryAfterMs: 0 }, ...options });
  }

  it("enforce: delivered where everything is as the policy says", async () => {
    const mx = await net.server(HOST, "127.0.0.2", { tls: good });
    const receipt = await delivery(await publish(POLICY)).send(TO);
    expect(receipt.attempts[0]).toMatchObject({ tls: "sts", secured: "verified" });
    expect(mx.messages).toHaveLength(1);
  });

  it.each<[string, string, TestIdentity | undefined, string]>([
    [
      "the policy does not name the host",
      POLICY.replace(HOST, "*.example.net"),
      good,
      "ERR_DELIVERY_STS_HOST",
    ],
    ["STARTTLS stripped", POLICY, undefined, "ERR_DELIVERY_STS_NO_TLS"],
    ["the certificate of another host", POLICY, wrongHost, "ERR_DELIVERY_STS_CERTIFICATE"],
    ["an expired certificate", POLICY, expired, "ERR_DELIVERY_STS_CERTIFICATE"],
    ["a self-signed certificate", POLICY, selfSigned, "ERR_DELIVERY_STS_CERTIFICATE"],
  ])("enforce: %s", async (_, policy, identity, code) => {
    const mx = await net.server(HOST, "127.0.0.2", { tls: identity });
    const port = await publish(policy);
    const sending = delivery(port).send(TO);
    await expect(sending).rejects.toMatchObject({ code, state: "not-sent", retryable: true });
    expect(mx.messages).toEqual([]);
    // In testing mode the same is only reported.
    const results: TlsSessionResult[] = [];
    const testingPort = await publish(policy.replace("enforce", "testing"));
    const testing = delivery(testingPort, {
      reports: { add: (one) => results.push(one) },
    });
    expect(await outcomes(testing.send(TO))).toEqual(["bob@example.org accepted 250"]);
    expect(results.map(({ policyType, failure }) => [policyType, failure !== undefined])).toEqual([
      ["sts", true],
    ]);
  });

  it.each<[string, Parameters<typeof publish>, string]>([
    [
      "T13 the web server's certificate is for another name",
      [POLICY, { identity: webOfOther }],
      "sts-webpki-invalid",
    ],
    ["it is not text/plain", [POLICY, { type: "text/html" }], "sts-policy-fetch-error"],
    ["it is a redirection", [POLICY, { status: 302 }], "sts-policy-fetch-error"],
    ["it cannot be read", ["version: STSv2\n"], "sts-policy-invalid"],
    ["it is too large", [`${POLICY}${"x: y\n".repeat(20_000)}`], "sts-policy-fetch-error"],
  ])("no policy counts when %s", async (_, given, failure) => {
    await net.server(HOST, "127.0.0.2");
    const results: TlsSessionResult[] = [];
    const port = await publish(...given);
    const sending = delivery(port, { reports: { add: (one) => results.push(one) } }).send(TO);
    expect(await outcomes(sending)).toEqual(["bob@example.org accepted 250"]);
    expect(results[0]?.failure).toBe(failure);
  });

  it("a kept policy counts while the web server or DNS is blocked, until it expires", async () => {
    let now = Date.UTC(2026, 0, 1);
    const kept = new Map<string, KeptPolicy>();
    await net.server(HOST, "127.0.0.2", { tls: wrongHost });
    const port = await publish(POLICY);
    const make = (dns: FakeDns) =>
      delivery(port, {
        dns,
        now: () => now,
        backoff: false,
        sts: { port, tls, store: kept, retryAfterMs: 0 },
      } as DirectDeliveryOptions);
    const refused = { code: "ERR_DELIVERY_STS_CERTIFICATE" };
    await expect(make(new FakeDns(net.zone)).send(TO)).rejects.toMatchObject(refused);
    expect(JSON.parse(JSON.stringify(kept.get("example.org")))).toMatchObject({
      id: "one",
      policy: { mode: "enforce" },
    });
    // Another id, and nobody there to ask for the new policy.
    unpublish();
    net.zone["TXT _mta-sts.example.org"] = [txt("v=STSv1; id=two")];
    await expect(make(new FakeDns(net.zone)).send(TO)).rejects.toMatchObject(refused);
    // The record is gone, or cannot be had.
    delete net.zone["TXT _mta-sts.example.org"];
    await expect(make(new FakeDns(net.zone)).send(TO)).rejects.toMatchObject(refused);
    net.zone["TXT _mta-sts.example.org"] = "servfail";
    await expect(make(new FakeDns(net.zone)).send(TO)).rejects.toMatchObject(refused);
    now += 86_400_000;
    expect(await outcomes(make(new FakeDns(net.zone)).send(TO))).toEqual(["bob@example.org accepted 250"]);
    expect(kept.size).toBe(0);
  });

  it("TLS-Required: No puts delivery above the policy (RFC 8689)", async () => {
    const mx = await net.server(HOST, "127.0.0.2");
    const letter = { ...TO, headers: { "TLS-Required": "No" } };
    const receipt = await delivery(await publish(POLICY)).send(letter);
    expect(receipt.attempts[0]).toMatchObject({ tls: "opportunistic", secured: "plaintext" });
    expect(mx.messages[0]?.text).toContain("TLS-Required: No");
  });

  it("REQUIRETLS wants a policy, verified TLS and the extension", async () => {
    const mx = await net.server(HOST, "127.0.0.2", { tls: good });
    const requireTls = { requireTls: true };
    const refused = { code: "ERR_DELIVERY_REQUIRETLS", state: "not-sent", retryable: false };
    await expect(net.delivery({ tls }).send(TO, requireTls)).rejects.toMatchObject(refused);
    expect(mx.connectionCount).toBe(0);
    // The recording server does not know the extension.
    await expect(delivery(await publish(POLICY)).send(TO, requireTls)).rejects.toMatchObject(refused);
    expect(mx.messages).toEqual([]);
  });
});

describe("DANE", () => {
  const leaf = readCertificate(selfSigned.der);
  const digest = (octets: Uint8Array) => new Uint8Array(createHash("sha256").update(octets).digest());
  const record = (data: Uint8Array, usage = 3) => ({ usage, selector: 1, matchingType: 1, data });
  const name = () => `TLSA _${net.port}._tcp.${HOST}`;

  function delivery(options: DirectDeliveryOptions = {}, authenticated: boolean | string[] = true) {
    return net.delivery({
      dns: new FakeDns(net.zone, { authenticated }),
      trustDnssec: true,
      sts: false,
      ...options,
    } as never);
  }

  it("a self-signed certificate that a record vouches for", async () => {
    const mx = await net.server(HOST, "127.0.0.2", { tls: selfSigned });
    net.zone[name()] = [record(digest(leaf.publicKey))];
    const results: TlsSessionResult[] = [];
    const receipt = await delivery({ reports: { add: (one) => results.push(one) } }).send(TO);
    expect(receipt.attempts[0]).toMatchObject({ tls: "dane", secured: "verified" });
    expect(mx.messages[0]?.secure).toBe(true);
    expect(results).toMatchObject([
      { domain: "example.org", policyDomain: HOST, policyType: "tlsa", failure: undefined },
    ]);
    expect(results[0]?.policyLines[0]).toMatch(/^3 1 1 [0-9a-f]{64}$/);
  });

  it.each<[string, TestIdentity | undefined, unknown, string]>([
    ["no record matches", good, [record(digest(leaf.publicKey))], "ERR_DELIVERY_DANE_MISMATCH"],
    ["STARTTLS stripped", undefined, [record(digest(leaf.publicKey))], "ERR_DELIVERY_DANE_NO_TLS"],
    ["the lookup fails", selfSigned, "servfail", "ERR_DELIVERY_DANE_LOOKUP"],
    [
      "no usable record, and no TLS",
      undefined,
      [record(digest(leaf.publicKey), 1)],
      "ERR_DELIVERY_DANE_NO_TLS",
    ],
  ])("refused: %s", async (_, identity, records, code) => {
    const mx = await net.server(HOST, "127.0.0.2", { tls: identity });
    net.zone[name()] = records as never;
    const results: TlsSessionResult[] = [];
    const reports = { add: (one: TlsSessionResult) => results.push(one) };
    await expect(delivery({ tls, reports }).send(TO)).rejects.toMatchObject({
      code,
      state: "not-sent",
      retryable: true,
    });
    expect(results.map((one) => [one.domain, one.policyDomain, one.policyType, one.failure])).toEqual([
      [
        "example.org",
        HOST,
        "tlsa",
        code === "ERR_DELIVERY_DANE_LOOKUP" ? "dnssec-invalid" : expect.any(String),
      ],
    ]);
    expect(mx.messages).toEqual([]);
  });

  it.each<[string, number]>([
    ["verified", 2],
    ["encrypted", 0],
  ])(
    "an exchanger that is an alias is asked for the certificate of the name behind it: %s",
    async (secured, usage) => {
      const real = await authority.issue({ hosts: ["real.example.org"] });
      const context = createSecureContext({
        key: real.key,
        cert: `${real.certificate}${authority.certificate}`,
      });
      const asked: string[] = [];
      const SNICallback: NonNullable<TlsOptions["SNICallback"]> = (name, callback) => {
        asked.push(name);
        callback(null, name === "real.example.org" ? context : undefined);
      };
      const mx = await net.server("real.example.org", "127.0.0.2", {
        tls: wrongHost,
        server: { SNICallback },
      });
      delete net.zone[`A ${HOST}`];
      net.zone[`CNAME ${HOST}`] = cname("real.example.org");
      const anchor = readCertificate(
        Buffer.from(authority.certificate.replace(/-----[^-]+-----|\s/g, ""), "base64"),
      );
      net.zone[`TLSA _${net.port}._tcp.real.example.org`] = [record(digest(anchor.publicKey), usage)];
      const results: TlsSessionResult[] = [];
      const reports = { add: (one: TlsSessionResult) => results.push(one) };
      expect((await delivery({ reports }).send(TO)).attempts).toMatchObject([{ host: HOST, secured }]);
      expect([asked, mx.messages[0]?.secure]).toEqual([["real.example.org"], true]);
      // The policy is that of the name behind the alias too (RFC 8460 section 1.1).
      expect(results).toMatchObject([{ host: HOST, policyDomain: "real.example.org", policyType: "tlsa" }]);
    },
  );

  it("the next exchanger is asked when one does not match", async () => {
    net.domain("example.org", HOST, "mx2.example.org");
    const mx1 = await net.server(HOST, "127.0.0.2", { tls: good });
    const mx2 = await net.server("mx2.example.org", "127.0.0.3", { tls: selfSigned });
    for (const host of [HOST, "mx2.example.org"]) {
      net.zone[`TLSA _${net.port}._tcp.${host}`] = [record(digest(leaf.publicKey))];
    }
    expect((await delivery().send(TO)).attempts.map(({ error }) => error?.code)).toEqual([
      "ERR_DELIVERY_DANE_MISMATCH",
      undefined,
    ]);
    expect([mx1.messages.length, mx2.messages.length]).toEqual([0, 1]);
  });

  it.each<[string, DirectDeliveryOptions, boolean | string[]]>([
    ["the resolver is not trusted", { trustDnssec: false }, true],
    ["nothing is signed", {}, false],
    ["the MX is not signed", {}, [`A ${HOST}`]],
    ["the address is not signed", {}, ["MX example.org"]],
    ["the TLSA record is not signed", {}, ["MX example.org", `A ${HOST}`]],
  ])("has no say when %s", async (_, options, authenticated) => {
    await net.server(HOST, "127.0.0.2");
    net.zone[name()] = [record(digest(leaf.publicKey))];
    const receipt = await delivery(options, authenticated).send(TO);
    expect(receipt.attempts[0]?.tls).toBe("opportunistic");
  });

  it("records that SMTP cannot use ask for TLS, unverified", async () => {
    const mx = await net.server(HOST, "127.0.0.2", { tls: wrongHost });
    net.zone[name()] = [record(digest(leaf.publicKey), 0)];
    expect((await delivery().send(TO)).attempts[0]?.tls).toBe("dane-unusable");
    expect(mx.messages[0]?.secure).toBe(true);
  });

  it("needs a resolver that was named", () => {
    expect(() => net.delivery({ resolver: undefined, trustDnssec: true, port: 25 } as never)).toThrow(
      /resolver that you name/,
    );
  });

  it("vouches for REQUIRETLS too, on a server that knows it", async () => {
    const mx = await net.server(HOST, "127.0.0.2", {
      tls: selfSigned,
      server: { hideREQUIRETLS: false } as object,
    });
    net.zone[name()] = [record(digest(leaf.publicKey))];
    const receipt = await delivery().send(TO, { requireTls: true });
    expect(receipt.attempts[0]).toMatchObject({ tls: "dane", secured: "verified" });
    expect(mx.messages[0]?.from.parameters).toMatchObject({ REQUIRETLS: true });
    // The header has no say then (RFC 8689 section 4.1).
    const letter = { ...TO, headers: { "TLS-Required": "No" } };
    expect((await delivery().send(letter, { requireTls: true })).attempts[0]?.tls).toBe("dane");
  });

  it("reports add up", async () => {
    await net.server(HOST, "127.0.0.2", { tls: good });
    net.zone[name()] = [record(digest(leaf.publicKey))];
    const reports = new TlsReports({
      organizationName: "Example",
      contactInfo: "tls@example.com",
    });
    await delivery({ reports })
      .send(TO)
      .catch(() => undefined);
    expect(reports.take()[0]?.json).toMatchObject({
      policies: [
        {
          policy: { "policy-type": "tlsa", "policy-domain": HOST },
          summary: { "total-successful-session-count": 0, "total-failure-session-count": 1 },
          "failure-details": [{ "result-type": "validation-failure", "receiving-mx-hostname": HOST }],
        },
      ],
    });
  });
});
