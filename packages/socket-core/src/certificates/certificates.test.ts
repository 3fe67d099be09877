import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeOf, rejection } from "../../test/servers.js";
import {
  loadCertificate,
  loadDenyList,
  loadPrivateKey,
  loadTrusted,
  openCertificateStore,
} from "../certificates.js";
import { connect, listen, SocketError } from "../index.js";

const file = (name: string): string => fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url));
const octets = (name: string): Buffer => readFileSync(file(name));
const spki = (pem: string): string => createPublicKey(pem).export({ type: "spki", format: "pem" }) as string;

const KEYS: { name: string; like: "rsa" | "ec"; password?: string }[] = [
  { name: "rsa-pkcs8.key", like: "rsa" },
  { name: "rsa-pkcs1.key", like: "rsa" },
  { name: "rsa-pkcs1-key.der", like: "rsa" },
  { name: "rsa-key.der", like: "rsa" },
  { name: "rsa-encrypted.key", like: "rsa", password: "secret" },
  { name: "rsa-encrypted-key.der", like: "rsa", password: "secret" },
  { name: "rsa-pkcs1-encrypted.key", like: "rsa", password: "secret" },
  { name: "ec-pkcs8.key", like: "ec" },
  { name: "ec-sec1.key", like: "ec" },
  { name: "ec-sec1-key.der", like: "ec" },
  { name: "ec-encrypted.key", like: "ec", password: "secret" },
  { name: "ssh-rsa.key", like: "rsa" },
  { name: "ssh-ec.key", like: "ec" },
  { name: "ssh-rsa-encrypted.key", like: "rsa", password: "secret" },
  { name: "ssh-ec-encrypted.key", like: "ec", password: "secret" },
  { name: "rsa-v2.ppk", like: "rsa" },
  { name: "rsa-v2-encrypted.ppk", like: "rsa", password: "secret" },
  { name: "rsa-v3.ppk", like: "rsa" },
];

describe("private keys", () => {
  it.each(KEYS)("$name", async ({ name, like, password }) => {
    const key = await loadPrivateKey(file(name), { password });
    expect(spki(key)).toBe(spki(octets(`${like}-pkcs8.key`).toString()));
    // the same by its octets
    expect(await loadPrivateKey(octets(name), { password })).toBe(key);
    if (password === undefined) return;
    for (const wrong of [undefined, "wr0ng-pa55"]) {
      const error = await rejection(loadPrivateKey(file(name), { password: wrong }));
      expect((error as SocketError).code).toBe("ERR_SOCKET_FILE_PASSWORD");
      expect(inspect(error, { depth: 20 })).not.toContain("wr0ng-pa55");
    }
  });

  it("JWK, alone, in a set, with a chain", async () => {
    for (const kind of ["rsa", "ec"]) {
      const jwk = createPrivateKey(octets(`${kind}-pkcs8.key`)).export({ format: "jwk" });
      const x5c = [octets(`${kind}.der`).toString("base64")];
      for (const text of [jwk, { keys: [{ ...jwk, kid: "one" }] }, [jwk]]) {
        const key = await loadPrivateKey(Buffer.from(JSON.stringify(text)));
        expect(spki(key)).toBe(spki(octets(`${kind}-pkcs8.key`).toString()));
      }
      const loaded = await loadCertificate(Buffer.from(JSON.stringify({ ...jwk, x5c, kid: "mine" })), {
        alias: "mine",
      });
      expect(loaded.certificates[0]?.dnsNames).toEqual([`${kind}.example`]);
    }
    expect(await codeOf(loadPrivateKey(Buffer.from('{"kty":"RSA","n":"AQAB","e":"AQAB"}')))).toBe(
      "ERR_SOCKET_FILE_NO_KEY",
    );
    expect(await codeOf(loadPrivateKey(Buffer.from('{"kty":"RSA"')))).toBe("ERR_SOCKET_FILE_FORMAT");
  });
});

const STORES: { name: string; like: "rsa" | "ec"; alias?: string; chain?: number; options?: object }[] = [
  { name: "rsa-all.pem", like: "rsa", chain: 2 },
  { name: "ec-all.pem", like: "ec", chain: 2 },
  { name: "rsa.pem", like: "rsa", options: { key: file("rsa-pkcs1.key") } },
  { name: "rsa.der", like: "rsa", options: { key: file("rsa-encrypted.key"), password: "secret" } },
  { name: "ec.b64", like: "ec", options: { key: file("ssh-ec.key") } },
  { name: "chain-pem.p7b", like: "ec", chain: 2, options: { key: file("ec-sec1.key") } },
  { name: "chain-der.p7b", like: "ec", chain: 2, options: { key: file("ec-key.der") } },
  ...(["rsa", "ec"] as const).flatMap((like) =>
    ["modern", "3des", "rc2"].map((kind) => ({
      name: `${like}-${kind}.pfx`,
      like,
      alias: `${like} entry`,
      chain: 2,
      options: { password: "secret" },
    })),
  ),
  { name: "ec-no-password.pfx", like: "ec" },
  { name: "ec-no-password.pfx", like: "ec", options: { password: "" } },
  { name: "keytool.p12.pfx", like: "rsa", alias: "mine", chain: 2, options: { password: "secret" } },
  {
    name: "store.jks",
    like: "rsa",
    alias: "mine",
    chain: 2,
    options: { password: "secret", keyPassword: "keysecret" },
  },
];

describe("certificates with their keys", () => {
  it.each(STORES)("$name $options", async ({ name, like, alias, chain, options }) => {
    const loaded = await loadCertificate(file(name), {
      ...options,
      ...(alias === undefined ? {} : { alias }),
    });
    expect(loaded.certificates[0]?.dnsNames).toEqual([`${like}.example`]);
    expect(loaded.certificates).toHaveLength(chain ?? 1);
    expect(spki(loaded.tls.key)).toBe(spki(octets(`${like}-pkcs8.key`).toString()));
    // what was loaded serves a connection
    const listener = await listen({ tls: loaded.tls }, (socket) => socket.end());
    const ca = await loadTrusted(file("ca.pem"));
    const socket = await connect({
      host: "127.0.0.1",
      port: listener.port!,
      tls: { ca, servername: `${like}.example` },
    });
    expect(socket.tls?.verified).toBe(true);
    socket.destroy();
    await listener.close();
  });

  it("select chooses by the certificate", async () => {
    const options = { password: "secret", keyPassword: "keysecret" };
    const store = await openCertificateStore(file("store.jks"), { password: "secret" });
    expect(store.format).toBe("jks");
    expect(store.entries.map((entry) => [entry.alias, entry.hasKey])).toEqual([
      ["mine", true],
      ["root", false],
    ]);
    const loaded = await loadCertificate(file("store.jks"), {
      ...options,
      select: (info) => info.subject.commonName === "rsa",
    });
    expect(loaded.certificates[0]?.subject.text).toBe("CN=rsa,O=Wirepost Tests");
  });
});

describe("trusted certificates", () => {
  it.each([
    ["ca.pem", 1, {}],
    ["chain-pem.p7b", 2, {}],
    ["chain-der.p7b", 2, {}],
    ["ec.der", 1, {}],
    ["rsa-all.pem", 2, {}],
    ["store.jks", 2, { password: "secret" }],
    ["ca-only.pfx", 1, { password: "secret" }],
  ])("%s has %i", async (name, count, options) => {
    expect(await loadTrusted(file(name), options)).toHaveLength(count);
  });
});

const directory = mkdtempSync(join(tmpdir(), "wirepost-certificates-"));
const written = (name: string, content: string | Buffer): string => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};

const REFUSALS: { name: string; run: () => Promise<unknown>; code: string }[] = [
  {
    name: "a file that is not there",
    run: () => loadCertificate(file("nope.pem")),
    code: "ERR_SOCKET_FILE_UNREADABLE",
  },
  { name: "a directory", run: () => loadCertificate(directory), code: "ERR_SOCKET_FILE_UNREADABLE" },
  { name: "a device", run: () => loadCertificate("/dev/zero"), code: "ERR_SOCKET_FILE_UNREADABLE" },
  { name: "an empty file", run: () => loadCertificate(written("empty", "")), code: "ERR_SOCKET_FILE_FORMAT" },
  {
    name: "text",
    run: () => loadCertificate(written("text", "hello, this is no certificate")),
    code: "ERR_SOCKET_FILE_FORMAT",
  },
  {
    name: "half a PFX",
    run: () => loadCertificate(octets("rsa-modern.pfx").subarray(0, 900), { password: "secret" }),
    code: "ERR_SOCKET_FILE_FORMAT",
  },
  {
    name: "half a PEM",
    run: () => loadCertificate(octets("rsa.pem").subarray(0, 300)),
    code: "ERR_SOCKET_FILE_FORMAT",
  },
  { name: "a PEM without key", run: () => loadCertificate(file("rsa.pem")), code: "ERR_SOCKET_FILE_NO_KEY" },
  {
    name: "a key without certificate",
    run: () => loadCertificate(file("rsa-pkcs8.key")),
    code: "ERR_SOCKET_FILE_NO_CERTIFICATE",
  },
  {
    name: "a P7B without key",
    run: () => loadCertificate(file("chain-der.p7b")),
    code: "ERR_SOCKET_FILE_NO_KEY",
  },
  {
    name: "the key of another",
    run: () => loadCertificate(file("rsa.pem"), { key: file("ec-pkcs8.key") }),
    code: "ERR_SOCKET_FILE_KEY_MISMATCH",
  },
  {
    name: "an alias that is not there",
    run: () => loadCertificate(file("rsa-modern.pfx"), { password: "secret", alias: "nope" }),
    code: "ERR_SOCKET_FILE_NO_ENTRY",
  },
  ...["rsa-modern.pfx", "rsa-3des.pfx", "rsa-rc2.pfx", "ec-rc2.pfx", "keytool.p12.pfx", "store.jks"].flatMap(
    (name) => [
      {
        name: `${name} with a wrong password`,
        run: () => loadCertificate(file(name), { password: "wr0ng-pa55" }),
        code: "ERR_SOCKET_FILE_PASSWORD",
      },
      {
        name: `${name} without password`,
        run: () => loadCertificate(file(name)),
        code: "ERR_SOCKET_FILE_PASSWORD",
      },
    ],
  ),
  {
    name: "a JKS entry with another password",
    run: () => loadCertificate(file("store.jks"), { password: "secret" }),
    code: "ERR_SOCKET_FILE_PASSWORD",
  },
  {
    name: "a JCEKS",
    run: () => loadCertificate(file("store.jceks.jks"), { password: "secret" }),
    code: "ERR_SOCKET_FILE_UNSUPPORTED",
  },
  {
    name: "a PPK of version 3 with a password",
    run: () => loadPrivateKey(file("rsa-v3-encrypted.ppk"), { password: "secret" }),
    code: "ERR_SOCKET_FILE_UNSUPPORTED",
  },
  {
    name: "an SSH public key",
    run: () => loadPrivateKey(Buffer.from("ssh-ed25519 AAAAC3Nz ann@host\n")),
    code: "ERR_SOCKET_FILE_NO_KEY",
  },
  {
    name: "no trusted certificate",
    run: () => loadTrusted(file("rsa-pkcs8.key")),
    code: "ERR_SOCKET_FILE_NO_CERTIFICATE",
  },
  {
    name: "an unknown option",
    run: () => loadCertificate(file("rsa.pem"), { pasword: "x" } as never),
    code: "ERR_SOCKET_UNKNOWN_OPTION",
  },
];

describe("refusals", () => {
  it.each(REFUSALS)("$name", async ({ run, code }) => {
    const error = await rejection(run());
    expect((error as SocketError).code).toBe(code);
    expect(inspect(error, { depth: 20 })).not.toContain("wr0ng-pa55");
  });

  it("an old PFX given to TLS directly names this door", async () => {
    const attempt = (name: string, passphrase: string) =>
      codeOf(connect({ host: "127.0.0.1", port: 1, tls: { pfx: octets(name), passphrase, verify: "none" } }));
    expect(await attempt("rsa-rc2.pfx", "secret")).toBe("ERR_SOCKET_FILE_LEGACY");
    expect(await attempt("rsa-modern.pfx", "secret")).toBe("ERR_SOCKET_REFUSED");
    expect(await attempt("rsa-modern.pfx", "wrong")).toBe("ERR_SOCKET_FILE_PASSWORD");
    expect(await attempt("ca.pem", "wrong")).toBe("ERR_SOCKET_FILE_FORMAT");
  });

  it("whatever octets a file holds, only our errors are thrown", async () => {
    const seeds = [
      "rsa-modern.pfx",
      "store.jks",
      "chain-der.p7b",
      "ec.der",
      "rsa-v2.ppk",
      "ssh-ec.key",
      "ec-all.pem",
    ].map(octets);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        fc.nat(4000),
        fc.integer({ min: 0, max: 255 }),
        async (seed, at, octet) => {
          const spoiled = Buffer.from(seed);
          spoiled[at % spoiled.length] = octet;
          const error = await openCertificateStore(spoiled, { password: "secret" }).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error !== undefined && !SocketError.is(error)) throw error;
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("deny lists", () => {
  it("certificates, fingerprints and serial numbers", async () => {
    const [info] = (await openCertificateStore(file("rsa.pem"))).entries[0]!.certificates;
    const path = written(
      "deny",
      `# a comment\n${info!.fingerprints.sha1}  # colons\n\n0A1b\n${octets("ec.pem")}`,
    );
    const denied = await loadDenyList(path);
    const [ec] = (await openCertificateStore(file("ec.pem"))).entries[0]!.certificates;
    expect(denied.sort()).toEqual(
      [info!.fingerprints.sha1, "0a1b", ec!.fingerprints.sha256]
        .map((mark) => mark.replaceAll(":", "").toLowerCase())
        .sort(),
    );
    expect(await codeOf(loadDenyList(written("odd", "not hexadecimal\n")))).toBe("ERR_SOCKET_FILE_FORMAT");
    expect(await codeOf(loadDenyList(join(directory, "nope")))).toBe("ERR_SOCKET_FILE_UNREADABLE");
  });
});
