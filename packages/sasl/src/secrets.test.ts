import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "../test/octets.js";
import { CATALOGUE } from "./catalogue.js";
import {
  type Credentials,
  type Mechanism,
  protectCredentials,
  redactSecrets,
  selectMechanisms,
} from "./index.js";
import { nodeEnvironment } from "./node.js";

const PASSWORD = "correct horse battery";
const TOKEN = "ya29.secret-token";
const SECRET: Credentials = {
  username: "ann",
  password: PASSWORD,
  token: TOKEN,
  external: true,
  anonymous: "trace",
  gssapi: true,
};

function shown(value: unknown): string {
  const options = { depth: 10, showHidden: true, getters: true };
  return `${inspect(value, options)} ${String(value)} ${JSON.stringify(value) ?? ""}`;
}

function expectNoSecret(text: string): void {
  for (const secret of [PASSWORD, TOKEN]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(secret).toString("base64").slice(0, 10));
    expect(text).not.toContain(Buffer.from(secret).toString("hex"));
  }
}

const choices = selectMechanisms({
  offered: CATALOGUE.map(({ name }) => name),
  credentials: SECRET,
  tls: { active: true, verified: true },
  channelBinding: () => utf8("channel"),
  host: "mail.example",
  port: 587,
  service: "smtp",
  environment: {
    ...nodeEnvironment,
    gssapi: async () => ({
      complete: true,
      step: async () => utf8("token"),
      wrap: async (octets: Uint8Array) => octets,
      unwrap: async (octets: Uint8Array) => octets,
    }),
  },
});

describe("protected credentials", () => {
  const held = protectCredentials(SECRET);
  it("give what they hold to who asks by name", () => {
    expect([held.username, held.password, held.token]).toEqual(["ann", PASSWORD, TOKEN]);
  });

  it("show no secret to inspect, JSON, spread, a template or a copy of their entries", () => {
    expectNoSecret(
      `${inspect(held)} ${JSON.stringify({ held })} ${inspect({ ...held })} ${held} ${Object.entries(held)}`,
    );
    expect(inspect(held)).toContain("ann");
    expect(JSON.parse(JSON.stringify(held))).toMatchObject({
      username: "ann",
      password: "[hidden]",
      token: "[hidden]",
    });
  });

  it("are chosen from like plain ones", () => {
    const options = {
      tls: { active: true, verified: true },
      host: "mail.example",
      port: 587,
      service: "smtp",
      environment: nodeEnvironment,
      offered: ["PLAIN", "XOAUTH2"],
    };
    expect(selectMechanisms({ ...options, credentials: held }).map(({ name }) => name)).toEqual([
      "XOAUTH2",
      "PLAIN",
    ]);
  });
});

describe.each(choices.map((choice) => [choice.name, choice] as const))("%s", (_, choice) => {
  it("shows no secret when it, its choice or its error is logged, at any step", async () => {
    const mechanism: Mechanism = await choice.create();
    expectNoSecret(shown(choice) + shown(mechanism));
    await mechanism.initial();
    expectNoSecret(shown(mechanism));
    for (let round = 0; round < 20; round++) {
      try {
        // What the server sends is what it learnt or guessed: the worst it can put into an error.
        await mechanism.respond(utf8(`e=${PASSWORD},nonce="${PASSWORD}",r=${TOKEN} ${PASSWORD}`));
      } catch (error) {
        expectNoSecret(shown(error) + (error as Error).stack);
        break;
      }
      expectNoSecret(shown(mechanism));
      expect(round).toBeLessThan(19);
    }
  });
});

describe("credentials that cannot be carried", () => {
  // GSSAPI carries none of them.
  it.each(choices.map((choice) => choice.name).filter((name) => name !== "GSSAPI"))(
    "are named in the error of %s, not shown",
    async (name) => {
      const bad = `${PASSWORD}\0`;
      const options = {
        tls: { active: true, verified: true },
        host: "h",
        port: 1,
        service: "smtp",
        environment: nodeEnvironment,
      };
      const credentials = {
        username: "ann",
        password: bad,
        token: `${TOKEN}\0`,
        authorizationId: bad,
        anonymous: bad,
        external: true,
      };
      const run = async () => {
        const [choice] = selectMechanisms({
          ...options,
          offered: [name],
          credentials,
          channelBinding: () => utf8("x"),
        });
        await (await choice!.create()).initial();
      };
      const error: unknown = await run().then(
        () => undefined,
        (cause: unknown) => cause,
      );
      expect(error).toMatchObject({ code: "ERR_SASL_CREDENTIALS_INVALID" });
      expectNoSecret(shown(error));
    },
  );
});

describe("redactSecrets", () => {
  it.each([
    ["as it is", `535 no: ${PASSWORD}`],
    ["in a PLAIN message", `535 ${Buffer.from(`\0ann\0${PASSWORD}`).toString("base64")}`],
    ["in a LOGIN message", `535 ${Buffer.from(PASSWORD).toString("base64")}`],
    ["in a URL", `smtp://ann:${encodeURIComponent(PASSWORD)}@mail.example`],
    ["in hexadecimal", Buffer.from(PASSWORD).toString("hex").toUpperCase()],
  ])("hides it %s", (_, text) => {
    const clean = redactSecrets(text, [PASSWORD, undefined, ""]);
    expect(clean).toContain("[hidden]");
    expectNoSecret(clean);
  });

  it("hides base64 at every alignment: nothing that is left decodes to much of the secret", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 12 }),
        fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 30 }),
        fc.string({ maxLength: 12 }),
        (before, secret, after) => {
          const clean = redactSecrets(Buffer.from(before + secret + after).toString("base64"), [secret]);
          expect(clean).toContain("[hidden]");
          for (const piece of clean.split("[hidden]"))
            expect(Buffer.from(piece, "base64").toString()).not.toContain(secret);
        },
      ),
    );
  });

  it("leaves other text alone", () => {
    expect(redactSecrets("250 2.0.0 Ok: queued as 4XyZ", [PASSWORD, TOKEN])).toBe(
      "250 2.0.0 Ok: queued as 4XyZ",
    );
  });
});
