import { describe, expect, it } from "vitest";
import {
  type Credentials,
  createCramMd5,
  createDigestMd5,
  createPlain,
  createScram,
  createXoauth2,
  type Mechanism,
  nextMechanism,
  requireDone,
  type SaslEnvironment,
  type SelectOptions,
  selectMechanisms,
} from "../src/index.js";
import { nodeEnvironment } from "../src/node.js";
import { codeOf, textOf, utf8 } from "./octets.js";
import { ScramServer } from "./scram-server.js";

const ANN: Credentials = { username: "ann", password: "secret" };
const TLS = { active: true, verified: true };
const BASE = { tls: TLS, host: "mail.example", port: 587, service: "smtp", environment: nodeEnvironment };
const ALL = ["SCRAM-SHA-256", "DIGEST-MD5", "CRAM-MD5", "NTLM", "PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"];

function select(options: Partial<SelectOptions> = {}) {
  return selectMechanisms({ ...BASE, offered: ALL, credentials: ANN, ...options });
}

/** As a client does it: the answers of the server until it stops asking, then the verdict on its success. */
async function run(mechanism: Mechanism, ...challenges: readonly (Uint8Array | string)[]): Promise<void> {
  await mechanism.initial();
  for (const challenge of challenges) {
    await mechanism.respond(typeof challenge === "string" ? utf8(challenge) : challenge);
  }
  requireDone(mechanism);
}

describe("S1: credentials in plaintext", () => {
  it("are a security error without TLS, unless they were allowed", async () => {
    const options = { offered: ["PLAIN"], tls: { active: false, verified: false } };
    await expect(async () => select(options)).rejects.toMatchObject({
      code: "ERR_SASL_CLEAR_TEXT_REFUSED",
      security: true,
    });
    expect(select({ ...options, allowClearText: ["PLAIN"] })[0]?.name).toBe("PLAIN");
  });
});

describe("S2: AUTH stripped", () => {
  it("is an error, not a session without a login", async () => {
    expect(await codeOf(() => select({ offered: [] }))).toBe("ERR_SASL_NONE_OFFERED");
  });
});

describe("S3: downgrade", () => {
  it("never shows the same password again in a weaker form after 535, and tries twice at most", () => {
    const choices = select();
    const [first, second] = choices;
    expect(nextMechanism(choices, [{ choice: first!, replyCode: 535 }], TLS)).toBe(undefined);
    const twice = [
      { choice: first!, replyCode: 504 },
      { choice: second!, replyCode: 504 },
    ];
    expect(nextMechanism(choices, twice, TLS)).toBe(undefined);
  });
});

describe("S4: endless 334", () => {
  it.each(ALL)("ends after the last step of %s", async (name) => {
    const credentials = { ...ANN, token: "t" };
    const mechanism = await select({ only: [name], credentials })[0]!.create();
    await mechanism.initial();
    let answers = 0;
    const code = await codeOf(async () => {
      for (; answers < 42; answers++) await mechanism.respond(utf8('nonce="a",algorithm=md5-sess'));
    });
    expect(code).toMatch(/^ERR_SASL_(UNEXPECTED_CHALLENGE|BAD_CHALLENGE|SERVER_NOT_PROVEN)$/);
    expect(answers).toBeLessThanOrEqual(2);
  });
});

describe("S5: bad challenge", () => {
  it.each<[string, () => Mechanism, (Uint8Array | string)[], string]>([
    [
      "8 MiB",
      () => createCramMd5(ANN, nodeEnvironment),
      [new Uint8Array(8 << 20)],
      "ERR_SASL_CHALLENGE_TOO_LONG",
    ],
    [
      "octets that are no text",
      () => createScram("SCRAM-SHA-1", ANN, nodeEnvironment),
      [Uint8Array.of(0xff)],
      "ERR_SASL_BAD_CHALLENGE",
    ],
    [
      "a wrong rspauth",
      () => createDigestMd5(ANN, BASE, nodeEnvironment),
      ['nonce="a",algorithm=md5-sess', `rspauth=${"f".repeat(32)}`],
      "ERR_SASL_SERVER_NOT_PROVEN",
    ],
  ])("is refused: %s", async (_, create, challenges, code) => {
    expect(await codeOf(() => run(create(), ...challenges))).toBe(code);
  });

  it("is refused: NTLM offsets outside the buffer", async () => {
    const challenge = Buffer.alloc(48);
    challenge.write("NTLMSSP\0\x02", "latin1");
    challenge.writeUInt16LE(16, 12);
    challenge.writeUInt32LE(0xffff_fff0, 16);
    const mechanism = await select({ only: ["NTLM"] })[0]!.create();
    expect(await codeOf(() => run(mechanism, challenge))).toBe("ERR_SASL_BAD_CHALLENGE");
  });
});

function scram(environment: SaslEnvironment = nodeEnvironment): {
  mechanism: Mechanism;
  first(rest: string): Promise<string>;
} {
  const mechanism = createScram("SCRAM-SHA-256", ANN, environment);
  const first = async (rest: string): Promise<string> => {
    const nonce = textOf(await mechanism.initial())!.split("r=")[1]!;
    return codeOf(() => mechanism.respond(utf8(rest.replace("NONCE", nonce))));
  };
  return { mechanism, first };
}

describe("S6 and S7: the cost of SCRAM", () => {
  it.each([
    ["i=2147483647", "ERR_SASL_ITERATIONS_TOO_MANY"],
    ["i=600001", "ERR_SASL_ITERATIONS_TOO_MANY"],
    ["i=1", "ERR_SASL_ITERATIONS_TOO_FEW"],
    ["i=4095", "ERR_SASL_ITERATIONS_TOO_FEW"],
  ])("is refused before anything is hashed: %s", async (iterations, code) => {
    let hashed = 0;
    const pbkdf2 = async (): Promise<Uint8Array> => new Uint8Array(hashed++);
    expect(await scram({ ...nodeEnvironment, pbkdf2 }).first(`r=NONCEx,s=QQ==,${iterations}`)).toBe(code);
    expect(hashed).toBe(0);
  });

  it("is not paid on the event loop", async () => {
    const { mechanism } = scram();
    const server = new ScramServer({ digest: "sha256", password: "secret", iterations: 100_000 });
    const answer = mechanism.respond(server.first((await mechanism.initial())!));
    let turns = 0;
    const turning = setInterval(() => turns++, 0);
    await answer;
    clearInterval(turning);
    expect(turns).toBeGreaterThan(0);
  });
});

describe("S8: the protocol of SCRAM", () => {
  it.each([
    ["a nonce that is equal", "r=NONCE,s=QQ==,i=4096", "ERR_SASL_NONCE_MISMATCH"],
    ["a nonce that is not extended", "r=xNONCE,s=QQ==,i=4096", "ERR_SASL_NONCE_MISMATCH"],
    ["m=", "m=x,r=NONCEx,s=QQ==,i=4096", "ERR_SASL_BAD_CHALLENGE"],
    ["junk", "junk", "ERR_SASL_BAD_CHALLENGE"],
    ["e=", "e=other-error", "ERR_SASL_SERVER_REFUSED"],
  ])("%s ends the exchange", async (_, message, code) => expect(await scram().first(message)).toBe(code));
});

describe("S9: a server that is not proven", () => {
  const server = (): ScramServer => new ScramServer({ digest: "sha256", password: "secret" });
  it("wrong v=", async () => {
    const { mechanism } = scram();
    await mechanism.respond(server().first((await mechanism.initial())!));
    const wrong = utf8(`v=${Buffer.alloc(32).toString("base64")}`);
    expect(await codeOf(() => mechanism.respond(wrong))).toBe("ERR_SASL_SERVER_NOT_PROVEN");
    // And 235 after it all the same.
    expect(() => requireDone(mechanism)).toThrow(expect.objectContaining({ security: true }));
  });

  it("235 without the server's last message", async () => {
    const { mechanism } = scram();
    await mechanism.respond(server().first((await mechanism.initial())!));
    expect(() => requireDone(mechanism)).toThrow(
      expect.objectContaining({ code: "ERR_SASL_SERVER_NOT_PROVEN", security: true }),
    );
  });
});

describe("S10: field injection", () => {
  it.each<[string, () => Mechanism]>([
    ["NUL in PLAIN", () => createPlain({ ...ANN, username: "ann\0bob" })],
    ["NUL in a password", () => createPlain({ ...ANN, password: "a\0b" })],
    ["octet 1 in XOAUTH2", () => createXoauth2({ username: "a\x01auth=Bearer x", token: "t" })],
  ])("is refused: %s", async (_, create) =>
    expect(await codeOf(create)).toBe("ERR_SASL_CREDENTIALS_INVALID"),
  );

  it("is escaped: `,` and `=` in the names of SCRAM", async () => {
    const mechanism = createScram("SCRAM-SHA-1", { ...ANN, username: "a,n=root" }, nodeEnvironment);
    expect(textOf(await mechanism.initial())).toMatch(/^n,,n=a=2Cn=3Droot,r=[^,]+$/);
  });
});

describe("S11: secrets in errors", () => {
  it("an XOAUTH2 error document that repeats the token is redacted", async () => {
    const mechanism = createXoauth2({ username: "ann", token: "ya29.token-token" });
    await mechanism.initial();
    const encoded = Buffer.from("Bearer ya29.token-token").toString("base64");
    await mechanism.respond(utf8(JSON.stringify({ status: "ya29.token-token", scope: encoded })));
    expect(mechanism.refusal?.status).toBe("[hidden]");
    expect(Buffer.from(mechanism.refusal!.scope!, "base64").toString()).not.toContain("ya29");
  });
});

describe("S12: channel binding", () => {
  const channelBinding = () => utf8("channel");
  it("is used when both can", async () => {
    const [choice] = select({ offered: ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"], channelBinding });
    expect(choice?.name).toBe("SCRAM-SHA-256-PLUS");
  });

  it.each([
    ["rewritten to y", "y"],
    ["rewritten to n", "n"],
    ["rewritten to another type", "p=tls-unique"],
  ])("cannot be taken away on the way: gs2 flag %s", async (_, flag) => {
    const octets = Buffer.from("channel");
    const server = new ScramServer({ digest: "sha256", password: "secret", binding: octets });
    const mechanism = createScram("SCRAM-SHA-256-PLUS", ANN, nodeEnvironment, {
      binding: { type: "tls-exporter", octets },
    });
    const rewritten = textOf(await mechanism.initial())!.replace("p=tls-exporter", flag);
    const proof = await mechanism.respond(server.first(utf8(rewritten)));
    expect(textOf(server.final(proof))).toBe("e=channel-bindings-dont-match");
    expect(await codeOf(() => mechanism.respond(server.final(proof)))).toBe(
      "ERR_SASL_CHANNEL_BINDING_MISMATCH",
    );
  });

  it("a cut offer is told to the server by gs2 flag y", async () => {
    const [choice] = select({ offered: ["SCRAM-SHA-256"], channelBinding });
    expect(textOf(await (await choice!.create()).initial())).toMatch(/^y,,/);
  });
});
