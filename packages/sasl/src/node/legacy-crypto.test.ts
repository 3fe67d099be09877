import { createCipheriv, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hex, hexOf, utf8 } from "../../test/octets.js";
import { legacyCrypto } from "./legacy-crypto.js";

const { md4, desEncryptBlock, rc4 } = legacyCrypto;

describe("MD4 gives the digests of RFC 1320 appendix A.5", () => {
  it.each([
    ["", "31d6cfe0d16ae931b73c59d7e0c089c0"],
    ["a", "bde52cb31de33e46245e05fbdbd6fb24"],
    ["abc", "a448017aaf21d8525fc10ae87aa6729d"],
    ["message digest", "d9130a8164549fe818874806e1c7014b"],
    ["abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"],
    ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4"],
    ["1234567890".repeat(8), "e33b4ddc9c38f2199c3e7b164fcc0536"],
  ])("%j", (text, digest) => expect(hexOf(md4(utf8(text)))).toBe(digest));
});

describe("DES", () => {
  it("gives the usual example", () => {
    expect(hexOf(desEncryptBlock(hex("133457799bbcdff1"), hex("0123456789abcdef")))).toBe("85e813540f0ab405");
  });

  it("agrees with triple DES under one key three times", () => {
    for (let round = 0; round < 100; round++) {
      const [key, block] = [randomBytes(8), randomBytes(8)];
      const cipher = createCipheriv("des-ede3-ecb", Buffer.concat([key, key, key]), null).setAutoPadding(
        false,
      );
      expect(hexOf(desEncryptBlock(key, block))).toBe(cipher.update(block).toString("hex"));
    }
  });
});

describe("RC4 gives the key stream of RFC 6229", () => {
  it.each([
    ["0102030405", "b2396305f03dc027ccc3524a0a1118a8"],
    ["0102030405060708090a0b0c0d0e0f10", "9ac7cc9a609d1ef7b2932899cde41b97"],
  ])("%s", (key, stream) => expect(hexOf(rc4(hex(key), new Uint8Array(16)))).toBe(stream));
});
