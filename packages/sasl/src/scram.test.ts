import { describe, expect, it } from "vitest";
import { codeOf, textOf, utf8, withRandom } from "../test/octets.js";
import { ScramServer } from "../test/scram-server.js";
import { type Credentials, createScram, type Mechanism, type ScramName, type ScramOptions } from "./index.js";
import { nodeEnvironment } from "./node.js";

const PENCIL: Credentials = { username: "user", password: "pencil" };

const VECTORS = [
  {
    source: "RFC 5802 section 5",
    name: "SCRAM-SHA-1",
    nonce: "fyko+d2lbbFgONRv9qkxdawL",
    serverFirst: "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    clientFinal: "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    serverFinal: "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
  },
  {
    source: "RFC 7677 section 3",
    name: "SCRAM-SHA-256",
    nonce: "rOprNGfwEbeRWgbNEkqO",
    serverFirst: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    clientFinal:
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    serverFinal: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
  },
] as const;

function start(vector: (typeof VECTORS)[number]): Mechanism {
  return createScram(vector.name, PENCIL, withRandom(new Uint8Array(Buffer.from(vector.nonce, "base64"))));
}

describe.each(VECTORS)("$name as in $source", (vector) => {
  it("speaks the example", async () => {
    const mechanism = start(vector);
    expect(textOf(await mechanism.initial())).toBe(`n,,n=user,r=${vector.nonce}`);
    expect(textOf(await mechanism.respond(utf8(vector.serverFirst)))).toBe(vector.clientFinal);
    expect(mechanism.done).toBe(false);
    expect(await mechanism.respond(utf8(vector.serverFinal))).toEqual(new Uint8Array(0));
    expect(mechanism.done).toBe(true);
  });

  const [r, s, i] = vector.serverFirst.split(",") as [string, string, string];
  it.each([
    ["a nonce that is only the client's", `r=${vector.nonce},${s},${i}`, "ERR_SASL_NONCE_MISMATCH"],
    ["a nonce of another exchange", `r=x${r.slice(3)},${s},${i}`, "ERR_SASL_NONCE_MISMATCH"],
    ["an empty nonce", `r=,${s},${i}`, "ERR_SASL_BAD_CHALLENGE"],
    ["no nonce", `${s},${i}`, "ERR_SASL_BAD_CHALLENGE"],
    ["a salt that is not base64", `${r},s=QQ=,${i}`, "ERR_SASL_BAD_CHALLENGE"],
    ["a salt with stray bits", `${r},s=QR==,${i}`, "ERR_SASL_BAD_CHALLENGE"],
    ["an empty salt", `${r},s=,${i}`, "ERR_SASL_BAD_CHALLENGE"],
    ["no salt", `${r},${i}`, "ERR_SASL_BAD_CHALLENGE"],
    ["no iterations", `${r},${s}`, "ERR_SASL_BAD_CHALLENGE"],
    ["no iterations, but the word", `${r},${s},i=`, "ERR_SASL_BAD_CHALLENGE"],
    ["i=0", `${r},${s},i=0`, "ERR_SASL_BAD_CHALLENGE"],
    ["i=-1", `${r},${s},i=-1`, "ERR_SASL_BAD_CHALLENGE"],
    ["i=04096", `${r},${s},i=04096`, "ERR_SASL_BAD_CHALLENGE"],
    ["i=1e4", `${r},${s},i=1e4`, "ERR_SASL_BAD_CHALLENGE"],
    ["i=1", `${r},${s},i=1`, "ERR_SASL_ITERATIONS_TOO_FEW"],
    ["i=4095", `${r},${s},i=4095`, "ERR_SASL_ITERATIONS_TOO_FEW"],
    ["i=600001", `${r},${s},i=600001`, "ERR_SASL_ITERATIONS_TOO_MANY"],
    ["i=2147483647", `${r},${s},i=2147483647`, "ERR_SASL_ITERATIONS_TOO_MANY"],
    ["a number of a thousand digits", `${r},${s},i=${"9".repeat(1000)}`, "ERR_SASL_ITERATIONS_TOO_MANY"],
    ["a mandatory extension", `m=x,${r},${s},${i}`, "ERR_SASL_BAD_CHALLENGE"],
    ["another order", `${s},${r},${i}`, "ERR_SASL_BAD_CHALLENGE"],
    ["a blank after it", `${vector.serverFirst} `, "ERR_SASL_BAD_CHALLENGE"],
    ["junk", "334", "ERR_SASL_BAD_CHALLENGE"],
    ["nothing", "", "ERR_SASL_BAD_CHALLENGE"],
    ["an error", "e=unknown-user", "ERR_SASL_SERVER_REFUSED"],
    ["too much", "r=".padEnd(12_289, "r"), "ERR_SASL_CHALLENGE_TOO_LONG"],
  ])("refuses a first message with %s", async (_, message, code) => {
    const mechanism = start(vector);
    await mechanism.initial();
    expect(await codeOf(() => mechanism.respond(utf8(message)))).toBe(code);
    expect(mechanism.done).toBe(false);
    expect(await codeOf(() => mechanism.respond(utf8(vector.serverFirst)))).toBe("ERR_SASL_WRONG_STATE");
  });

  it.each([
    ["a wrong verifier", `v=${Buffer.alloc(20).toString("base64")}`, "ERR_SASL_SERVER_NOT_PROVEN"],
    ["half a verifier", vector.serverFinal.slice(0, 14), "ERR_SASL_SERVER_NOT_PROVEN"],
    ["no verifier", "v=", "ERR_SASL_BAD_CHALLENGE"],
    ["nothing", "", "ERR_SASL_BAD_CHALLENGE"],
    ["the first message again", vector.serverFirst, "ERR_SASL_BAD_CHALLENGE"],
    ["an error", "e=invalid-proof", "ERR_SASL_SERVER_REFUSED"],
    ["other channel", "e=channel-bindings-dont-match", "ERR_SASL_CHANNEL_BINDING_MISMATCH"],
    ["a cut offer", "e=server-does-support-channel-binding", "ERR_SASL_DOWNGRADE_DETECTED"],
    ["an error of its own making", "e=pencil", "ERR_SASL_SERVER_REFUSED"],
  ])("refuses a final message with %s", async (_, message, code) => {
    const mechanism = start(vector);
    await mechanism.initial();
    await mechanism.respond(utf8(vector.serverFirst));
    let seen: unknown;
    expect(
      await codeOf(async () => {
        try {
          await mechanism.respond(utf8(message));
        } catch (error) {
          seen = error;
          throw error;
        }
      }),
    ).toBe(code);
    expect(String(seen)).not.toContain("pencil");
    expect(mechanism.done).toBe(false);
  });

  it("takes extensions it does not know, and none of a third challenge", async () => {
    const mechanism = start(vector);
    await mechanism.initial();
    await mechanism.respond(utf8(`${vector.serverFirst},x=y`));
    await expect(async () => mechanism.respond(utf8(vector.serverFinal))).rejects.toThrow("did not prove");
    const other = start(vector);
    await other.initial();
    await other.respond(utf8(vector.serverFirst));
    await other.respond(utf8(`${vector.serverFinal},x=y`));
    expect(other.done).toBe(true);
    expect(await codeOf(() => other.respond(utf8("")))).toBe("ERR_SASL_UNEXPECTED_CHALLENGE");
    expect(other.done).toBe(false);
  });
});

const BINDING = Buffer.from("these octets are the channel");
const FAMILY: readonly [ScramName, "sha1" | "sha256" | "sha512"][] = [
  ["SCRAM-SHA-1", "sha1"],
  ["SCRAM-SHA-256", "sha256"],
  ["SCRAM-SHA-512", "sha512"],
  ["SCRAM-SHA-1-PLUS", "sha1"],
  ["SCRAM-SHA-256-PLUS", "sha256"],
  ["SCRAM-SHA-512-PLUS", "sha512"],
];

async function converse(
  name: ScramName,
  server: ScramServer,
  credentials: Credentials = PENCIL,
  options: ScramOptions = {},
): Promise<Mechanism> {
  const mechanism = createScram(name, credentials, nodeEnvironment, options);
  const proof = await mechanism.respond(server.first((await mechanism.initial())!));
  await mechanism.respond(server.final(proof));
  return mechanism;
}

describe.each(FAMILY)("%s", (name, digest) => {
  const options: ScramOptions = name.endsWith("-PLUS")
    ? { binding: { type: "tls-exporter", octets: BINDING } }
    : {};

  it("is accepted by a server written apart, and accepts it", async () => {
    const server = new ScramServer({ digest, password: "pencil", binding: BINDING });
    expect((await converse(name, server, PENCIL, options)).done).toBe(true);
    expect(server.clientFirst.startsWith(name.endsWith("-PLUS") ? "p=tls-exporter,,n=" : "n,,n=")).toBe(true);
  });

  it("is refused with another password", async () => {
    const server = new ScramServer({ digest, password: "pen", binding: BINDING });
    expect(await codeOf(() => converse(name, server, PENCIL, options))).toBe("ERR_SASL_SERVER_REFUSED");
  });
});

describe("channel binding", () => {
  it.each(["tls-exporter", "tls-unique", "tls-server-end-point"] as const)("names %s", async (type) => {
    const server = new ScramServer({ digest: "sha256", password: "pencil", binding: BINDING });
    await converse("SCRAM-SHA-256-PLUS", server, PENCIL, { binding: { type, octets: BINDING } });
    expect(server.clientFirst.startsWith(`p=${type},,n=user,r=`)).toBe(true);
  });

  it("fails when the server sees another channel", async () => {
    const server = new ScramServer({ digest: "sha256", password: "pencil", binding: Buffer.from("other") });
    const binding = { type: "tls-unique", octets: BINDING } as const;
    expect(await codeOf(() => converse("SCRAM-SHA-256-PLUS", server, PENCIL, { binding }))).toBe(
      "ERR_SASL_CHANNEL_BINDING_MISMATCH",
    );
  });

  it.each([
    ["y: it could, and the server offers no -PLUS", { plusOffered: false }, true, "y,,"],
    ["n: it could, and the server offers -PLUS", { plusOffered: true }, true, "n,,"],
    ["n: it could not", { plusOffered: false }, false, "n,,"],
  ])("says %s", async (_, options, able, header) => {
    const binding = able ? ({ type: "tls-unique", octets: BINDING } as const) : undefined;
    const server = new ScramServer({ digest: "sha256", password: "pencil" });
    await converse("SCRAM-SHA-256", server, PENCIL, { ...options, binding });
    expect(server.clientFirst.startsWith(`${header}n=`)).toBe(true);
  });

  it("needs its octets", async () => {
    expect(await codeOf(() => createScram("SCRAM-SHA-1-PLUS", PENCIL, nodeEnvironment))).toBe(
      "ERR_SASL_CHANNEL_BINDING_UNAVAILABLE",
    );
  });
});

describe("names", () => {
  it.each([
    ["=,", "n,,n==3D=2C,r="],
    ["a=b,c=d", "n,,n=a=3Db=2Cc=3Dd,r="],
    ["jürgen@example.org", "n,,n=jürgen@example.org,r="],
    ["I\u00adX", "n,,n=IX,r="],
    ["ª", "n,,n=a,r="],
  ])("sends %j escaped and prepared", async (username, start) => {
    const server = new ScramServer({ digest: "sha1", password: "pencil" });
    expect((await converse("SCRAM-SHA-1", server, { username, password: "pencil" })).done).toBe(true);
    expect(server.clientFirst.startsWith(start)).toBe(true);
  });

  it("asks to act as another, and leaves an empty identity out", async () => {
    const server = new ScramServer({ digest: "sha1", password: "pencil" });
    await converse("SCRAM-SHA-1", server, { ...PENCIL, authorizationId: "a=b,c" });
    expect(server.clientFirst.startsWith("n,a=a=3Db=2Cc,n=user,r=")).toBe(true);
    const other = new ScramServer({ digest: "sha1", password: "pencil" });
    await converse("SCRAM-SHA-1", other, { ...PENCIL, authorizationId: "" });
    expect(other.clientFirst.startsWith("n,,n=user,r=")).toBe(true);
  });

  it("prepares the password: what was typed with a no-break space fits what was stored with a blank", async () => {
    const server = new ScramServer({ digest: "sha1", password: "pen cil IX" });
    expect(
      (await converse("SCRAM-SHA-1", server, { username: "user", password: "pen\u00a0cil \u2168" })).done,
    ).toBe(true);
  });
});

describe("iteration limits", () => {
  it("can be widened by name", async () => {
    const server = new ScramServer({ digest: "sha1", password: "pencil", iterations: 1000 });
    expect((await converse("SCRAM-SHA-1", server, PENCIL, { iterations: { minimum: 1000 } })).done).toBe(
      true,
    );
  });

  it.each([
    [{ minimum: 0 }, "ERR_SASL_INVALID_OPTION"],
    [{ minimum: 10, maximum: 5 }, "ERR_SASL_INVALID_OPTION"],
    [{ maximum: Number.NaN }, "ERR_SASL_INVALID_OPTION"],
    [{ max: 5 }, "ERR_SASL_UNKNOWN_OPTION"],
  ])("refuse %j", async (iterations, code) => {
    const make = () => createScram("SCRAM-SHA-1", PENCIL, nodeEnvironment, { iterations } as ScramOptions);
    expect(await codeOf(make)).toBe(code);
  });
});
