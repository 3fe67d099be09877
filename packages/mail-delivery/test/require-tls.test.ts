import { createHash } from "node:crypto";
import { readCertificate } from "@wirepost/socket-core";
import {
  client,
  createSelfSignedIdentity,
  createTestAuthority,
  type Script,
  server,
  type TestIdentity,
} from "@wirepost/test-server";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { KeptPolicy } from "../src/index.js";
import { FakeDns, txt } from "./fake-dns.js";
import { Internet, LETTER } from "./internet.js";

const authority = await createTestAuthority();
const HOST = "mx.example.org";
const SECOND = "mx2.example.org";
const good = await authority.issue({ hosts: [HOST] });
const wrongHost = await authority.issue({ hosts: ["other.example.org"] });
const selfSigned = await createSelfSignedIdentity({ hosts: [HOST] });
const tls = { ca: authority.certificate };

let net: Internet;
beforeEach(() => {
  net = new Internet();
  net.domain("example.org", HOST);
});
afterEach(() => net.close());

/** Under DANE every exchanger should show `selfSigned`; under MTA-STS the policy names the first two. */
function delivery(by: "dane" | "sts" | "dnssec", mx: readonly string[] = [HOST, SECOND]) {
  const policy = { mode: "enforce", mx, maxAgeSeconds: 86_400, lines: [] } as const;
  const kept: KeptPolicy = { id: "one", policy, fetchedAtMs: Date.now() };
  net.zone["TXT _mta-sts.example.org"] ??= [txt("v=STSv1; id=one")];
  if (by === "dane") {
    const data = new Uint8Array(createHash("sha256").update(readCertificate(selfSigned.der).raw).digest());
    for (const host of [HOST, SECOND]) {
      net.zone[`TLSA _${net.port}._tcp.${host}`] ??= [{ usage: 3, selector: 0, matchingType: 1, data }];
    }
  }
  return net.delivery({
    tls,
    dns: new FakeDns(net.zone, { authenticated: by !== "sts" }),
    trustDnssec: by !== "sts",
    sts: by === "sts" ? { store: new Map([["example.org", kept]]) } : false,
  });
}

const TO = { ...LETTER, to: "bob@example.org" };
const OLD = { minVersion: "TLSv1", maxVersion: "TLSv1.1" } as const;
const GREETING = [
  server("220 mx.example.org\r\n"),
  client("EHLO mail.example.com\r\n"),
  server("250-mx.example.org\r\n250 STARTTLS\r\n"),
  client("STARTTLS\r\n"),
];
const BUSY: Script = [...GREETING, server("454 4.7.0 not now\r\n"), (peer) => peer.drain()];
const REFUSED: Script = [...GREETING, server("554 5.7.0 never\r\n"), (peer) => peer.drain()];
const CUT: Script = [...GREETING, server("220 go\r\n"), (peer) => peer.end()];

interface Peer {
  readonly identity?: TestIdentity | undefined;
  readonly server?: object;
  readonly script?: Script;
}

// RFC 8689 section 4.2.1: no delivery, and the sender hears of it; a queue tries again what is retryable.
it.each<["dane" | "sts" | "dnssec", string, Peer, string, boolean]>([
  ["sts", "the certificate of another host", { identity: wrongHost }, "ERR_DELIVERY_STS_CERTIFICATE", false],
  ["sts", "a self-signed certificate", { identity: selfSigned }, "ERR_DELIVERY_STS_CERTIFICATE", false],
  ["sts", "no STARTTLS", {}, "ERR_DELIVERY_STS_NO_TLS", false],
  ["sts", "an old TLS", { identity: good, server: OLD }, "ERR_DELIVERY_STS_NO_TLS", false],
  ["sts", "STARTTLS refused for good", { script: REFUSED }, "ERR_DELIVERY_STS_NO_TLS", false],
  ["sts", "STARTTLS refused for now", { script: BUSY }, "ERR_DELIVERY_STS_NO_TLS", true],
  ["sts", "a handshake that is cut", { script: CUT }, "ERR_DELIVERY_STS_NO_TLS", true],
  ["dane", "a certificate that matches no record", { identity: good }, "ERR_DELIVERY_DANE_MISMATCH", false],
  ["dane", "no STARTTLS", {}, "ERR_DELIVERY_DANE_NO_TLS", false],
  ["dane", "STARTTLS refused for now", { script: BUSY }, "ERR_DELIVERY_DANE_NO_TLS", true],
  ["dnssec", "a self-signed certificate", { identity: selfSigned }, "ERR_DELIVERY_REQUIRETLS", false],
  ["dnssec", "STARTTLS refused for now", { script: BUSY }, "ERR_DELIVERY_REQUIRETLS", true],
])("REQUIRETLS under %s: %s", async (by, _, { identity, server: options, script }, code, retryable) => {
  if (script !== undefined) await net.scripted(HOST, "127.0.0.2", script);
  else await net.server(HOST, "127.0.0.2", { tls: identity, server: options });
  const failure = await delivery(by)
    .send(TO, { requireTls: true })
    .catch((error) => error);
  expect([failure.code, failure.state, failure.retryable]).toEqual([
    retryable ? code : "ERR_DELIVERY_REQUIRETLS",
    "not-sent",
    retryable,
  ]);
  if (!retryable && by !== "dnssec") expect(failure.cause.cause.code).toBe(code);
});

it("the same without REQUIRETLS is tried again", async () => {
  await net.server(HOST, "127.0.0.2", { tls: wrongHost });
  await expect(delivery("sts").send(TO)).rejects.toMatchObject({
    code: "ERR_DELIVERY_STS_CERTIFICATE",
    retryable: true,
  });
});

it.each<[string, (internet: Internet) => unknown, string, boolean]>([
  ["may be back", (one) => one.down(SECOND, "127.0.0.3"), "ERR_SOCKET_REFUSED", true],
  [
    "is no better",
    (one) => one.server(SECOND, "127.0.0.3", { tls: wrongHost }),
    "ERR_DELIVERY_REQUIRETLS",
    false,
  ],
  [
    "cannot be looked up now",
    (one) => {
      one.zone[`A ${SECOND}`] = "servfail";
    },
    "ERR_DELIVERY_DNS",
    true,
  ],
])("one exchanger cannot be used, another one %s", async (_, second, code, retryable) => {
  net.domain("example.org", HOST, SECOND);
  await net.server(HOST, "127.0.0.2", { tls: wrongHost });
  await second(net);
  await expect(delivery("sts").send(TO, { requireTls: true })).rejects.toMatchObject({ code, retryable });
});

it.each<[string, "servfail" | undefined, string, boolean]>([
  ["for good when the policy is the newest", undefined, "ERR_DELIVERY_REQUIRETLS", false],
  ["for now when that cannot be known (RFC 8461 section 5)", "servfail", "ERR_DELIVERY_STS_HOST", true],
])("a host that the policy does not name is refused %s", async (_, record, code, retryable) => {
  const mx = await net.server(HOST, "127.0.0.2", { tls: good });
  if (record !== undefined) net.zone["TXT _mta-sts.example.org"] = record;
  const sending = delivery("sts", ["mx.example.net"]).send(TO, { requireTls: true });
  await expect(sending).rejects.toMatchObject({ code, retryable });
  expect(mx.connectionCount).toBe(0);
});

it.each<[string, "servfail" | "no-data", boolean]>([
  ["there is none", "no-data", false],
  ["that is not known", "servfail", true],
])("a host that no policy vouches for, because %s", async (_, record, retryable) => {
  await net.server(HOST, "127.0.0.2", { tls: good });
  net.zone["TXT _mta-sts.example.org"] = record;
  await expect(net.delivery({ tls }).send(TO, { requireTls: true })).rejects.toMatchObject({
    code: "ERR_DELIVERY_REQUIRETLS",
    retryable,
  });
});
