import { X509Certificate } from "node:crypto";
import type { AddressInfo } from "node:net";
import { type ConnectionOptions, connect, createServer } from "node:tls";
import { describe, expect, it } from "vitest";
import { createTestAuthority, type TestIdentities, type TestIdentity, testIdentities } from "./index.js";

/** What Node's own client makes of an identity: "ok", or the code of the refusal. */
async function verdict(identity: TestIdentity, ca: string, options: ConnectionOptions = {}): Promise<string> {
  const server = createServer({ cert: identity.certificate, key: identity.key }, (socket) => socket.end());
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise((resolve) => {
      const socket = connect({ host: "127.0.0.1", servername: "localhost", port, ca, ...options });
      socket.once("secureConnect", () => resolve("ok"));
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      socket.once("close", () => socket.destroy());
    });
  } finally {
    server.close();
  }
}

const CASES: { name: keyof TestIdentities & string; expected: unknown; options?: ConnectionOptions }[] = [
  { name: "good", expected: "ok" },
  { name: "goodByIntermediate", expected: "ok" },
  { name: "expired", expected: "CERT_HAS_EXPIRED" },
  { name: "notYetValid", expected: "CERT_NOT_YET_VALID" },
  { name: "wrongHost", expected: "ERR_TLS_CERT_ALTNAME_INVALID" },
  { name: "wildcard", expected: "ERR_TLS_CERT_ALTNAME_INVALID" },
  { name: "clientOnly", expected: "INVALID_PURPOSE" },
  { name: "selfSigned", expected: "DEPTH_ZERO_SELF_SIGNED_CERT" },
  { name: "unknownAuthority", expected: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
  // OpenSSL says "invalid CA certificate"; Node has no name for that number yet.
  { name: "issuedByLeaf", expected: expect.stringMatching(/^(UNSPECIFIED|INVALID_CA)$/) },
  // Node falls back to the common name; a client by RFC 9525 must refuse this one by itself.
  { name: "commonNameOnly", expected: "ok" },
];

describe("an identity is what its name says, to Node's own client", () => {
  it.each(CASES)("$name", async ({ name, expected, options }) => {
    const all = await testIdentities();
    expect(await verdict(all[name] as TestIdentity, all.ca, options)).toEqual(expected);
  });

  it("good is valid for the addresses too, addressAsName is not", async () => {
    const { good, addressAsName, ca } = await testIdentities();
    const options = { servername: "" };
    expect(await verdict(good, ca, options)).toBe("ok");
    expect(await verdict(addressAsName, ca, options)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });
});

describe("an authority", () => {
  it("issues what it is asked for", async () => {
    const authority = await createTestAuthority();
    const identity = await authority.issue({
      hosts: ["mx.example.test", "192.0.2.1"],
      keyType: "rsa",
      mustStaple: true,
      ocspUrl: "http://ocsp.example.test/",
      revocationListUrl: "http://crl.example.test/a.crl",
    });
    const certificate = new X509Certificate(identity.certificate);
    expect(certificate.subjectAltName).toBe("DNS:mx.example.test, IP Address:192.0.2.1");
    expect(certificate.publicKey.asymmetricKeyType).toBe("rsa");
    expect(certificate.infoAccess).toContain("http://ocsp.example.test/");
    expect(certificate.serialNumber.toLowerCase()).toBe(identity.serialNumber.toLowerCase());
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(Buffer.from(identity.der).includes(Buffer.from("2b06010505070118", "hex"))).toBe(true);
  });

  it("revokes", async () => {
    const authority = await createTestAuthority();
    const identity = await authority.issue();
    const list = Buffer.from(await authority.revocationList([identity.serialNumber])).toString("base64");
    const crl = `-----BEGIN X509 CRL-----\n${list.replace(/.{64}/g, "$&\n")}\n-----END X509 CRL-----\n`;
    expect(await verdict(identity, authority.certificate, { crl })).toBe("CERT_REVOKED");
    expect(await verdict(await authority.issue(), authority.certificate, { crl })).toBe("ok");
  });
});
