import type { TLSSocket } from "node:tls";
import { beforeAll, describe, expect, it } from "vitest";
import { Authority, type Issued } from "../../test/authority.js";
import { until } from "../../test/servers.js";
import { keyLogTo } from "../certificates.js";
import {
  connect,
  isIssuedBy,
  listen,
  MemoryTlsSessionStore,
  readCertificate,
  type Socket,
  type TlsInfo,
  type TlsOptions,
} from "../index.js";
import { cipherBits, openSslCipherName } from "./cipher-names.js";
import { makeTlsInfo } from "./tls-info.js";

let authority: Authority;
let leaves: Record<"ec" | "rsa" | "rsa384" | "pss" | "ed25519", Issued>;
beforeAll(async () => {
  authority = await Authority.create();
  const issue = (algorithm: "ec" | "rsa" | "rsa384" | "pss" | "ed25519") =>
    authority.issue({ dnsNames: ["localhost"], algorithm });
  const [ec, rsa, rsa384, pss, ed25519] = await Promise.all([
    issue("ec"),
    issue("rsa"),
    issue("rsa384"),
    issue("pss"),
    issue("ed25519"),
  ]);
  leaves = { ec, rsa, rsa384, pss, ed25519 } as never;
});

/** Both ends of one connection. */
async function pair(
  own: { pem: string; key: string },
  tls: TlsOptions,
): Promise<[Socket, Socket, () => Promise<void>]> {
  let server: Socket | undefined;
  const listener = await listen({ tls: { certificate: own.pem, key: own.key } }, (socket) => {
    server = socket;
  });
  const client = await connect({
    host: "127.0.0.1",
    port: listener.port!,
    tls: { ca: authority.pem, servername: "localhost", ...tls },
  });
  await until(() => server !== undefined);
  return [client, server!, () => listener.close()];
}

describe("channel binding", () => {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`${version}: both ends have the same octets`, async () => {
      const [client, server, close] = await pair(leaves.ec, { maxVersion: version });
      for (const type of ["tls-exporter", "tls-server-end-point"] as const) {
        const octets = client.tls!.channelBinding(type);
        expect(octets).toHaveLength(32);
        expect(server.tls!.channelBinding(type)).toEqual(octets);
      }
      const unique = client.tls!.channelBinding("tls-unique");
      expect(server.tls!.channelBinding("tls-unique")).toEqual(unique);
      expect(unique?.length).toBe(version === "TLSv1.2" ? 12 : undefined);
      expect(client.tls!.channelBinding("tls-nothing" as never)).toBeUndefined();
      client.destroy();
      await close();
    });
  }

  it("tls-unique of a resumed session is the server's message on both ends", async () => {
    const sessionStore = new MemoryTlsSessionStore();
    const listeners: (() => Promise<void>)[] = [];
    let last: Socket | undefined;
    const listener = await listen({ tls: { certificate: leaves.ec.pem, key: leaves.ec.key } }, (socket) => {
      last = socket;
    });
    listeners.push(() => listener.close());
    const tls = { ca: authority.pem, servername: "localhost", sessionStore, maxVersion: "TLSv1.2" } as const;
    const first = await connect({ host: "127.0.0.1", port: listener.port!, tls });
    await first.close();
    last = undefined;
    const second = await connect({ host: "127.0.0.1", port: listener.port!, tls });
    await until(() => last !== undefined);
    expect(second.tls?.resumed).toBe(true);
    const octets = second.tls!.channelBinding("tls-unique");
    expect(octets).toHaveLength(12);
    expect(last!.tls!.channelBinding("tls-unique")).toEqual(octets);
    second.destroy();
    await Promise.all(listeners.map((close) => close()));
  });

  it("tls-server-end-point follows the digest of the signature (RFC 5929 section 4.1)", async () => {
    const { createHash } = await import("node:crypto");
    const root384 = await Authority.create("Root 384", "rsa384");
    const leaf = await root384.issue({ dnsNames: ["localhost"] });
    const listener = await listen({ tls: { certificate: leaf.pem, key: leaf.key } }, () => {});
    const client = await connect({
      host: "127.0.0.1",
      port: listener.port!,
      tls: { ca: root384.pem, servername: "localhost" },
    });
    expect(client.tls?.certificate?.signatureHash).toBe("sha384");
    expect(Buffer.from(client.tls!.channelBinding("tls-server-end-point")!)).toEqual(
      createHash("sha384").update(leaf.der).digest(),
    );
    client.destroy();
    await listener.close();
  });

  it("without the extended master secret (RFC 7627) TLS 1.2 gives neither exporter nor unique", () => {
    // SSL_SESSION as OpenSSL writes it: flags are field [13]; here absent, then 0, then 1.
    const sessions: [string, boolean][] = [
      ["3003020101", false],
      ["3008020101ad03020100", false],
      ["3008020101ad03020101", true],
      ["ffff", false],
      // in the envelope of newer releases of Node
      ["006e6f64656a733a746c733a73657373696f6e3a310000096c6f63616c686f73743008020101ad03020101", true],
      ["006e6f64656a733a746c733a73657373696f6e3a310000096c6f63616c686f73743008020101ad03020100", false],
      ["006e6f64656a733a746c733a73657373696f6e3a3100ffff6c6f63616c686f73743008020101ad03020101", false],
    ];
    for (const [session, usable] of sessions) {
      const stream = {
        getProtocol: () => "TLSv1.2",
        getCipher: () => ({ name: "ECDHE-RSA-AES128-GCM-SHA256", standardName: "x" }),
        isSessionReused: () => false,
        getEphemeralKeyInfo: () => ({}),
        getSession: () => Buffer.from(session, "hex"),
        exportKeyingMaterial: () => Buffer.alloc(32),
        getFinished: () => Buffer.alloc(12),
        getPeerFinished: () => Buffer.alloc(12),
      } as unknown as TLSSocket;
      const facts = {
        certificate: undefined,
        ownCertificate: undefined,
        failure: undefined,
        servername: undefined,
        server: false,
      };
      const info: TlsInfo = makeTlsInfo(stream, facts);
      expect([session, info.channelBinding("tls-exporter") !== undefined]).toEqual([session, usable]);
      expect([session, info.channelBinding("tls-unique") !== undefined]).toEqual([session, usable]);
    }
  });
});

describe("key log", () => {
  it("has the secrets of the session in the usual format", async () => {
    const lines: string[] = [];
    const [client, , close] = await pair(leaves.ec, {
      onKeyLog: (line) => lines.push(Buffer.from(line).toString()),
    });
    expect(
      lines.some((line) => /^CLIENT_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]{64} [0-9a-f]+\n$/.test(line)),
    ).toBe(true);
    client.destroy();
    await close();
  });

  it("goes to a file that others cannot read", async () => {
    const { mkdtempSync, readFileSync, statSync } = await import("node:fs");
    const { tmpdir } = await import("node:os");
    const path = `${mkdtempSync(`${tmpdir()}/wirepost-keys-`)}/keys.log`;
    const [client, , close] = await pair(leaves.ec, { onKeyLog: keyLogTo(path) });
    client.destroy();
    expect(readFileSync(path, "latin1")).toContain("SERVER_TRAFFIC_SECRET_0 ");
    if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => keyLogTo("/nonexistent/keys.log")).toThrow(
      expect.objectContaining({ code: "ERR_SOCKET_FILE_UNREADABLE", errno: "ENOENT" }),
    );
    await close();
  });
});

describe("the certificate as data", () => {
  it.each([
    ["ec", "ec", 256, "ecdsa-with-SHA256"],
    ["rsa", "rsa", 2048, "ecdsa-with-SHA256"],
    ["ed25519", "ed25519", 256, "ecdsa-with-SHA256"],
  ] as const)("%s key", async (kind, keyType, keyBits, signatureAlgorithm) => {
    expect(readCertificate(leaves[kind].der)).toMatchObject({
      keyType,
      keyBits,
      signatureAlgorithm,
      signatureHash: "sha256",
    });
  });

  it("RSA-PSS signatures name their digest in parameters; Ed25519 has none", async () => {
    const pss = await (await Authority.create("PSS", "pss")).issue({});
    expect(readCertificate(pss.der)).toMatchObject({
      signatureAlgorithm: "RSASSA-PSS",
      signatureHash: "sha256",
    });
    const ed = (await Authority.create("Ed", "ed25519")).self;
    expect(readCertificate(ed.der)).toMatchObject({
      signatureAlgorithm: "Ed25519",
      signatureHash: undefined,
    });
  });

  it("agrees with Node's own reader", async () => {
    const { X509Certificate } = await import("node:crypto");
    const leaf = await authority.issue({
      subject: "CN=Änn \\, Söhne,O=Example,C=DE",
      dnsNames: ["a.example", "*.b.example"],
      ipAddresses: ["192.0.2.1", "2001:db8::1"],
      emails: ["ann@example.com"],
      ocspUrl: "http://ocsp.example/",
      crlUrl: "http://crl.example/x.crl",
      mustStaple: true,
      notAfter: new Date("2061-02-03T04:05:06Z"),
    });
    const ours = readCertificate(leaf.der);
    const theirs = new X509Certificate(leaf.der);
    expect(ours.serialNumber).toBe(theirs.serialNumber.replace(/^0+(?=..)/, ""));
    expect(ours.fingerprints).toMatchObject({ sha1: theirs.fingerprint, sha256: theirs.fingerprint256 });
    expect(ours.notBefore.getTime()).toBe(Date.parse(theirs.validFrom));
    expect(ours.notAfter.toISOString()).toBe("2061-02-03T04:05:06.000Z");
    expect(Buffer.from(ours.publicKey)).toEqual(theirs.publicKey.export({ type: "spki", format: "der" }));
    expect(ours.subject.text).toBe("C=DE,O=Example,CN=Änn \\, Söhne");
    expect(ours.subject.commonName).toBe("Änn , Söhne");
    expect(ours.subjectAlternativeNames).toEqual([
      { type: "dns", value: "a.example" },
      { type: "dns", value: "*.b.example" },
      { type: "ip", value: "192.0.2.1" },
      { type: "ip", value: "2001:db8:0:0:0:0:0:1" },
      { type: "email", value: "ann@example.com" },
    ]);
    expect(ours).toMatchObject({
      version: 3,
      isCa: false,
      keyUsage: ["digitalSignature"],
      extendedKeyUsage: ["serverAuth"],
      ocspUrls: ["http://ocsp.example/"],
      crlUrls: ["http://crl.example/x.crl"],
      mustStaple: true,
    });
    expect(structuredClone(ours)).toEqual(ours);
    expect(readCertificate(authority.self.der)).toMatchObject({
      isCa: true,
      keyUsage: ["keyCertSign", "cRLSign"],
    });
  });

  it("knows by whom it was issued", async () => {
    const [root, leaf] = [readCertificate(authority.self.der), readCertificate(leaves.rsa.der)];
    const other = readCertificate((await Authority.create()).self.der); // the same name, another key
    expect([isIssuedBy(leaf, root), isIssuedBy(root, root)]).toEqual([true, true]);
    expect([isIssuedBy(leaf, other), isIssuedBy(leaf, leaf), isIssuedBy(root, leaf)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("whatever octets it is given, only our error is thrown", () => {
    const seed = leaves.ec.der;
    for (let at = 0; at < seed.length; at++) {
      for (const octets of [
        seed.subarray(0, at),
        Uint8Array.from(seed, (octet, index) => (index === at ? octet ^ 0xff : octet)),
      ]) {
        try {
          readCertificate(octets);
        } catch (error) {
          expect((error as { code?: string }).code).toBe("ERR_SOCKET_CERTIFICATE_MALFORMED");
        }
      }
    }
  });
});

describe("cipher suites", () => {
  it("every IANA name that the table has is one that OpenSSL knows by that name", async () => {
    const { OPENSSL_CIPHER_NAMES } = await import("./cipher-names.js");
    const { createSecureContext } = await import("node:tls");
    const missing = Object.values(OPENSSL_CIPHER_NAMES).filter((name) => {
      try {
        createSecureContext({ ciphers: `${name}@SECLEVEL=0` });
        return false;
      } catch {
        return true;
      }
    });
    expect(missing).toEqual([]);
  });

  it.each([
    ["TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384", 256],
    ["TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256", 256],
    ["TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", 128],
    ["SSL_RSA_WITH_AES_256_CBC_SHA256", "AES256-SHA256", 256],
    ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "ECDHE-RSA-AES128-SHA256", 128],
    ["DES-CBC3-SHA", "DES-CBC3-SHA", 112],
    ["TLS_RSA_WITH_RC4_128_MD5", undefined, 128],
  ])("%s", (name, openSsl, bits) => {
    expect(openSslCipherName(name)).toBe(openSsl);
    expect(cipherBits(openSsl ?? name)).toBe(bits);
  });
});
