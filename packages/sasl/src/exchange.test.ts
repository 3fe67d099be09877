import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeOf, textOf, utf8 } from "../test/octets.js";
import { ScramServer } from "../test/scram-server.js";
import { CATALOGUE, type MechanismContext } from "./catalogue.js";
import {
  apopDigest,
  createCramMd5,
  createDigestMd5,
  createLogin,
  createPlain,
  createScram,
  type Mechanism,
  requireDone,
  SaslError,
} from "./index.js";
import { nodeEnvironment } from "./node.js";

const PASSWORD = "correct horse";
/** The work of a real PBKDF2 belongs to the tests of SCRAM; here it is one hash. */
const environment: MechanismContext["environment"] = {
  ...nodeEnvironment,
  pbkdf2: async (algorithm, password, salt) => nodeEnvironment.hmac(algorithm, password, salt),
  gssapi: async () => ({
    complete: true,
    step: async () => utf8("token"),
    wrap: async (octets) => octets,
    unwrap: async (octets) => octets,
  }),
};
const context: MechanismContext = {
  credentials: {
    username: "ann",
    password: PASSWORD,
    token: "secret-token",
    external: true,
    gssapi: true,
    anonymous: true,
  },
  environment,
  host: "mail.example",
  port: 587,
  service: "smtp",
  binding: { type: "tls-exporter", octets: utf8("channel") },
  plusOffered: true,
  serverEndPoint: () => utf8("certificate"),
  scramIterations: undefined,
  tokenRequest: {},
};
const SHOWS_SECRET = new Set(["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"]);

const words = fc.constantFrom(
  "r=",
  "s=QQ==",
  "i=4096",
  "i=2147483647",
  ",",
  "v=",
  "e=x",
  "m=",
  'nonce="a"',
  "algorithm=md5-sess",
  "qop=auth",
  "NTLMSSP\0\x02\0\0\0",
  "{",
  '"status":"400"',
  "}",
  "rspauth=",
  "=",
  '"',
  "\\",
  "\0",
  "\x01",
  "\r\n",
);
const challenge = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(words, { maxLength: 12 }).map((list) => utf8(list.join(""))),
  fc.array(words, { maxLength: 12 }).map((list) => utf8(list.join(","))),
  fc.constantFrom(0, 1, 12_288, 12_289).map((length) => new Uint8Array(length).fill(0x22)),
);

describe.each(CATALOGUE.map((row) => [row.name, row] as const))("%s", (name, row) => {
  it("answers whatever comes, or ends with a SaslError, in a bounded number of steps", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(challenge, { minLength: 12, maxLength: 12 }), async (challenges) => {
        const mechanism = await row.create(context);
        await mechanism.initial();
        let answers = 0;
        try {
          for (const octets of challenges) {
            const response = await mechanism.respond(octets);
            answers++;
            expect(response).toBeInstanceOf(Uint8Array);
            expect(response.length).toBeLessThan(16_384);
            if (!SHOWS_SECRET.has(name)) {
              expect(Buffer.from(response).includes(PASSWORD)).toBe(false);
            }
          }
        } catch (error) {
          if (!SaslError.is(error)) throw error;
          expect(mechanism.done).toBe(false);
        }
        expect(answers).toBeLessThanOrEqual(8);
        // Nothing but the right proof ends an exchange that proves the server.
        if (name.startsWith("SCRAM") || name === "DIGEST-MD5") expect(mechanism.done).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps to its order of calls", async () => {
    const mechanism = await row.create(context);
    expect(await codeOf(() => mechanism.respond(utf8("")))).toBe("ERR_SASL_WRONG_STATE");
    const other = await row.create(context);
    await other.initial();
    expect(await codeOf(() => other.initial())).toBe("ERR_SASL_WRONG_STATE");
    expect(await codeOf(() => other.respond(new Uint8Array(12_289)))).toBe("ERR_SASL_CHALLENGE_TOO_LONG");
    expect(await codeOf(() => other.respond(utf8("")))).toBe("ERR_SASL_WRONG_STATE");
    expect(() => requireDone(other)).toThrow(
      expect.objectContaining({ code: "ERR_SASL_SERVER_NOT_PROVEN", security: true }),
    );
  });
});

describe("an honest exchange in which one octet was changed", () => {
  const index = fc.nat({ max: 10_000 });
  const octet = fc.integer({ min: 1, max: 255 });
  const spoil = (octets: Uint8Array, at: number, mask: number): Uint8Array =>
    octets.map((value, position) => (position === at % octets.length ? value ^ mask : value));

  it.each(["first", "final"] as const)("is not finished by SCRAM (%s message)", async (which) => {
    await fc.assert(
      fc.asyncProperty(index, octet, async (at, mask) => {
        const server = new ScramServer({ digest: "sha1", password: PASSWORD });
        const mechanism = createScram("SCRAM-SHA-1", context.credentials, nodeEnvironment, {
          iterations: { maximum: 50_000 },
        });
        const first = server.first((await mechanism.initial())!);
        try {
          const proof = await mechanism.respond(which === "first" ? spoil(first, at, mask) : first);
          const final = server.final(proof);
          await mechanism.respond(which === "final" ? spoil(final, at, mask) : final);
        } catch (error) {
          expect(SaslError.is(error)).toBe(true);
        }
        expect(mechanism.done).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

describe("success that the server reports too early", () => {
  it.each<[string, () => Mechanism, readonly string[]]>([
    ["before the password", () => createLogin(context.credentials), ["Username:"]],
    ["before the digest", () => createCramMd5(context.credentials, environment), []],
    ["without SCRAM's proof", () => createScram("SCRAM-SHA-1", context.credentials, environment), []],
    [
      "without rspauth",
      () => createDigestMd5(context.credentials, { host: "h", service: "smtp" }, environment),
      ['nonce="a",algorithm=md5-sess'],
    ],
  ])("is not believed: %s", async (_, create, challenges) => {
    const mechanism = create();
    await mechanism.initial();
    for (const text of challenges) await mechanism.respond(utf8(text));
    expect(() => requireDone(mechanism)).toThrow("before the exchange had ended");
  });

  it("is believed when it is time", async () => {
    const mechanism = createPlain(context.credentials);
    await mechanism.initial();
    requireDone(mechanism);
  });
});

describe("an environment that fails", () => {
  it.each<[string, Partial<MechanismContext["environment"]>]>([
    [
      "by throwing",
      {
        hmac: () => {
          throw new Error("digital envelope routines::unsupported");
        },
      },
    ],
    ["by rejecting", { pbkdf2: () => Promise.reject(new Error("digital envelope routines::unsupported")) }],
  ])("is named as the cause: %s", async (_, changes) => {
    const mechanism = createScram("SCRAM-SHA-1", context.credentials, { ...environment, ...changes });
    const nonce = textOf(await mechanism.initial())!.split("r=")[1];
    await expect(async () => mechanism.respond(utf8(`r=${nonce}x,s=QQ==,i=4096`))).rejects.toMatchObject({
      code: "ERR_SASL_CRYPTO_UNAVAILABLE",
      mechanism: "SCRAM-SHA-1",
      cause: { message: "digital envelope routines::unsupported" },
    });
  });
});

describe("APOP", () => {
  it("gives the digest of RFC 1939 section 7", () => {
    expect(apopDigest("<1896.697170952@dbc.mtview.ca.us>", "tanstaaf", nodeEnvironment)).toBe(
      "c4c9334bac560ecc979e58001b3e22fb",
    );
  });

  it.each(["", "1896@x", "<1896>", "<a@b", "<a@b>\r\n", "<a@\x80>", "<a<b@c>"])(
    "refuses the timestamp %j",
    async (timestamp) => {
      expect(await codeOf(() => apopDigest(timestamp, "tanstaaf", nodeEnvironment))).toBe(
        "ERR_SASL_BAD_CHALLENGE",
      );
    },
  );
});

describe("SaslError", () => {
  it("is known by its brand across copies of the package", () => {
    expect(SaslError.is(new SaslError("ERR_SASL_BAD_CHALLENGE"))).toBe(true);
    expect([new Error("x"), null, undefined, {}, "ERR_SASL_BAD_CHALLENGE"].map(SaslError.is)).toEqual(
      Array(5).fill(false),
    );
    expect(new SaslError("ERR_SASL_BAD_CHALLENGE")).toMatchObject({
      name: "SaslError",
      security: false,
      mechanism: undefined,
    });
  });
});
