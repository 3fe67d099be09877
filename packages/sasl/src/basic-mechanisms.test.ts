import { describe, expect, it } from "vitest";
import { createCramMd5, createLogin, createPlain, createXoauth2, requireDone, SaslError } from "./index.js";
import { nodeEnvironment } from "./node.js";
import { decodeLatin1, encodeUtf8 } from "./text.js";

const text = (octets: Uint8Array | null): string | null => (octets === null ? null : decodeLatin1(octets));

describe("PLAIN", () => {
  it.each([
    [{ username: "tim", password: "tanstaaftanstaaf" }, "\0tim\0tanstaaftanstaaf"],
    [{ username: "Kurt", password: "xipj3plmq", authorizationId: "Ursel" }, "Ursel\0Kurt\0xipj3plmq"],
    [{ username: "tim", password: "x", authorizationId: "" }, "\0tim\0x"],
  ])("%j", async (credentials, message) => {
    const mechanism = createPlain(credentials);
    expect(mechanism.done).toBe(false);
    expect(text(await mechanism.initial())).toBe(message);
    expect(mechanism.done).toBe(true);
    expect(() => mechanism.respond(new Uint8Array(0))).toThrow("after the last step");
    expect(mechanism.done).toBe(false);
    expect(() => requireDone(mechanism)).toThrow(SaslError);
  });
});

describe("LOGIN", () => {
  it("answers two prompts, whatever they say", async () => {
    const mechanism = createLogin({ username: "tim", password: "secret" });
    expect(await mechanism.initial()).toBe(null);
    expect(text(await mechanism.respond(encodeUtf8("Benutzer:")))).toBe("tim");
    expect(mechanism.done).toBe(false);
    expect(text(await mechanism.respond(new Uint8Array(0)))).toBe("secret");
    expect(mechanism.done).toBe(true);
    expect(() => mechanism.respond(encodeUtf8("Username:"))).toThrow(
      expect.objectContaining({ code: "ERR_SASL_UNEXPECTED_CHALLENGE", mechanism: "LOGIN" }),
    );
  });
});

describe("CRAM-MD5", () => {
  it("gives the answer of RFC 2195 section 2", async () => {
    const mechanism = createCramMd5({ username: "tim", password: "tanstaaftanstaaf" }, nodeEnvironment);
    expect(await mechanism.initial()).toBe(null);
    expect(text(await mechanism.respond(encodeUtf8("<1896.697170952@postoffice.reston.mci.net>")))).toBe(
      "tim b913a602c7eda7a495b4e6e7334d3890",
    );
    expect(mechanism.done).toBe(true);
  });
});

describe("XOAUTH2", () => {
  it("sends the token and owes an empty line after the error document", async () => {
    const mechanism = createXoauth2({
      username: "someuser@example.com",
      token: "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg",
    });
    expect(text(await mechanism.initial())).toBe(
      "user=someuser@example.com\x01auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01",
    );
    expect(mechanism.done).toBe(true);
    const challenge = '{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}';
    expect(await mechanism.respond(encodeUtf8(challenge))).toEqual(new Uint8Array(0));
    expect(mechanism.done).toBe(false);
    expect(mechanism.refusal).toMatchObject({ status: "400", schemes: "Bearer" });
  });
});
