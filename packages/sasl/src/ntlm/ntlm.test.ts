import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { codeOf, hex, hexOf, utf8, withRandom } from "../../test/octets.js";
import type { Credentials, Mechanism } from "../index.js";
import { legacyCrypto } from "../node/legacy-crypto.js";
import { nodeEnvironment } from "../node.js";
import { NTLM_FLAGS } from "./flags.js";
import { createNtlm, type NtlmTarget } from "./ntlm.js";
import {
  encodeUtf16,
  lmHash,
  type NtlmCrypto,
  ntHash,
  ntHashV2,
  responsesV1,
  responsesV2,
  sessionKey,
} from "./responses.js";

const crypto: NtlmCrypto = { ...legacyCrypto, hash: nodeEnvironment.hash, hmac: nodeEnvironment.hmac };
const SERVER_CHALLENGE = hex("0123456789abcdef");
const CLIENT_CHALLENGE = hex("aaaaaaaaaaaaaaaa");
const RANDOM_KEY = new Uint8Array(16).fill(0x55);
const TARGET_INFO = hex("02000c0044006f006d00610069006e0001000c00530065007200760065007200 00000000");

describe("MS-NLMP section 4.2.2: version 1", () => {
  const flags = 0xe202_8233;
  const input = {
    password: "Password",
    flags,
    serverChallenge: SERVER_CHALLENGE,
    clientChallenge: CLIENT_CHALLENGE,
    lm: true,
  };
  const wrap = (extra: number): string => {
    const { keyExchangeKey } = responsesV1(crypto, { ...input, flags: (flags | extra) >>> 0 });
    return hexOf(sessionKey(crypto, flags, keyExchangeKey, () => RANDOM_KEY).encrypted);
  };

  it.each([
    ["LMOWFv1", () => lmHash(crypto, "Password"), "e52cac67419a9a224a3b108f3fa6cb6d"],
    ["NTOWFv1", () => ntHash(crypto, "Password"), "a4f49c406510bdcab6824ee7c30fd852"],
    ["session base key", () => crypto.md4(ntHash(crypto, "Password")), "d87262b0cde4b1cb7499becccdf10784"],
    [
      "NT response",
      () => responsesV1(crypto, input).ntResponse,
      "67c43011f30298a2ad35ece64f16331c44bdbed927841f94",
    ],
    [
      "LM response",
      () => responsesV1(crypto, input).lmResponse,
      "98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13",
    ],
  ])("%s", (_, compute, expected) => expect(hexOf(compute())).toBe(expected));

  it("encrypted session key", () => expect(wrap(0)).toBe("518822b1b3f350c8958682ecbb3e3cb7"));
  it("encrypted session key, no NT key", () =>
    expect(wrap(NTLM_FLAGS.REQUEST_NON_NT_SESSION_KEY)).toBe("7452ca55c225a1ca04b48fae32cf56fc"));
  it("encrypted session key, LM key", () =>
    expect(wrap(NTLM_FLAGS.LM_KEY)).toBe("4cd7bb57d697ef9b549f02b8f9b37864"));
});

describe("MS-NLMP section 4.2.3: version 1 with session security", () => {
  const responses = responsesV1(crypto, {
    password: "Password",
    flags: 0x820a_8233,
    serverChallenge: SERVER_CHALLENGE,
    clientChallenge: CLIENT_CHALLENGE,
  });
  it.each([
    ["LM response", responses.lmResponse, `aaaaaaaaaaaaaaaa${"00".repeat(16)}`],
    ["NT response", responses.ntResponse, "7537f803ae367128ca458204bde7caf81e97ed2683267232"],
    ["key exchange key", responses.keyExchangeKey, "eb93429a8bd952f8b89c55b87f475edc"],
  ])("%s", (_, octets, expected) => expect(hexOf(octets)).toBe(expected));
});

describe("MS-NLMP section 4.2.4: version 2", () => {
  const responses = responsesV2(crypto, {
    user: "User",
    password: "Password",
    domain: "Domain",
    serverChallenge: SERVER_CHALLENGE,
    clientChallenge: CLIENT_CHALLENGE,
    timestamp: new Uint8Array(8),
    targetInfo: TARGET_INFO,
    serverTimestamp: false,
  });
  const key = sessionKey(crypto, 0xe28a_8233, responses.keyExchangeKey, () => RANDOM_KEY);
  it.each([
    ["NTOWFv2", ntHashV2(crypto, "User", "Password", "Domain"), "0c868a403bfd7a93a3001ef22ef02e3f"],
    ["LM response", responses.lmResponse, "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa"],
    ["NT proof", responses.ntResponse.slice(0, 16), "68cd0ab851e51c96aabc927bebef6a1c"],
    ["session base key", responses.keyExchangeKey, "8de40ccadbc14a82f15cb0ad0de95ca3"],
    ["encrypted session key", key.encrypted, "c5dad2544fc9799094ce1ce90bc9d03e"],
  ])("%s", (_, octets, expected) => expect(hexOf(octets)).toBe(expected));
});

/** The CHALLENGE_MESSAGE of section 4.2.4.3. */
const CHALLENGE = hex(`
  4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000 2400240044000000
  060070170000000f 530065007200760065007200 02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000`);

const ACCOUNT: Credentials = {
  username: "User",
  password: "Password",
  domain: "Domain",
  workstation: "COMPUTER",
};
const TARGET: NtlmTarget = { host: "mail.example.org", service: "smtp" };

function create(credentials: Credentials = ACCOUNT, target: NtlmTarget = TARGET): Mechanism {
  return createNtlm(
    credentials,
    target,
    { ...withRandom(CLIENT_CHALLENGE, RANDOM_KEY), now: () => 0 },
    legacyCrypto,
  );
}

async function authenticate(
  challenge: Uint8Array,
  credentials: Credentials = ACCOUNT,
  target: NtlmTarget = TARGET,
): Promise<{ negotiate: Uint8Array; message: Buffer; field: (at: number) => Buffer }> {
  const mechanism = create(credentials, target);
  const negotiate = (await mechanism.initial())!;
  const message = Buffer.from(await mechanism.respond(challenge));
  expect(mechanism.done).toBe(true);
  const field = (at: number): Buffer => {
    const offset = message.readUInt32LE(at + 4);
    return message.subarray(offset, offset + message.readUInt16LE(at));
  };
  return { negotiate, message, field };
}

function withFlags(flags: number, challenge = CHALLENGE): Uint8Array {
  const copy = Buffer.from(challenge);
  copy.writeUInt32LE(flags, 20);
  return new Uint8Array(copy);
}

function withTargetInfo(...pairs: readonly (readonly [number, string])[]): Uint8Array {
  const info = Buffer.concat([
    ...pairs.map(([id, value]) => {
      const octets = hex(value);
      return Buffer.concat([Uint8Array.of(id, 0, octets.length, 0), octets]);
    }),
    Buffer.alloc(4),
  ]);
  const head = Buffer.from(CHALLENGE.slice(0, 68));
  head.writeUInt16LE(info.length, 40);
  head.writeUInt16LE(info.length, 42);
  return new Uint8Array(Buffer.concat([head, info]));
}

const utf16 = (octets: Buffer): string => octets.toString("utf16le");
const [LM, NT, DOMAIN, USER, WORKSTATION, KEY] = [12, 20, 28, 36, 44, 52] as const;

describe("NTLM messages", () => {
  it("asks for Unicode, session security and target information, and tells nothing yet", async () => {
    expect(hexOf((await create().initial())!)).toBe(
      "4e544c4d5353500001000000" + "078288a0" + "0000000020000000" + "0000000020000000",
    );
  });

  it("answers the challenge of section 4.2.4.3 with version 2", async () => {
    const { field, message } = await authenticate(CHALLENGE);
    expect(utf16(field(DOMAIN))).toBe("Domain");
    expect(utf16(field(USER))).toBe("User");
    expect(utf16(field(WORKSTATION))).toBe("COMPUTER");
    expect(hexOf(field(LM))).toBe("86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa");
    expect(field(KEY).length).toBe(0);
    const blob = field(NT).subarray(16);
    const key = ntHashV2(crypto, "User", "Password", "Domain");
    const proof = createHmac("md5", key).update(SERVER_CHALLENGE).update(blob).digest();
    expect(field(NT).subarray(0, 16)).toEqual(proof);
    expect(hexOf(message.subarray(72, 88))).toBe("00".repeat(16));
    // What the server said of itself comes back first, then what this client adds.
    expect(hexOf(blob)).toContain(hexOf(TARGET_INFO.slice(0, -4)));
    expect(hexOf(blob)).toContain(`09003000${hexOf(encodeUtf16("SMTPSVC/mail.example.org"))}00000000`);
    expect(hexOf(blob)).toContain(`0a001000${"00".repeat(16)}`);
  });

  it("signs all three messages once the server told the time", async () => {
    const challenge = withTargetInfo([2, "44006f00"], [7, "0011223344556677"]);
    const { field, message, negotiate } = await authenticate(challenge);
    const blob = field(NT).subarray(16);
    expect(hexOf(blob.subarray(8, 16))).toBe("0011223344556677");
    expect(hexOf(blob)).toContain("0600040002000000");
    expect(hexOf(field(LM))).toBe("00".repeat(24));
    const baseKey = createHmac("md5", ntHashV2(crypto, "User", "Password", "Domain"))
      .update(field(NT).subarray(0, 16))
      .digest();
    const unsigned = Buffer.from(message);
    unsigned.fill(0, 72, 88);
    const mic = createHmac("md5", baseKey).update(negotiate).update(challenge).update(unsigned).digest();
    expect(message.subarray(72, 88)).toEqual(mic);
  });

  it("binds to the server's certificate", async () => {
    const serverEndPoint = createHash("sha256").update("certificate").digest();
    const { field } = await authenticate(CHALLENGE, ACCOUNT, { ...TARGET, serverEndPoint });
    const data = Buffer.concat([Buffer.from("tls-server-end-point:"), serverEndPoint]);
    const header = Buffer.alloc(20);
    header.writeUInt32LE(data.length, 16);
    const expected = createHash("md5").update(header).update(data).digest("hex");
    expect(hexOf(field(NT))).toContain(`0a001000${expected}`);
  });

  it("wraps a session key when asked to", async () => {
    const { field, message } = await authenticate(CHALLENGE, { ...ACCOUNT, ntlm: { keyExchange: true } });
    const baseKey = createHmac("md5", ntHashV2(crypto, "User", "Password", "Domain"))
      .update(field(NT).subarray(0, 16))
      .digest();
    expect(hexOf(field(KEY))).toBe(hexOf(legacyCrypto.rc4(baseKey, RANDOM_KEY)));
    expect(message.readUInt32LE(60) & NTLM_FLAGS.KEY_EXCHANGE).not.toBe(0);
  });

  it.each([
    ["plain", 0x0202_8233, "67c43011f30298a2ad35ece64f16331c44bdbed927841f94"],
    ["with session security", 0x820a_8233, "7537f803ae367128ca458204bde7caf81e97ed2683267232"],
  ])("speaks version 1 when asked to, %s", async (_, flags, expected) => {
    const { field } = await authenticate(withFlags(flags), { ...ACCOUNT, ntlm: { version: 1 } });
    expect(hexOf(field(NT))).toBe(expected);
    // The LM hash never leaves: without session security the NT response stands in its place.
    expect(hexOf(field(LM))).not.toBe("98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13");
  });

  it("takes version 2 to a server that sends no target information", async () => {
    const short = withFlags(0x0202_8233).slice(0, 32);
    short.fill(0, 12, 16);
    const { field } = await authenticate(short);
    expect(field(NT).length).toBe(16 + 28 + 4);
  });

  it.each([
    ["a domain of its own", { username: "u", domain: "D" }, "D", "u"],
    ["DOMAIN\\user", { username: "D\\u" }, "D", "u"],
    ["a principal name", { username: "u@example.org" }, "", "u@example.org"],
    ["a plain name: the server's own domain", { username: "u" }, "Server", "u"],
    ["non-ASCII", { username: "jürgen", domain: "Büro" }, "Büro", "jürgen"],
  ])("names the account: %s", async (_, account, domain, user) => {
    const { field } = await authenticate(CHALLENGE, { ...account, password: "Password" });
    expect([utf16(field(DOMAIN)), utf16(field(USER))]).toEqual([domain, user]);
  });

  it("speaks ASCII to a server without Unicode", async () => {
    const oem = withFlags(0x0202_8232).slice();
    oem.set(utf8("Server"), 56);
    oem[12] = 6;
    const { field } = await authenticate(oem, { username: "u", password: "p" });
    expect([field(DOMAIN).toString(), field(USER).toString()]).toEqual(["Server", "u"]);
    const mechanism = create({ username: "jürgen", password: "p" });
    await mechanism.initial();
    expect(await codeOf(() => mechanism.respond(oem))).toBe("ERR_SASL_CREDENTIALS_INVALID");
  });
});

describe("NTLM exchange", () => {
  it.each([
    ["an empty 334", new Uint8Array(0)],
    ["334 NTLM supported", utf8("NTLM supported")],
  ])("survives %s by sending its first message again, once", async (_, challenge) => {
    const mechanism = create();
    const negotiate = await mechanism.initial();
    expect(await mechanism.respond(challenge)).toEqual(negotiate);
    expect(mechanism.done).toBe(false);
    expect(
      Buffer.from(await mechanism.respond(CHALLENGE))
        .subarray(0, 7)
        .toString(),
    ).toBe("NTLMSSP");
    expect(mechanism.done).toBe(true);
    const other = create();
    await other.initial();
    await other.respond(challenge);
    expect(await codeOf(() => other.respond(challenge))).toBe("ERR_SASL_BAD_CHALLENGE");
  });

  it("ends after its last message", async () => {
    const mechanism = create();
    await mechanism.initial();
    await mechanism.respond(CHALLENGE);
    expect(await codeOf(() => mechanism.respond(CHALLENGE))).toBe("ERR_SASL_UNEXPECTED_CHALLENGE");
    expect(mechanism.done).toBe(false);
  });

  const spoiled = (change: (view: DataView, octets: Uint8Array) => void): Uint8Array => {
    const octets = CHALLENGE.slice();
    change(new DataView(octets.buffer), octets);
    return octets;
  };
  it.each([
    ["a message of type 1", spoiled((view) => view.setUint32(8, 1, true))],
    ["a message of type 3", spoiled((view) => view.setUint32(8, 3, true))],
    ["31 octets", CHALLENGE.slice(0, 31)],
    ["a target name that ends outside", spoiled((view) => view.setUint16(12, 0xffff, true))],
    ["a target name that begins outside", spoiled((view) => view.setUint32(16, 0x7fff_ffff, true))],
    ["a target name at the end of the numbers", spoiled((view) => view.setUint32(16, 0xffff_ffff, true))],
    ["a target name inside the header", spoiled((view) => view.setUint32(16, 4, true))],
    ["target information outside", spoiled((view) => view.setUint32(44, 1000, true))],
    ["target information without an end", spoiled((view) => view.setUint16(40, 32, true))],
    ["an attribute that ends outside", spoiled((view) => view.setUint16(70, 0xff00, true))],
    ["an attribute twice", withTargetInfo([2, "4400"], [2, "4400"])],
  ])("refuses %s", async (_, challenge) => {
    const mechanism = create();
    await mechanism.initial();
    expect(await codeOf(() => mechanism.respond(challenge))).toBe("ERR_SASL_BAD_CHALLENGE");
    expect(mechanism.done).toBe(false);
  });

  it.each([
    [{ username: "D\\", password: "p" }, "ERR_SASL_CREDENTIALS_INVALID"],
    [{ username: "u", password: "" }, "ERR_SASL_CREDENTIALS_MISSING"],
    [
      { username: "u", password: "p", ntlm: { version: 3 } } as unknown as Credentials,
      "ERR_SASL_INVALID_OPTION",
    ],
    [{ username: "u", password: "p", domain: "\0" }, "ERR_SASL_CREDENTIALS_INVALID"],
  ])("refuses %j", async (credentials, code) => expect(await codeOf(() => create(credentials))).toBe(code));
});
