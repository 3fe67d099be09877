import { createHash } from "node:crypto";
import { type CertificateInfo, readCertificate } from "@wirepost/socket-core";
import { createTestAuthority, type TestIdentity } from "@wirepost/test-server";
import { expect, it } from "vitest";
import { LEAF, LEAF_BELOW, MIDDLE, SHORT_AUTHORITY } from "../../test/short-path.js";
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

const other = readCertificate(stranger.der);
const [sent, weak, strong, whole] = [
  record(3, 1, 0, chain),
  record(3, 1, 1, chain),
  record(3, 1, 2, chain),
  record(3, 0, 0, chain),
];
const strongOfOther = record(3, 1, 2, other);

// RFC 7671 section 9
it.each<[string, Tlsa[], boolean]>([
  ["a weak digest alone", [weak], true],
  ["a weak digest beside a strong one of another key", [weak, strongOfOther], false],
  ["in whatever order", [strongOfOther, weak], false],
  ["a strong digest beside a weak one of another key", [record(3, 1, 1, other), strong], true],
  ["one of two strong digests", [strongOfOther, strong], true],
  ["the whole key beside strong digests of another", [strongOfOther, sent], true],
  ["a weak digest beside the whole key of another", [weak, record(3, 1, 0, other)], true],
  ["a weak digest beside a strong one of another selector", [weak, record(3, 0, 2, other)], true],
  ["a weak digest beside a strong one of another usage", [weak, record(2, 1, 2, other)], true],
  ["the whole certificate beside strong digests of another", [record(3, 0, 2, other), whole], true],
  [
    "a weak digest beside a strong one that is cut short",
    [weak, { ...strong, data: new Uint8Array(63) }],
    true,
  ],
  ["a weak digest beside one of an unknown kind", [weak, { ...strong, matchingType: 3 }], true],
  ["the same for anchors", [record(2, 1, 1, rootInfo), record(2, 1, 2, other)], false],
])("digests: %s", (_, records, expected) => {
  expect(daneVouches({ records, certificate: chain, names: [HOST], now: new Date() })).toBe(expected);
});

const YEARS = 366 * DAY_MS;
const lasting = readCertificate(
  (await root.issue({ hosts: [HOST], notAfter: new Date(Date.now() + 10 * YEARS) })).der,
);
const [shortAuthority, middle0, leaf0] = [SHORT_AUTHORITY, MIDDLE, LEAF].map((one) => readCertificate(one));
const later = new Date(Date.now() + 3 * YEARS);
const in2030 = new Date("2030-01-01");

// RFC 7671 section 5.2.1
it.each<[string, Tlsa, CertificateInfo, Date, boolean]>([
  ["2 0 0: its dates count", record(2, 0, 0, rootInfo), lasting, later, false],
  [
    "2 0 0: as they do where it was sent",
    record(2, 0, 1, rootInfo),
    withIssuer(lasting, rootInfo),
    later,
    false,
  ],
  ["2 1 0: a bare key has no dates", record(2, 1, 0, rootInfo), lasting, later, true],
  ["2 0 0: nobody is in between", record(2, 0, 0, shortAuthority!), leaf0!, in2030, true],
  [
    "2 0 0: who may have no authority below has one",
    record(2, 0, 0, shortAuthority!),
    readCertificate(LEAF_BELOW, [middle0!]),
    in2030,
    false,
  ],
  [
    "2 0 1: the same, where it was sent",
    record(2, 0, 1, shortAuthority!),
    readCertificate(LEAF_BELOW, [middle0!, shortAuthority!]),
    in2030,
    false,
  ],
  [
    "2 1 0: a bare key does not say so",
    record(2, 1, 0, shortAuthority!),
    readCertificate(LEAF_BELOW, [middle0!]),
    in2030,
    true,
  ],
  ["2 0 0: a leaf is no anchor", record(2, 0, 0, leaf0!), leaf0!, in2030, false],
  [
    "2 0 0: what cannot be read is none",
    { ...record(2, 0, 0, rootInfo), data: rootInfo.raw.subarray(0, 99) },
    lasting,
    new Date(),
    false,
  ],
])("an anchor in the record, %s", (_, tlsa, certificate, now, expected) => {
  expect(daneVouches({ records: [tlsa], certificate, names: [HOST], now })).toBe(expected);
});

function withIssuer(leaf: CertificateInfo, issuer: CertificateInfo): CertificateInfo {
  return readCertificate(leaf.raw, [issuer]);
}

it("the common name is no host name, though no other name is there (RFC 9525)", async () => {
  const certificate = readCertificate((await root.issue({ hosts: [], commonName: HOST })).der, [rootInfo]);
  const question = { certificate, names: [HOST], now: new Date() };
  expect(daneVouches({ ...question, records: [record(2, 0, 1, rootInfo)] })).toBe(false);
});
