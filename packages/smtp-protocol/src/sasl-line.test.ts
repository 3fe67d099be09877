import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64, parseSaslChallenge, serializeSaslLine } from "./sasl-line.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const challenge = (...lines: string[]) => parseSaslChallenge({ code: 334, lines });

describe("line of the client", () => {
  it.each([
    [bytes("user"), "dXNlcg==\r\n"],
    [new Uint8Array(), "\r\n"],
    [null, "*\r\n"],
  ])("%s", (octets, line) => expect(serializeSaslLine(octets)).toBe(line));

  it("is at most 12,288 octets", () => {
    expect(serializeSaslLine(new Uint8Array(9213))).toHaveLength(12286);
    expect(() => serializeSaslLine(new Uint8Array(9216))).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_LINE_TOO_LONG" }),
    );
  });
});

describe("challenge", () => {
  it.each([
    ["VXNlcm5hbWU6", "Username:"],
    ["", ""],
    ["=", ""],
    ["  VXNlcm5hbWU6  ", "Username:"],
    ["dXNlcg==", "user"],
    ["dXNlcg", "user"],
    ["Username:", "Username:"],
    ["PASSWORD:", "PASSWORD:"],
    ["GSSAPI supported", ""],
    ["ntlm supported", ""],
  ])("%j", (text, octets) => expect(challenge(text)).toEqual(bytes(octets)));

  it.each(["not base64", "dXNlcg=", "dXNlc===", "d", "dXN!cg==", "dXNl\u0141g==", "go\x1b"])(
    "%j is refused",
    (text) =>
      expect(() => challenge(text)).toThrow(expect.objectContaining({ code: "ERR_SMTP_CHALLENGE_SYNTAX" })),
  );

  it("of several lines, of another code and of 8 MiB is refused", () => {
    expect(() => challenge("dXNl", "cg==")).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_CHALLENGE_SYNTAX" }),
    );
    expect(() => challenge("A".repeat(8 << 20))).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_CHALLENGE_TOO_LONG" }),
    );
    expect(() => parseSaslChallenge({ code: 235, lines: [""] })).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_UNEXPECTED_REPLY" }),
    );
  });
});

describe("base64", () => {
  it("comes back, with and without padding, and agrees with the platform", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (octets) => {
        const text = encodeBase64(octets);
        expect(text).toBe(btoa(String.fromCharCode(...octets)));
        expect(decodeBase64(text)).toEqual(octets);
        expect(decodeBase64(text.replace(/=+$/, ""))).toEqual(octets);
      }),
    );
  });
});
