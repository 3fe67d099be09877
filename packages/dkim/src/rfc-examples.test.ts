// The examples of the RFCs: RFC 6376 3.4.5 and 3.4.3-4 (canonical forms), RFC 8463 appendix A (both algorithms).
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createBodyCanonicalizer } from "./body-canonicalization.js";
import { canonicalField, signedHeader, splitHeader } from "./header-fields.js";
import { importPrivateKey, nodeEnvironment } from "./node.js";
import { base64, octetsOf } from "./octets.js";
import { signInput } from "./signer.js";

function canonicalBody(kind: "simple" | "relaxed", text: string): string {
  const pieces: string[] = [];
  const body = createBodyCanonicalizer(kind, {
    update: (octets) => pieces.push(Buffer.from(octets).toString("latin1")),
  });
  body.update(octetsOf(text));
  body.finish();
  return pieces.join("");
}

describe("RFC 6376 3.4.5", () => {
  const fields = splitHeader("A: X\r\nB : Y\t\r\n\tZ  \r\n");
  const body = " C \r\nD \t E\r\n\r\n\r\n";
  it("relaxed", () => {
    expect(fields.map((field) => canonicalField("relaxed", field))).toEqual(["a:X", "b:Y Z"]);
    expect(canonicalBody("relaxed", body)).toBe(" C\r\nD E\r\n");
  });
  it("simple", () => {
    expect(fields.map((field) => canonicalField("simple", field))).toEqual(["A: X", "B : Y\t\r\n\tZ  "]);
    expect(canonicalBody("simple", body)).toBe(" C \r\nD \t E\r\n");
  });
});

describe("RFC 6376 3.4.3 and 3.4.4: the hash of an empty body", () => {
  const hash = (kind: "simple" | "relaxed") =>
    createHash("sha256").update(canonicalBody(kind, ""), "latin1").digest("base64");
  it("simple", () => {
    expect(hash("simple")).toBe("frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
  });
  it("relaxed", () => {
    expect(hash("relaxed")).toBe("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  });
});

describe("RFC 8463 appendix A", () => {
  const ED25519_SEED = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
  const RSA_KEY = `-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi
Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM
KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm
6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe
zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy
6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc
uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy
WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd
WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a
licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst
o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe
uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL
-----END RSA PRIVATE KEY-----
`;
  const header =
    "From: Joe SixPack <joe@football.example.com>\r\n" +
    "To: Suzie Q <suzie@shopping.example.net>\r\n" +
    "Subject: Is dinner ready?\r\n" +
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n" +
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n";
  const body = "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
  const names = "from : to : subject : date : message-id : from : subject : date".split(" : ");
  const bodyHash = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=";

  it("the body hash", () => {
    expect(createHash("sha256").update(canonicalBody("relaxed", body), "latin1").digest("base64")).toBe(
      bodyHash,
    );
  });
  it.each([
    {
      algorithm: "ed25519-sha256",
      selector: "brisbane",
      key: importPrivateKey(Buffer.from(ED25519_SEED, "base64")),
      signature: "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==",
    },
    {
      algorithm: "rsa-sha256",
      selector: "test",
      key: importPrivateKey(RSA_KEY),
      signature:
        "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2JzdA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=",
    },
  ])("$algorithm gives the signature of the example", async ({ algorithm, selector, key, signature }) => {
    expect(key.algorithm).toBe(algorithm);
    const field =
      `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;` +
      `\r\n q=dns/txt; s=${selector}; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject` +
      ` : date;\r\n bh=${bodyHash};\r\n b=`;
    const own = { name: "dkim-signature", text: field };
    const input = octetsOf(signedHeader("relaxed", splitHeader(header), names, own));
    expect(base64(await signInput(key, input, nodeEnvironment))).toBe(signature);
  });
});
