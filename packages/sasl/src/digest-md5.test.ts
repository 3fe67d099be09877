import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { codeOf, textOf, utf8, withRandom } from "../test/octets.js";
import type { SaslEnvironment } from "./environment.js";
import { type Credentials, createDigestMd5, type Mechanism } from "./index.js";
import { nodeEnvironment } from "./node.js";

const CHRIS: Credentials = { username: "chris", password: "secret" };
const HOST = "elwood.innosoft.com";

/**
 * The RFC's cnonces are text that our hexadecimal ones can never be, so the digests are computed with them by a copy of
 * the formula and compared with the RFC's; the mechanism then has to agree with the formula.
 */
function formula(parts: {
  username: string;
  realm: string;
  password: string;
  nonce: string;
  cnonce: string;
  uri: string;
  authzid?: string;
}): { response: string; rspauth: string } {
  const md5 = (data: string | Buffer): Buffer => createHash("md5").update(data).digest();
  const secret = md5(Buffer.from(`${parts.username}:${parts.realm}:${parts.password}`, "latin1"));
  const authzid = parts.authzid === undefined ? "" : `:${parts.authzid}`;
  const ha1 = md5(Buffer.concat([secret, Buffer.from(`:${parts.nonce}:${parts.cnonce}${authzid}`)])).toString(
    "hex",
  );
  const digest = (a2: string): string =>
    md5(`${ha1}:${parts.nonce}:00000001:${parts.cnonce}:auth:${md5(a2).toString("hex")}`).toString("hex");
  return { response: digest(`AUTHENTICATE:${parts.uri}`), rspauth: digest(`:${parts.uri}`) };
}

describe("the formula", () => {
  it.each([
    {
      nonce: "OA6MG9tEQGm2hh",
      cnonce: "OA6MHXh6VqTrRk",
      uri: `imap/${HOST}`,
      response: "d388dad90d4bbd760a152321f2143af7",
      rspauth: "ea40f60335c427b5527b84dbabcdfffd",
    },
    {
      nonce: "OA9BSXrbuRhWay",
      cnonce: "OA9BSuZWMSpW8m",
      uri: `acap/${HOST}`,
      response: "6084c6db3fede7352c551284490fd0fc",
      rspauth: "2f0b3d7c3c2e486600ef710726aa2eae",
    },
  ])("gives the examples of RFC 2831 section 4 ($uri)", ({ response, rspauth, ...parts }) => {
    expect(formula({ ...parts, username: "chris", realm: HOST, password: "secret" })).toEqual({
      response,
      rspauth,
    });
  });
});

const NONCE = "OA6MG9tEQGm2hh";
const CNONCE = "000102030405060708090a0b0c0d0e0f";
const environment: SaslEnvironment = withRandom(new Uint8Array(Buffer.from(CNONCE, "hex")));
const CHALLENGE = `realm="${HOST}",nonce="${NONCE}",qop="auth",algorithm=md5-sess,charset=utf-8`;

function start(credentials: Credentials = CHRIS, service = "imap"): Mechanism {
  const mechanism = createDigestMd5(credentials, { host: HOST, service }, environment);
  expect(mechanism.initial()).toBe(null);
  return mechanism;
}

describe("DIGEST-MD5", () => {
  const parts = {
    username: "chris",
    realm: HOST,
    password: "secret",
    nonce: NONCE,
    cnonce: CNONCE,
    uri: `imap/${HOST}`,
  };

  it("answers the challenge of RFC 2831 and verifies the server", async () => {
    const { response, rspauth } = formula(parts);
    const mechanism = start();
    expect(textOf(await mechanism.respond(utf8(CHALLENGE)))).toBe(
      `charset=utf-8,username="chris",realm="${HOST}",nonce="${NONCE}",nc=00000001,cnonce="${CNONCE}",` +
        `digest-uri="imap/${HOST}",response=${response},qop=auth`,
    );
    expect(mechanism.done).toBe(false);
    expect(await mechanism.respond(utf8(`rspauth=${rspauth}`))).toEqual(new Uint8Array(0));
    expect(mechanism.done).toBe(true);
    expect(await codeOf(() => mechanism.respond(utf8("")))).toBe("ERR_SASL_UNEXPECTED_CHALLENGE");
  });

  it("draws its cnonce from the environment as text that needs no quoting", async () => {
    const mechanism = createDigestMd5(CHRIS, { host: HOST, service: "smtp" }, nodeEnvironment);
    mechanism.initial();
    expect(textOf(await mechanism.respond(utf8(CHALLENGE)))).toMatch(/cnonce="[0-9a-f]{32}"/);
  });

  it("acts as another", async () => {
    const mechanism = start({ ...CHRIS, authorizationId: 'an "other"' });
    const { response } = formula({ ...parts, authzid: 'an "other"' });
    const answer = textOf(await mechanism.respond(utf8(CHALLENGE)))!;
    expect(answer).toContain(`response=${response},`);
    expect(answer).toContain('authzid="an \\"other\\""');
  });

  it.each([
    ["the first of several realms", CHRIS, 'realm="a",realm="b",', 'realm="a"', "a"],
    ["the caller's realm", { ...CHRIS, realm: "b" }, 'realm="a",realm="b",', 'realm="b"', "b"],
    ["no realm where there is none", CHRIS, "", 'username="chris",nonce', ""],
    ["the caller's realm where there is none", { ...CHRIS, realm: "b" }, "", 'realm="b"', "b"],
    [
      "a realm with quotes, as quoted",
      CHRIS,
      'realm="a \\"b\\" \\\\",',
      'realm="a \\"b\\" \\\\"',
      'a "b" \\',
    ],
  ])("takes %s", async (_, credentials, realms, expected, realm) => {
    const mechanism = start(credentials);
    const answer = textOf(
      await mechanism.respond(utf8(`${realms}nonce="${NONCE}",algorithm=md5-sess,charset=utf-8`)),
    )!;
    expect(answer).toContain(expected);
    expect(answer).toContain(`response=${formula({ ...parts, realm }).response}`);
  });

  it.each([
    ["ISO 8859-1 where it can, though UTF-8 is spoken", "jürgen", "jürgen", ",charset=utf-8", "jürgen"],
    ["UTF-8 where it must", "юрий", Buffer.from("юрий").toString("latin1"), ",charset=utf-8", "юрий"],
  ])("hashes %s", async (_, username, hashed, charset, sent) => {
    const mechanism = start({ username, password: "secret" });
    const answer = textOf(
      await mechanism.respond(utf8(`realm="${HOST}",nonce="${NONCE}",algorithm=md5-sess${charset}`)),
    )!;
    expect(answer).toContain(`username="${sent}"`);
    expect(answer).toContain(`response=${formula({ ...parts, username: hashed }).response}`);
  });

  it("sends ISO 8859-1 to a server without UTF-8, and nothing that it cannot hold", async () => {
    const challenge = utf8(`nonce="${NONCE}",algorithm=md5-sess`);
    const answer = await start({ username: "jürgen", password: "secret" }).respond(challenge);
    expect(Buffer.from(answer).toString("latin1")).toContain('username="jürgen"');
    const other = start({ username: "юрий", password: "secret" });
    expect(await codeOf(() => other.respond(challenge))).toBe("ERR_SASL_CREDENTIALS_INVALID");
  });

  it.each([
    ["no nonce", 'qop="auth",algorithm=md5-sess', "ERR_SASL_BAD_CHALLENGE"],
    ["an empty nonce", 'nonce="",algorithm=md5-sess', "ERR_SASL_BAD_CHALLENGE"],
    ["two nonces", 'nonce="a",nonce="b",algorithm=md5-sess', "ERR_SASL_BAD_CHALLENGE"],
    ["no algorithm", 'nonce="a"', "ERR_SASL_BAD_CHALLENGE"],
    ["another algorithm", 'nonce="a",algorithm=md5', "ERR_SASL_BAD_CHALLENGE"],
    ["two algorithms", 'nonce="a",algorithm=md5-sess,algorithm=md5', "ERR_SASL_BAD_CHALLENGE"],
    ["another charset", 'nonce="a",algorithm=md5-sess,charset=x', "ERR_SASL_BAD_CHALLENGE"],
    [
      "no quality that fits",
      'nonce="a",algorithm=md5-sess,qop="auth-int,auth-conf"',
      "ERR_SASL_SECURITY_LAYER",
    ],
    ["an open quote", 'nonce="a', "ERR_SASL_BAD_CHALLENGE"],
    ["an escape at the end", 'nonce="a\\', "ERR_SASL_BAD_CHALLENGE"],
    ["two values", 'nonce="a" "b"', "ERR_SASL_BAD_CHALLENGE"],
    ["no value", "nonce=", "ERR_SASL_BAD_CHALLENGE"],
    ["junk", "\0\x01\xff", "ERR_SASL_BAD_CHALLENGE"],
    ["nothing", "", "ERR_SASL_BAD_CHALLENGE"],
  ])("refuses a challenge with %s", async (_, challenge, code) => {
    const mechanism = start();
    expect(await codeOf(() => mechanism.respond(utf8(challenge)))).toBe(code);
  });

  it("reads odd spelling: blanks, empty elements, upper case, several qualities", async () => {
    const odd = `, REALM = "${HOST}" ,\r\n NONCE="${NONCE}",, QOP="auth-int, AUTH",ALGORITHM=MD5-SESS,charset=UTF-8,cipher="rc4",`;
    expect(textOf(await start().respond(utf8(odd)))).toContain(formula(parts).response);
  });

  it.each([
    ["a wrong proof", `rspauth=${"0".repeat(32)}`, "ERR_SASL_SERVER_NOT_PROVEN"],
    ["half a proof", `rspauth=${formula(parts).rspauth.slice(0, 16)}`, "ERR_SASL_SERVER_NOT_PROVEN"],
    ["the proof that the client gave", `rspauth=${formula(parts).response}`, "ERR_SASL_SERVER_NOT_PROVEN"],
    ["no proof", "", "ERR_SASL_SERVER_NOT_PROVEN"],
    ["two proofs", `rspauth=${formula(parts).rspauth},rspauth=x`, "ERR_SASL_BAD_CHALLENGE"],
    ["another challenge", CHALLENGE, "ERR_SASL_SERVER_NOT_PROVEN"],
  ])("refuses %s", async (_, final, code) => {
    const mechanism = start();
    await mechanism.respond(utf8(CHALLENGE));
    expect(await codeOf(() => mechanism.respond(utf8(final)))).toBe(code);
    expect(mechanism.done).toBe(false);
  });

  it.each([
    ["username", { username: "a\r\nb", password: "p" }],
    ["identity", { username: "a", password: "p", authorizationId: "a\x01" }],
    ["realm", { username: "a", password: "p", realm: "\x7f" }],
  ])("refuses a control character in the %s", async (_, credentials) => {
    const make = () => createDigestMd5(credentials, { host: HOST, service: "smtp" }, environment);
    expect(await codeOf(make)).toBe("ERR_SASL_CREDENTIALS_INVALID");
  });
});
