import { describe, expect, it } from "vitest";
import { codeOf, textOf, utf8 } from "../test/octets.js";
import {
  type Credentials,
  createOauthBearer,
  createTokenSource,
  createXoauth2,
  type Mechanism,
} from "./index.js";

const TARGET = { host: "server.example.com", port: 143 };

describe("OAUTHBEARER as in RFC 7628 section 4", () => {
  const credentials = { username: "user@example.com", token: "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==" };

  it("sends the message of section 4.1", async () => {
    const mechanism = createOauthBearer(credentials, TARGET);
    expect(textOf(await mechanism.initial())).toBe(
      "n,a=user@example.com,\x01host=server.example.com\x01port=143\x01" +
        "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01",
    );
    expect(mechanism.done).toBe(true);
  });

  it("answers the error of section 4.3 with one octet 1", async () => {
    const mechanism = createOauthBearer(credentials, TARGET);
    await mechanism.initial();
    const document = {
      status: "invalid_token",
      scope: "example_scope",
      "openid-configuration": "https://example.com/.well-known/openid-configuration",
    };
    expect(await mechanism.respond(utf8(JSON.stringify(document)))).toEqual(Uint8Array.of(1));
    expect(mechanism.done).toBe(false);
    expect(mechanism.refusal).toEqual({
      status: "invalid_token",
      scope: "example_scope",
      schemes: undefined,
      openidConfiguration: "https://example.com/.well-known/openid-configuration",
    });
    expect(await codeOf(() => mechanism.respond(utf8("")))).toBe("ERR_SASL_UNEXPECTED_CHALLENGE");
  });

  it.each([
    [{ token: "t" }, "n,,\x01"],
    [{ token: "t", username: "a,b=c" }, "n,a=a=2Cb=3Dc,\x01"],
    [{ token: "t", username: "a", authorizationId: "z" }, "n,a=z,\x01"],
    [{ token: "t", username: "a", authorizationId: "" }, "n,a=a,\x01"],
    [{ token: "t", username: "jürgen" }, "n,a=jürgen,\x01"],
  ])("names the identity of %j", async (given, start) => {
    expect(textOf(await createOauthBearer(given, TARGET).initial())!.startsWith(start)).toBe(true);
  });
});

type Make = (credentials: Credentials) => Mechanism;
describe.each<[string, Make]>([
  ["XOAUTH2", (credentials) => createXoauth2(credentials)],
  ["OAUTHBEARER", (credentials) => createOauthBearer(credentials, TARGET)],
])("%s", (_, make) => {
  it.each([
    [
      "a separator in the username",
      { username: "a\x01auth=Bearer x", token: "t" },
      "ERR_SASL_CREDENTIALS_INVALID",
    ],
    ["NUL in the username", { username: "a\0", token: "t" }, "ERR_SASL_CREDENTIALS_INVALID"],
    ["a separator in the token", { username: "a", token: "t\x01\x01" }, "ERR_SASL_CREDENTIALS_INVALID"],
    ["a line end in the token", { username: "a", token: "t\r\n" }, "ERR_SASL_CREDENTIALS_INVALID"],
    ["a blank in the token", { username: "a", token: "Bearer t" }, "ERR_SASL_CREDENTIALS_INVALID"],
    ["no token", { username: "a" }, "ERR_SASL_CREDENTIALS_MISSING"],
    ["an empty token", { username: "a", token: "" }, "ERR_SASL_TOKEN_UNAVAILABLE"],
    ["a function that gives nothing", { username: "a", token: () => "" }, "ERR_SASL_TOKEN_UNAVAILABLE"],
    [
      "a function that rejects",
      { username: "a", token: () => Promise.reject(new Error("x")) },
      "ERR_SASL_TOKEN_UNAVAILABLE",
    ],
    [
      "a function that throws",
      {
        username: "a",
        token: () => {
          throw new Error("x");
        },
      },
      "ERR_SASL_TOKEN_UNAVAILABLE",
    ],
  ])("refuses %s", async (_, credentials, code) => {
    expect(await codeOf(() => make(credentials as Credentials).initial())).toBe(code);
  });

  it.each([
    ["an empty challenge", ""],
    ["no JSON", "authentication failed"],
    ["JSON that is no object", "null"],
    ["an array", "[1]"],
    ["fields of other types", '{"status":{},"scope":null,"schemes":[]}'],
  ])("takes %s as a refusal without reasons", async (_, challenge) => {
    const mechanism = make({ username: "a", token: "t" });
    await mechanism.initial();
    await mechanism.respond(utf8(challenge));
    expect(mechanism.done).toBe(false);
    expect(mechanism.refusal).toEqual({
      status: undefined,
      scope: undefined,
      schemes: undefined,
      openidConfiguration: undefined,
    });
  });

  it("shows of the error document printable text only, bounded, and never the token", async () => {
    const token = "a-very-secret-token";
    const mechanism = make({ username: "a", token });
    await mechanism.initial();
    const document = { status: 401, scope: `Bearer ${token}\r\n250 ok`, schemes: "x".repeat(5000) };
    await mechanism.respond(utf8(JSON.stringify(document)));
    expect(mechanism.refusal?.status).toBe("401");
    expect(mechanism.refusal?.scope).toBe("Bearer [hidden]??250 ok");
    expect(mechanism.refusal?.schemes?.length).toBe(201);
  });

  it("asks a token function once for exchanges that start together", async () => {
    let calls = 0;
    const token = async (): Promise<string> => `token-${++calls}`;
    const messages = await Promise.all([1, 2, 3].map(() => make({ username: "a", token }).initial()));
    expect(calls).toBe(1);
    expect(new Set(messages.map(textOf)).size).toBe(1);
    await make({ username: "a", token }).initial();
    expect(calls).toBe(2);
  });
});

describe("a token source", () => {
  function source(...lives: (number | undefined)[]) {
    const state = { now: 0, loads: 0 };
    const load = async () => ({ token: `token-${++state.loads}`, expiresAtMs: lives[state.loads - 1] });
    return { state, token: createTokenSource(load, { now: () => state.now, expiryMarginMs: 10 }) };
  }

  it("keeps a token until shortly before it expires", async () => {
    const { state, token } = source(100, undefined);
    expect(await token({})).toBe("token-1");
    state.now = 89;
    expect(await token({})).toBe("token-1");
    state.now = 90;
    expect(await token({})).toBe("token-2");
    state.now = 1e9;
    expect(await token({})).toBe("token-2");
  });

  it("loads once for all who ask at the same time", async () => {
    const { state, token } = source();
    expect(await Promise.all([token({}), token({}), token({})])).toEqual(["token-1", "token-1", "token-1"]);
    expect(state.loads).toBe(1);
  });

  it("replaces a refused token once, for all connections that it was refused to", async () => {
    const { state, token } = source();
    const refused = await token({});
    expect(await Promise.all([token({ refused }), token({ refused })])).toEqual(["token-2", "token-2"]);
    expect(await token({ refused })).toBe("token-2");
    expect(state.loads).toBe(2);
  });

  it("tries again after its loader failed", async () => {
    let calls = 0;
    const token = createTokenSource(
      () => {
        if (++calls === 1) throw new Error("offline");
        return "t";
      },
      { now: () => 0 },
    );
    await expect(token({})).rejects.toThrow("offline");
    expect(await token({})).toBe("t");
  });

  it("refuses options it does not know", async () => {
    expect(await codeOf(() => createTokenSource(() => "t", { now: () => 0, margin: 1 } as never))).toBe(
      "ERR_SASL_UNKNOWN_OPTION",
    );
    expect(await codeOf(() => createTokenSource(() => "t", { now: () => 0, expiryMarginMs: -1 }))).toBe(
      "ERR_SASL_INVALID_OPTION",
    );
  });
});

describe("a request for another token than the refused one", () => {
  it("fails when there is no other", async () => {
    const credentials = { username: "a", token: async () => "same" };
    expect(await codeOf(() => createXoauth2(credentials, { refused: "same" }).initial())).toBe(
      "ERR_SASL_TOKEN_REFUSED",
    );
  });

  it("is not satisfied by a call that began before the refusal", async () => {
    let calls = 0;
    const token = async (): Promise<string> => `token-${++calls}`;
    const early = createXoauth2({ username: "a", token }).initial();
    const late = createXoauth2({ username: "a", token }, { refused: "token-1" }).initial();
    expect(textOf(await early)).toContain("token-1");
    expect(textOf(await late)).toContain("token-2");
  });
});
