import { createHash } from "node:crypto";
import { type CertificateInfo, readCertificate } from "@wirepost/socket-core";
import { createTestAuthority, type TestIdentity } from "@wirepost/test-server";
import { expect, it } from "vitest";
import { daneVouches, isUsable, type Tlsa } from "./tlsa-match.js";

const DAY_MS = 86_400_000;
const root = await createTestAuthority();
const middle = await root.intermediate();
const HOST = "mx.example.org";
const good = await middle.issue({ hosts: [HOST] });
const expired = await middle.issue({
  hosts: [HOST],
  notBefore: new Date(Date.now() - 9 * DAY_MS),
  notAfter: new Date(Date.now() - DAY_MS),
});
const stranger = await (await createTestAuthority()).issue({ hosts: [HOST] });

function chainOf(identity: TestIdentity, rootToo: boolean): CertificateInfo {
  const pems = [identity.certificate, ...(rootToo ? [root.certificate] : [])].join("\n");
  const ders = [...pems.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END/g)].map(
    ([, base64 = ""]) => new Uint8Array(Buffer.from(base64, "base64")),
  );
  const [leaf, ...issuers] = ders.map((der) => readCertificate(der));
  return readCertificate(leaf!.raw, issuers);
}

const chain = chainOf(good, true);
const [middleInfo, rootInfo] = chain.issuers as [CertificateInfo, CertificateInfo];

function record(usage: number, selector: number, matchingType: number, from: CertificateInfo): Tlsa {
  const octets = selector === 0 ? from.raw : from.publicKey;
  const digest = matchingType === 1 ? "sha256" : "sha512";
  return {
    usage,
    selector,
    matchingType,
    data: matchingType === 0 ? octets : createHash(digest).update(octets).digest(),
  };
}

const rows: [string, Tlsa, CertificateInfo, boolean][] = [];
for (const selector of [0, 1]) {
  for (const type of [0, 1, 2]) {
    rows.push([`3 ${selector} ${type} of the leaf`, record(3, selector, type, chain), chain, true]);
    rows.push([
      `3 ${selector} ${type} of another`,
      record(3, selector, type, chain),
      chainOf(stranger, false),
      false,
    ]);
    rows.push([`2 ${selector} ${type} of the middle`, record(2, selector, type, middleInfo), chain, true]);
    rows.push([`2 ${selector} ${type} of the root`, record(2, selector, type, rootInfo), chain, true]);
  }
}
const wrongName = chainOf(await middle.issue({ hosts: ["other.example.org"] }), true);
const withForeignIssuer = readCertificate(stranger.der, [middleInfo, rootInfo]);
it.each<[string, Tlsa, CertificateInfo, boolean]>([
  ...rows,
  ["3: neither dates", record(3, 1, 1, chainOf(expired, true)), chainOf(expired, true), true],
  ["3: nor names count", record(3, 1, 1, wrongName), wrongName, true],
  ["2: dates count", record(2, 1, 1, rootInfo), chainOf(expired, true), false],
  ["2: names count", record(2, 1, 1, rootInfo), wrongName, false],
  ["2: a leaf is no anchor", record(2, 1, 1, chain), chain, false],
  ["2: an anchor that was sent but issued nothing", record(2, 1, 1, rootInfo), withForeignIssuer, false],
  ["2 0 0: the anchor need not be sent", record(2, 0, 0, rootInfo), chainOf(good, false), true],
  ["2 1 0: nor its key", record(2, 1, 0, rootInfo), chainOf(good, false), true],
  [
    "2 0 1: a digest of what was not sent is of no use",
    record(2, 0, 1, rootInfo),
    chainOf(good, false),
    false,
  ],
  ["1: not for SMTP", record(1, 1, 1, chain), chain, false],
])("%s", (_, tlsa, certificate, expected) => {
  expect(daneVouches({ records: [tlsa], certificate, names: [HOST], now: new Date() })).toBe(expected);
});

it("one of several is enough, and broken ones do not disturb", () => {
  const broken: Tlsa = { usage: 2, selector: 0, matchingType: 0, data: new Uint8Array([1, 2, 3]) };
  const records = [broken, record(3, 1, 1, rootInfo), record(3, 1, 1, chain)];
  expect(daneVouches({ records, certificate: chain, names: [HOST], now: new Date() })).toBe(true);
  expect(
    daneVouches({ records: records.slice(0, 2), certificate: chain, names: [HOST], now: new Date() }),
  ).toBe(false);
  const short = { ...record(3, 1, 1, chain), data: new Uint8Array(31) };
  expect([isUsable(short), isUsable({ ...short, matchingType: 3 }), isUsable(broken)]).toEqual([
    false,
    false,
    true,
  ]);
});
