// Certificate: stores, choices, fields, and the client's certificate in TLS.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  createTestAuthority,
  recordingServer,
  type TestIdentities,
  testIdentities,
} from "@wirepost/test-server";
import { beforeAll, describe, expect, it } from "vitest";
import { Certificate, CertStoreTypes, ready, SMTPSSLStartModes } from "../src/dotnet.js";
import * as java from "../src/java.js";
import { dotnetSmtp, numberOf } from "./doors.js";

const PASSWORD = "secret";
const path = (name: string): string =>
  fileURLToPath(new URL(`../../socket-core/test/fixtures/${name}`, import.meta.url));

let identities: TestIdentities;
let rsa: Certificate;
beforeAll(async () => {
  identities = await testIdentities();
  rsa = new Certificate(path("rsa.pem"));
  await ready(rsa);
});

describe("stores", () => {
  it.each([
    [CertStoreTypes.cstPFXFile, "rsa-modern.pfx"],
    [CertStoreTypes.cstPFXFile, "rsa-3des.pfx"],
    [CertStoreTypes.cstPFXFile, "rsa-rc2.pfx"],
    [CertStoreTypes.cstPEMKeyFile, "rsa-all.pem"],
    [CertStoreTypes.cstPublicKeyFile, "rsa.der"],
    [CertStoreTypes.cstPublicKeyFile, "rsa.pem"],
    [CertStoreTypes.cstAuto, "rsa-modern.pfx"],
    [CertStoreTypes.cstAuto, "rsa-all.pem"],
  ] as const)("%d: %s", async (type, file) => {
    const certificate = new Certificate(type, path(file), PASSWORD, "*");
    await ready(certificate);
    expect(certificate.ThumbprintSHA256).toBe(rsa.ThumbprintSHA256);
    expect(certificate.PrivateKeyAvailable).toBe(type !== CertStoreTypes.cstPublicKeyFile);
    expect(certificate.PrivateKey === "" || /BEGIN PRIVATE KEY/.test(certificate.PrivateKey)).toBe(true);
  });

  it.each([
    [CertStoreTypes.cstPFXBlob, "rsa-modern.pfx"],
    [CertStoreTypes.cstPEMKeyBlob, "rsa-all.pem"],
    [CertStoreTypes.cstPublicKeyBlob, "rsa.der"],
    [CertStoreTypes.cstAuto, "rsa-modern.pfx"],
    [CertStoreTypes.cstAuto, "rsa.der"],
  ] as const)("%d: the octets of %s, and their base64", async (type, file) => {
    const octets = await readFile(path(file));
    for (const store of [octets, octets.toString("base64")]) {
      if (typeof store === "string" && type === CertStoreTypes.cstAuto) continue;
      const certificate = new Certificate(type, store, PASSWORD, "*");
      await ready(certificate);
      expect(certificate.ThumbprintSHA256).toBe(rsa.ThumbprintSHA256);
    }
  });

  it.each([
    [CertStoreTypes.cstP7BFile, "chain-der.p7b"],
    [CertStoreTypes.cstP7BFile, "chain-pem.p7b"],
  ] as const)("%d: %s", async (type, file) => {
    const certificate = new Certificate(type, path(file), "", "*");
    await ready(certificate);
    expect(certificate.Subject).toContain("CN=");
    const octets = await readFile(path(file));
    const blob = new Certificate(CertStoreTypes.cstP7BBlob, octets, "", certificate.Subject);
    await ready(blob);
    expect(blob.ThumbprintSHA1).toBe(certificate.ThumbprintSHA1);
  });

  it.each([
    [CertStoreTypes.cstPPKFile, "rsa-v2.ppk", ""],
    [CertStoreTypes.cstPPKFile, "rsa-v2-encrypted.ppk", PASSWORD],
    [CertStoreTypes.cstAuto, "ssh-rsa.key", ""],
  ] as const)("%d: the key of %s", async (type, file, password) => {
    const certificate = new Certificate(type, path(file), password, "*");
    await ready(certificate);
    expect(certificate.PrivateKeyAvailable).toBe(true);
    expect(certificate.PublicKey).toContain("BEGIN PUBLIC KEY");
    expect(certificate.Subject).toBe("");
    const blob = new Certificate(CertStoreTypes.cstPPKBlob, await readFile(path(file)), password, "*");
    await ready(blob);
    expect(blob.PublicKey).toBe(certificate.PublicKey);
  });

  it("a JSON Web Key", async () => {
    const { createPrivateKey } = await import("node:crypto");
    const jwk = createPrivateKey(await readFile(path("rsa-pkcs8.key"))).export({ format: "jwk" });
    const certificate = new Certificate(CertStoreTypes.cstJWKBlob, JSON.stringify(jwk), "", "*");
    await ready(certificate);
    expect(certificate.PublicKey).toBe(rsa.PublicKey);
  });

  it("a Java key store, whose key has a password of its own", async () => {
    const certificate = new java.Certificate(java.Certificate.cstJKSFile, path("store.jks"), PASSWORD, "*");
    expect(await numberOf(ready(certificate))).toBe(271);
    certificate.setKeyPassword("keysecret");
    await ready(certificate);
    expect(certificate.isPrivateKeyAvailable()).toBe(true);
    expect(certificate.getThumbprintSHA256()).toBe(rsa.ThumbprintSHA256);
    expect(new java.Certificate().getKeyPassword()).toBe("");
  });

  it.each([
    [CertStoreTypes.cstUser, /PFX/],
    [CertStoreTypes.cstMachine, /PFX/],
    [CertStoreTypes.cstXMLFile, /XML/],
    [CertStoreTypes.cstXMLBlob, /XML/],
    [CertStoreTypes.cstBCFKSFile, /BCFKS/],
    [CertStoreTypes.cstBCFKSBlob, /BCFKS/],
    [CertStoreTypes.cstPKCS11, /PKCS #11/],
  ] as const)("%d is 271, with advice, at once", (type, advice) => {
    let thrown: unknown;
    try {
      new Certificate(type, "MY", "", "CN=ann");
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 271, message: expect.stringMatching(advice) });
  });

  it("the default store is Windows': setting Subject on a new object is 271", async () => {
    expect(
      await numberOf(() => {
        new Certificate().Subject = "CN=ann";
      }),
    ).toBe(271);
  });

  it.each([
    ["no such file", CertStoreTypes.cstPFXFile, "nowhere.pfx", PASSWORD, 271],
    ["a wrong password", CertStoreTypes.cstPFXFile, "rsa-modern.pfx", "wrong", 271],
    ["no certificate store", CertStoreTypes.cstPFXFile, "make.sh", PASSWORD, 271],
  ] as const)("%s is %d", async (_, type, file, password, number) => {
    const certificate = new Certificate(type, path(file), password, "*");
    expect(await numberOf(ready(certificate))).toBe(number);
    expect(await numberOf(() => certificate.Subject)).toBe(number);
    const text = JSON.stringify(await ready(certificate).catch((error: unknown) => [String(error), error]));
    expect(text).not.toContain('"wrong"');
  });

  it("fields cannot be read while the store is", async () => {
    const certificate = new Certificate(CertStoreTypes.cstPFXFile, path("rsa-modern.pfx"), PASSWORD, "*");
    expect(await numberOf(() => certificate.Subject)).toBe(211);
    await ready(certificate);
    expect(certificate.Subject).not.toBe("");
  });
});

describe("fields", () => {
  it("of an empty certificate", () => {
    const empty = new Certificate();
    expect([empty.Subject, empty.Issuer, empty.Encoded, empty.EffectiveDate, empty.Version]).toEqual(
      Array(5).fill(""),
    );
    expect([empty.Store, Buffer.from(empty.StoreB).toString(), empty.StoreType]).toEqual(["MY", "MY", 0]);
    expect([empty.PublicKeyLength, empty.UsageFlags, empty.PrivateKeyAvailable]).toEqual([0, 0, false]);
    expect(empty.EncodedB.length).toBe(0);
  });

  it("dates, fingerprints, algorithms, usages in the documents' forms", () => {
    expect(rsa.EffectiveDate).toMatch(/^\d{2}-[A-Z][a-z]{2}-\d{4} \d{2}:\d{2}:\d{2}$/);
    expect(rsa.ExpirationDate).toMatch(/^\d{2}-[A-Z][a-z]{2}-\d{4} \d{2}:\d{2}:\d{2}$/);
    expect(rsa.Fingerprint).toMatch(/^(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    expect(rsa.FingerprintSHA1).toMatch(/^(?:[0-9a-f]{2}:){19}[0-9a-f]{2}$/);
    expect(rsa.FingerprintSHA256).toMatch(/^(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/);
    expect(rsa.ThumbprintMD5).toBe(rsa.Fingerprint.replaceAll(":", "").toUpperCase());
    expect(rsa.PublicKeyAlgorithm).toMatch(/^RSA/);
    expect(rsa.PublicKeyLength).toBeGreaterThanOrEqual(2048);
    expect(rsa.SerialNumber).toMatch(/^[0-9A-Fa-f]+$/);
    expect(rsa.Version).toBe("V3");
    expect(rsa.SignatureAlgorithm).not.toBe("");
    expect(rsa.Issuer).toContain("CN=");
    expect(rsa.PrivateKeyContainer).toBe("");
    expect(rsa.PublicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  });

  it("usages and alternative names of a server's certificate", () => {
    const good = new Certificate(identities.good.der);
    expect(good.SubjectAltNames).toContain("localhost");
    expect(good.ExtendedKeyUsage).toMatch(/1\.3\.6\.1\.5\.5\.7\.3\.1/);
    expect(good.UsageFlags & 0x80).toBe(0x80);
    expect(good.Usage).toContain("Digital Signature");
  });

  it("Encoded is PEM, and taking it finds the key in the store", async () => {
    expect(rsa.Encoded).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    const copy = new Certificate();
    copy.Encoded = rsa.Encoded;
    expect(copy.Subject).toBe(rsa.Subject);
    expect(copy.PrivateKeyAvailable).toBe(false);
    const chosen = new Certificate(CertStoreTypes.cstPFXFile, path("rsa-modern.pfx"), PASSWORD, rsa.EncodedB);
    await ready(chosen);
    expect(chosen.PrivateKeyAvailable).toBe(true);
    const filled = new Certificate();
    filled.StoreType = CertStoreTypes.cstPFXFile;
    filled.Store = path("rsa-modern.pfx");
    filled.StorePassword = PASSWORD;
    filled.EncodedB = rsa.EncodedB;
    await ready(filled);
    expect(filled.PrivateKeyAvailable).toBe(true);
    expect(
      await numberOf(() => {
        filled.Encoded = "nothing of the kind";
      }),
    ).toBe(272);
  });
});

describe("SSLCert: the client's certificate", () => {
  it("is shown to a server that asks, with SSLCACerts behind it", async () => {
    const authority = await createTestAuthority();
    const mine = await authority.issue({ hosts: [], commonName: "ann@example.com", usages: ["client"] });
    await using mx = await recordingServer({
      tls: identities.good,
      implicitTls: true,
      server: { requestCert: true, rejectUnauthorized: true, ca: [mine.ca] } as object,
    });
    const { smtp } = dotnetSmtp(mx.port);
    smtp.SSLStartMode = SMTPSSLStartModes.sslImplicit;
    smtp.Config(`SSLServerCACerts=${identities.ca}`);
    smtp.Config(`SSLCACerts=${mine.ca}`);
    smtp.SSLCert = new Certificate(CertStoreTypes.cstPEMKeyBlob, `${mine.certificate}${mine.key}`, "", "*");
    await smtp.Send();
    expect(mx.messages).toHaveLength(1);
    smtp.SSLCert = new Certificate();
    expect([281, 276, 1120, 10_054, 10_053]).toContain(await numberOf(smtp.Send()));
    expect(mx.messages).toHaveLength(1);
  });

  it("without its key it is 273; a store that cannot be opened is 271; a key alone is 272", async () => {
    for (const [certificate, number] of [
      [new Certificate(identities.client.der), 273],
      [new Certificate(CertStoreTypes.cstPFXFile, path("nowhere.pfx"), "", "*"), 271],
      [new Certificate(CertStoreTypes.cstPPKFile, path("rsa-v2.ppk"), "", "*"), 272],
    ] as const) {
      const { smtp, log } = dotnetSmtp(1);
      smtp.SSLStartMode = SMTPSSLStartModes.sslImplicit;
      smtp.SSLCert = certificate;
      expect(await numberOf(smtp.Connect())).toBe(number);
      expect(log).toEqual([]);
    }
  });

  it("only a Certificate of this package can be it", () => {
    const { smtp } = dotnetSmtp(1);
    expect(() => {
      smtp.SSLCert = {} as Certificate;
    }).toThrow(TypeError);
  });
});
