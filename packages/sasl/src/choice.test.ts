import { describe, expect, it } from "vitest";
import { codeOf, textOf, utf8 } from "../test/octets.js";
import { CATALOGUE } from "./catalogue.js";
import {
  type ChannelBindingType,
  type Credentials,
  nextMechanism,
  type SelectOptions,
  selectMechanisms,
} from "./index.js";
import { nodeEnvironment } from "./node.js";

const EVERYTHING = CATALOGUE.map(({ name }) => name);
const PASSWORD: Credentials = { username: "ann", password: "secret" };
const TLS = { active: true, verified: true };
const PLAINTEXT = { active: false, verified: false };
const bound =
  (...types: ChannelBindingType[]) =>
  (type: ChannelBindingType) =>
    types.includes(type) ? utf8(`octets of ${type}`) : undefined;

function select(options: Partial<SelectOptions> = {}) {
  return selectMechanisms({
    offered: EVERYTHING,
    credentials: PASSWORD,
    tls: TLS,
    host: "mail.example",
    port: 587,
    service: "smtp",
    environment: nodeEnvironment,
    ...options,
  });
}
const names = (options: Partial<SelectOptions> = {}): string[] => select(options).map(({ name }) => name);

describe("the order", () => {
  it.each<[string, Partial<SelectOptions>, string[]]>([
    [
      "a password, TLS and a channel binding",
      { channelBinding: bound("tls-exporter") },
      [
        "SCRAM-SHA-512-PLUS",
        "SCRAM-SHA-256-PLUS",
        "SCRAM-SHA-1-PLUS",
        "SCRAM-SHA-512",
        "SCRAM-SHA-256",
        "SCRAM-SHA-1",
        "DIGEST-MD5",
        "CRAM-MD5",
        "NTLM",
        "PLAIN",
        "LOGIN",
      ],
    ],
    [
      "a password, no TLS: no binding and nothing that shows it",
      { tls: PLAINTEXT, channelBinding: bound("tls-exporter") },
      ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "NTLM"],
    ],
    ["a common server", { offered: ["login", "Plain"] }, ["PLAIN", "LOGIN"]],
    ["a token", { credentials: { username: "ann", token: "t" } }, ["OAUTHBEARER", "XOAUTH2"]],
    ["a token without a name", { credentials: { token: "t" } }, ["OAUTHBEARER"]],
    [
      "a token beside a password: the token was asked for",
      { credentials: { ...PASSWORD, token: "t" }, offered: ["PLAIN", "XOAUTH2", "SCRAM-SHA-256"] },
      ["XOAUTH2", "SCRAM-SHA-256", "PLAIN"],
    ],
    ["a certificate", { credentials: { external: true } }, ["EXTERNAL"]],
    ["nobody", { credentials: { anonymous: "trace" } }, ["ANONYMOUS"]],
    [
      "Kerberos first",
      { credentials: { ...PASSWORD, gssapi: true }, offered: ["PLAIN", "GSSAPI"] },
      ["GSSAPI", "PLAIN"],
    ],
    ["the caller's own order", { only: ["login", "CRAM-MD5"] }, ["LOGIN", "CRAM-MD5"]],
    [
      "the caller's own order, as far as it is offered",
      { only: ["LOGIN", "CRAM-MD5"], offered: ["CRAM-MD5", "PLAIN"] },
      ["CRAM-MD5"],
    ],
    [
      "an environment without legacy crypto",
      { environment: { ...nodeEnvironment, legacyCrypto: undefined }, offered: ["NTLM", "PLAIN"] },
      ["PLAIN"],
    ],
  ])("for %s", (_, options, expected) => expect(names(options)).toEqual(expected));
});

describe("clear text", () => {
  it.each<[string, Partial<SelectOptions>, string[]]>([
    ["needs TLS", { tls: TLS }, ["PLAIN", "LOGIN"]],
    [
      "passes in TLS that was not verified, which is the caller's own choice",
      { tls: { active: true, verified: false } },
      ["PLAIN", "LOGIN"],
    ],
    [
      "passes without TLS when all of it is allowed",
      { tls: PLAINTEXT, allowClearText: true },
      ["PLAIN", "LOGIN"],
    ],
    [
      "passes without TLS when it is allowed by name",
      { tls: PLAINTEXT, allowClearText: ["login"] },
      ["LOGIN"],
    ],
  ])("%s", (_, options, expected) =>
    expect(names({ offered: ["PLAIN", "LOGIN"], ...options })).toEqual(expected),
  );

  it.each([undefined, false, [], ["CRAM-MD5"]])(
    "is refused without TLS when %j is allowed",
    async (allowClearText) => {
      const run = () => select({ offered: ["PLAIN", "LOGIN"], tls: PLAINTEXT, allowClearText });
      expect(await codeOf(run)).toBe("ERR_SASL_CLEAR_TEXT_REFUSED");
    },
  );

  it("covers tokens", async () => {
    const run = () => select({ tls: PLAINTEXT, credentials: { username: "ann", token: "t" } });
    expect(await codeOf(run)).toBe("ERR_SASL_CLEAR_TEXT_REFUSED");
  });
});

describe("nothing to choose", () => {
  it.each<[string, Partial<SelectOptions>, string]>([
    ["the server offers nothing", { offered: [] }, "ERR_SASL_NONE_OFFERED"],
    ["the server offers only what is unknown", { offered: ["GS2-KRB5", "X-LOGIN"] }, "ERR_SASL_NONE_USABLE"],
    ["there are no credentials", { credentials: {} }, "ERR_SASL_CREDENTIALS_MISSING"],
    [
      "the password is empty",
      { credentials: { username: "ann", password: "" } },
      "ERR_SASL_CREDENTIALS_MISSING",
    ],
    [
      "the wanted one is not offered",
      { offered: ["PLAIN"], only: ["SCRAM-SHA-256-PLUS"] },
      "ERR_SASL_NONE_USABLE",
    ],
    ["the wanted one lacks its binding", { only: ["SCRAM-SHA-256-PLUS"] }, "ERR_SASL_NONE_USABLE"],
    ["the wanted one does not exist", { only: ["SCRAM-SHA-3"] }, "ERR_SASL_UNKNOWN_MECHANISM"],
    ["an option does not exist", { allowCleartext: true } as never, "ERR_SASL_UNKNOWN_OPTION"],
    ["a credential does not exist", { credentials: { user: "ann" } } as never, "ERR_SASL_UNKNOWN_OPTION"],
    [
      "an NTLM option does not exist",
      { credentials: { ...PASSWORD, ntlm: { v: 1 } } } as never,
      "ERR_SASL_UNKNOWN_OPTION",
    ],
    [
      "a Kerberos option does not exist",
      { credentials: { gssapi: { realm: "X" } } } as never,
      "ERR_SASL_UNKNOWN_OPTION",
    ],
    ["the iteration limits are no range", { scramIterations: { minimum: -1 } }, "ERR_SASL_INVALID_OPTION"],
  ])("when %s", async (_, options, code) => expect(await codeOf(() => select(options))).toBe(code));
});

describe("a downgrade is shown", () => {
  it("names every stronger mechanism that credentials would have served, and why it is not used", () => {
    const [choice] = select({ offered: ["SCRAM-SHA-256-PLUS", "DIGEST-MD5", "PLAIN"], only: ["PLAIN"] });
    expect(choice?.skipped).toContainEqual({ name: "DIGEST-MD5", reason: "not-asked-for" });
    expect(choice?.skipped.some(({ name }) => name === "XOAUTH2")).toBe(false);
    const [other] = select({ offered: ["SCRAM-SHA-256-PLUS", "PLAIN"], tls: TLS });
    expect(other?.skipped).toContainEqual({ name: "SCRAM-SHA-256-PLUS", reason: "no-channel-binding" });
    expect(other?.skipped).toContainEqual({ name: "CRAM-MD5", reason: "not-offered" });
    const [third] = select({
      offered: ["PLAIN", "CRAM-MD5", "XOAUTH2"],
      tls: PLAINTEXT,
      credentials: { ...PASSWORD, token: "t" },
    });
    expect(third?.name).toBe("CRAM-MD5");
    expect(third?.skipped).toContainEqual({ name: "XOAUTH2", reason: "clear-text" });
  });

  it("has nothing to show when the strongest is used", () => {
    const [choice] = select({ channelBinding: bound("tls-exporter") });
    expect(choice?.skipped).toEqual([]);
  });
});

describe("channel binding", () => {
  it.each<[string, ChannelBindingType[], string | undefined, ChannelBindingType[] | undefined, string]>([
    ["TLS 1.3", ["tls-exporter", "tls-server-end-point"], "TLSv1.3", undefined, "p=tls-exporter,,"],
    [
      "TLS 1.2",
      ["tls-exporter", "tls-unique", "tls-server-end-point"],
      "TLSv1.2",
      undefined,
      "p=tls-unique,,",
    ],
    ["no other", ["tls-server-end-point"], "TLSv1.3", undefined, "p=tls-server-end-point,,"],
    [
      "the caller's order",
      ["tls-exporter", "tls-server-end-point"],
      "TLSv1.3",
      ["tls-server-end-point"],
      "p=tls-server-end-point,,",
    ],
  ])("takes what servers mean: %s", async (_, types, protocol, channelBindingTypes, start) => {
    const [choice] = select({
      channelBinding: bound(...types),
      tls: { ...TLS, protocol },
      channelBindingTypes,
    });
    const mechanism = await choice!.create();
    expect(textOf(await mechanism.initial())!.startsWith(start)).toBe(true);
  });

  it.each<[string, string[], string]>([
    [
      "n where -PLUS is offered but another mechanism was asked for",
      ["SCRAM-SHA-256", "SCRAM-SHA-1-PLUS"],
      "n,,n=ann",
    ],
    ["y where no -PLUS is offered, so that a cut offer is found out", ["SCRAM-SHA-256"], "y,,n=ann"],
  ])("says %s", async (_, offered, start) => {
    const [choice] = select({ offered, only: ["SCRAM-SHA-256"], channelBinding: bound("tls-exporter") });
    expect(textOf(await (await choice!.create()).initial())!.startsWith(start)).toBe(true);
  });
});

describe("every choice makes its mechanism", () => {
  const gssapi = async () => ({
    complete: false,
    step: async () => utf8("token"),
    wrap: async (octets: Uint8Array) => octets,
    unwrap: async (octets: Uint8Array) => octets,
  });
  const everything: Credentials = { ...PASSWORD, token: "t", external: true, gssapi: true, anonymous: true };
  const choices = select({
    credentials: everything,
    channelBinding: bound("tls-server-end-point"),
    environment: { ...nodeEnvironment, gssapi },
  });
  it("and there is one for each row of the catalogue", () =>
    expect(choices.map(({ name }) => name)).toEqual(EVERYTHING));
  it.each(choices.map((choice) => [choice.name, choice] as const))("%s", async (name, choice) => {
    const mechanism = await choice.create();
    expect(mechanism.name).toBe(name);
    expect(mechanism.done).toBe(false);
    await mechanism.initial();
    expect(await choice.create()).not.toBe(mechanism);
  });

  it("GSSAPI for the service and host that the credentials name", async () => {
    const requests: unknown[] = [];
    const environment = {
      ...nodeEnvironment,
      gssapi: (request: unknown) => {
        requests.push(request);
        return gssapi();
      },
    };
    await select({ credentials: { gssapi: true }, environment })[0]!.create();
    const own = { service: "host", host: "real.example", principal: "ann@X" };
    await select({ credentials: { gssapi: own }, environment })[0]!.create();
    expect(requests).toEqual([{ service: "smtp", host: "mail.example", principal: undefined }, own]);
  });
});

describe("what may follow a refusal", () => {
  const offered = ["SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN"];
  const choices = select({ offered });
  const [scram, cram, plain, login] = choices as [
    (typeof choices)[0],
    (typeof choices)[0],
    (typeof choices)[0],
    (typeof choices)[0],
  ];
  it.each([
    ["504", [{ choice: scram, replyCode: 504 }], TLS, cram],
    ["534", [{ choice: scram, replyCode: 534 }], TLS, cram],
    [
      "504 in TLS that was not verified",
      [{ choice: scram, replyCode: 504 }],
      { active: true, verified: false },
      cram,
    ],
    ["504: clear text only in verified TLS", [{ choice: cram, replyCode: 504 }], TLS, plain],
    [
      "504: no clear text in TLS that was not verified",
      [{ choice: cram, replyCode: 504 }],
      { active: true, verified: false },
      undefined,
    ],
    ["504: no clear text without TLS", [{ choice: cram, replyCode: 504 }], PLAINTEXT, undefined],
    ["504 PLAIN", [{ choice: plain, replyCode: 504 }], TLS, login],
    ["504 of the last", [{ choice: login, replyCode: 504 }], TLS, undefined],
    ["535", [{ choice: scram, replyCode: 535 }], TLS, undefined],
    ["454", [{ choice: scram, replyCode: 454 }], TLS, undefined],
    ["538", [{ choice: scram, replyCode: 538 }], TLS, undefined],
    ["501", [{ choice: scram, replyCode: 501 }], TLS, undefined],
    ["421", [{ choice: scram, replyCode: 421 }], TLS, undefined],
    [
      "504 twice: two tries in all",
      [
        { choice: scram, replyCode: 504 },
        { choice: cram, replyCode: 504 },
      ],
      TLS,
      undefined,
    ],
    ["nothing yet", [], TLS, scram],
  ] as const)("%s", (_, attempts, tls, expected) =>
    expect(nextMechanism(choices, attempts, tls)).toBe(expected),
  );

  it("after 535 is one fresh token, and never two", async () => {
    let calls = 0;
    const token = async (): Promise<string> => `token-${++calls}`;
    const given = select({ credentials: { username: "ann", token }, offered: ["XOAUTH2"] });
    const first = nextMechanism(given, [], TLS)!;
    expect(textOf(await (await first.create()).initial())).toContain("token-1");
    const refused = { choice: first, replyCode: 535, refusal: undefined };
    const second = nextMechanism(given, [refused], TLS)!;
    expect(second.name).toBe("XOAUTH2");
    expect(textOf(await (await second.create()).initial())).toContain("token-2");
    expect(nextMechanism(given, [refused, { choice: second, replyCode: 535 }], TLS)).toBe(undefined);
    expect(second.withFreshToken).toBe(undefined);
  });

  it("is no fresh token when the scope is what was refused, or when the token is fixed", async () => {
    const given = select({ credentials: { username: "ann", token: async () => "t" }, offered: ["XOAUTH2"] });
    await (await given[0]!.create()).initial();
    const refusal = {
      status: "insufficient_scope",
      scope: undefined,
      schemes: undefined,
      openidConfiguration: undefined,
    };
    expect(nextMechanism(given, [{ choice: given[0]!, replyCode: 535, refusal }], TLS)).toBe(undefined);
    const fixed = select({ credentials: { username: "ann", token: "t" }, offered: ["XOAUTH2"] });
    expect(nextMechanism(fixed, [{ choice: fixed[0]!, replyCode: 535 }], TLS)).toBe(undefined);
  });

  it("says so when the fresh token is the stale one", async () => {
    const given = select({
      credentials: { username: "ann", token: async () => "same" },
      offered: ["XOAUTH2"],
    });
    await (await given[0]!.create()).initial();
    const second = nextMechanism(given, [{ choice: given[0]!, replyCode: 535 }], TLS)!;
    expect(await codeOf(async () => (await second.create()).initial())).toBe("ERR_SASL_TOKEN_REFUSED");
  });
});
