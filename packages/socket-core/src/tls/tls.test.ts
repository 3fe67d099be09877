import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Authority, type Issued, selfSigned } from "../../test/authority.js";
import { codeOf, readBytes, rejection, type TestServer, tlsServer } from "../../test/servers.js";
import { connect, MemoryTlsSessionStore, readCertificate, SocketError, type TlsOptions } from "../index.js";

const DAY = 86_400_000;
const PIN = "ERR_SOCKET_CERTIFICATE_PIN";
let authority: Authority;
let good: Issued;
const servers: TestServer[] = [];

async function serve(own: { pem: string; key: string }, more: object = {}): Promise<number> {
  const server = await tlsServer({ cert: own.pem, key: own.key, ...more }, (socket) => socket.pipe(socket));
  servers.push(server);
  return server.port;
}

function dialTls(port: number, tls: TlsOptions, host = "localhost") {
  return connect({
    host,
    port,
    family: 4,
    tls,
    lookup: (_host, _options, done) => done(null, "127.0.0.1", 4),
  });
}

beforeAll(async () => {
  authority = await Authority.create();
  good = await authority.issue({ dnsNames: ["localhost", "*.mail.example.com"], ipAddresses: ["127.0.0.1"] });
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

describe("a verified TLS connection", () => {
  it("carries octets and tells what was negotiated", async () => {
    const port = await serve(good, { ALPNProtocols: ["smtp"] });
    const socket = await dialTls(port, { ca: authority.pem, alpn: ["smtp"], groups: ["X25519"] });
    socket.write(Buffer.from("hello"));
    expect((await readBytes(socket, 5)).toString()).toBe("hello");
    const tls = socket.tls!;
    expect(tls.verified).toBe(true);
    expect(tls.failure).toBeUndefined();
    expect(tls.protocol).toBe("TLSv1.3");
    expect(tls.cipher.bits).toBeGreaterThanOrEqual(128);
    expect(tls.alpn).toBe("smtp");
    expect(tls.servername).toBe("localhost");
    expect(tls.certificate?.dnsNames).toContain("localhost");
    expect(tls.certificate?.issuers[0]?.subject.commonName).toBe("Test Root");
    expect(tls.keyExchange).toMatchObject({ type: "ECDH", name: "X25519" });
    await socket.close();
    expect(socket.closed).toBe(true);
  });

  it("accepts an address that the certificate names, and sends no SNI for it", async () => {
    const port = await serve(good);
    const socket = await dialTls(port, { ca: authority.pem }, "127.0.0.1");
    expect(socket.tls?.servername).toBeUndefined();
    expect(socket.tls?.verified).toBe(true);
    socket.destroy();
  });
});

const TROUBLES: {
  name: string;
  code: string;
  make: () => Promise<Issued | { pem: string; key: string }>;
  host?: string;
  ca?: () => string | undefined;
}[] = [
  {
    name: "expired",
    code: "ERR_SOCKET_CERTIFICATE_EXPIRED",
    make: () =>
      authority.issue({
        dnsNames: ["localhost"],
        notBefore: new Date(Date.now() - 9 * DAY),
        notAfter: new Date(Date.now() - DAY),
      }),
  },
  {
    name: "not yet valid",
    code: "ERR_SOCKET_CERTIFICATE_NOT_YET_VALID",
    make: () => authority.issue({ dnsNames: ["localhost"], notBefore: new Date(Date.now() + DAY) }),
  },
  {
    name: "self-signed",
    code: "ERR_SOCKET_CERTIFICATE_SELF_SIGNED",
    make: () => selfSigned({ dnsNames: ["localhost"] }),
  },
  {
    name: "unknown CA",
    code: "ERR_SOCKET_CERTIFICATE_UNKNOWN_ISSUER",
    make: async () => (await Authority.create("Other Root")).issue({ dnsNames: ["localhost"] }),
  },
  {
    name: "wrong host",
    code: "ERR_SOCKET_CERTIFICATE_HOST_MISMATCH",
    make: () => authority.issue({ dnsNames: ["other.example"] }),
  },
  {
    name: "host in the common name only",
    code: "ERR_SOCKET_CERTIFICATE_HOST_MISMATCH",
    make: () => authority.issue({ subject: "CN=localhost" }),
  },
  {
    name: "wildcard over two labels",
    code: "ERR_SOCKET_CERTIFICATE_HOST_MISMATCH",
    make: () => authority.issue({ dnsNames: ["*.example.com"] }),
    host: "a.b.example.com",
  },
  {
    name: "DNS name that is the text of the address",
    code: "ERR_SOCKET_CERTIFICATE_HOST_MISMATCH",
    make: () => authority.issue({ dnsNames: ["127.0.0.1"] }),
    host: "127.0.0.1",
  },
  {
    name: "for clients only",
    code: "ERR_SOCKET_CERTIFICATE_PURPOSE",
    make: () => authority.issue({ dnsNames: ["localhost"], usages: ["1.3.6.1.5.5.7.3.2"] }),
  },
  {
    name: "issued by one that may not issue",
    code: "ERR_SOCKET_CERTIFICATE_UNTRUSTED",
    make: async () => {
      const false_ = await authority.intermediate("Not A CA", false);
      const leaf = await false_.issue({ dnsNames: ["localhost"] });
      return { pem: leaf.pem + false_.pem, key: leaf.key };
    },
  },
];

describe("T9: a bad certificate is refused before any octet", () => {
  it.each(TROUBLES)("$name", async ({ code, make, host }) => {
    const seen: Buffer[] = [];
    const own = await make();
    const server = await tlsServer({ cert: own.pem, key: own.key }, (socket) =>
      socket.on("data", (data) => seen.push(data)),
    );
    servers.push(server);
    const error = await rejection(dialTls(server.port, { ca: authority.pem }, host));
    expect(SocketError.is(error)).toBe(true);
    expect((error as SocketError).code).toBe(code);
    expect((error as SocketError).phase).toBe("tls");
    expect(seen).toEqual([]);
  });

  it.each(TROUBLES)('$name: verify "none" connects and reports it', async ({ code, make, host }) => {
    const port = await serve(await make());
    const socket = await dialTls(port, { ca: authority.pem, verify: "none" }, host);
    expect(socket.tls?.verified).toBe(false);
    expect(socket.tls?.failure?.code).toBe(code);
    socket.destroy();
  });
});

describe("onCertificate", () => {
  it("sees certificate and reason, and may accept", async () => {
    const own = await selfSigned({ dnsNames: ["localhost"] });
    const port = await serve(own);
    const asked: unknown[] = [];
    const socket = await dialTls(port, {
      onCertificate: (certificate, failure) => {
        asked.push([certificate.dnsNames, failure?.code]);
        return true;
      },
    });
    expect(asked).toEqual([[["localhost"], "ERR_SOCKET_CERTIFICATE_SELF_SIGNED"]]);
    expect(socket.tls?.verified).toBe(false);
    socket.destroy();
  });

  it('"verified" vouches for the peer', async () => {
    const port = await serve(await selfSigned({ dnsNames: ["localhost"] }));
    const socket = await dialTls(port, { verify: "none", onCertificate: () => "verified" });
    expect(socket.tls).toMatchObject({ verified: true, failure: undefined });
    socket.destroy();
  });

  it("may refuse a good certificate", async () => {
    const port = await serve(good);
    expect(await codeOf(dialTls(port, { ca: authority.pem, onCertificate: () => false }))).toBe(
      "ERR_SOCKET_CERTIFICATE_REFUSED",
    );
  });

  it("undefined leaves the decision to the policy", async () => {
    const port = await serve(await selfSigned({ dnsNames: ["localhost"] }));
    expect(await codeOf(dialTls(port, { onCertificate: () => undefined }))).toBe(
      "ERR_SOCKET_CERTIFICATE_SELF_SIGNED",
    );
  });

  it("that throws ends the handshake", async () => {
    const port = await serve(good);
    const error = (await rejection(
      dialTls(port, {
        ca: authority.pem,
        onCertificate: () => {
          throw new RangeError("oops");
        },
      }),
    )) as SocketError;
    expect(error.cause).toBeInstanceOf(RangeError);
  });
});

describe("pins, trusted and denied certificates", () => {
  it("a pin of the key or of an issuer passes, another does not", async () => {
    const port = await serve(good);
    const socket = await dialTls(port, { ca: authority.pem });
    const { certificate } = socket.tls!;
    socket.destroy();
    for (const pin of [
      certificate!.publicKeyPin,
      certificate!.fingerprints.sha256,
      certificate!.issuers[0]!.publicKeyPin,
    ]) {
      const pinned = await dialTls(port, { ca: authority.pem, pins: [pin] });
      expect(pinned.tls?.verified).toBe(true);
      pinned.destroy();
    }
    expect(await codeOf(dialTls(port, { ca: authority.pem, pins: ["aa".repeat(32)] }))).toBe(PIN);
    expect(await codeOf(dialTls(port, { ca: authority.pem, verify: "none", pins: ["aa".repeat(32)] }))).toBe(
      PIN,
    );
  });

  it("a pin is looked at where nothing else is verified, too", async () => {
    const own = await selfSigned({ dnsNames: ["other.example"] });
    const port = await serve(own);
    const fingerprint = createHash("sha256").update(own.der).digest("hex");
    const socket = await dialTls(port, { verify: "none", pins: [fingerprint] });
    expect(socket.tls?.verified).toBe(false);
    socket.destroy();
    expect(await codeOf(dialTls(port, { verify: "none", pins: ["aa".repeat(32)] }))).toBe(PIN);
  });

  it("issuers count only where the chain is valid, and nobody's who was only sent along", async () => {
    const issuer = createHash("sha256").update(authority.self.der).digest("hex");
    const issuerKey = readCertificate(authority.self.der).publicKeyPin;
    // A stranger's authority by the same name signs; the true one is sent along.
    const forger = await Authority.create("Test Root");
    const forged = await forger.issue({ dnsNames: ["localhost"] });
    const alone = await serve(good);
    const withForger = await serve({ pem: `${forged.pem}${authority.pem}`, key: forged.key });
    for (const pin of [issuer, issuerKey]) {
      const trusting = { ca: authority.pem, pins: [pin] };
      for (const verify of ["none", "full"] as const) {
        const socket = await dialTls(alone, { ...trusting, verify });
        expect(socket.tls?.verified).toBe(true);
        socket.destroy();
        expect(await codeOf(dialTls(alone, { pins: [pin], verify }))).toBe(PIN);
        expect(await codeOf(dialTls(withForger, { pins: [pin], verify }))).toBe(PIN);
        expect(await codeOf(dialTls(withForger, { ...trusting, verify }))).toBe(PIN);
      }
      const hook = { onCertificate: (_: unknown, failure?: SocketError) => failure?.code !== PIN };
      expect(await codeOf(dialTls(withForger, { pins: [pin], ...hook }))).toBe(PIN);
    }
  });

  it("an issuer that did not sign is not one, though the chain is valid without it", async () => {
    const pinned = await selfSigned({ ca: true });
    // Around the pinned key, by the name of the authority that did sign: anybody can make one.
    const claim = await authority.around(pinned);
    const port = await serve({ pem: `${good.pem}${claim}`, key: good.key });
    const open = await dialTls(port, { ca: authority.pem });
    expect(open.tls?.verified).toBe(true);
    const shown = open.tls?.certificate?.issuers.map(({ publicKeyPin }) => publicKeyPin);
    open.destroy();
    const { publicKeyPin } = readCertificate(pinned.der);
    expect(shown).toContain(publicKeyPin);
    expect(await codeOf(dialTls(port, { ca: authority.pem, pins: [publicKeyPin] }))).toBe(PIN);
  });

  const OF_A_WRONG_KIND: [string, object][] = [
    ["ca", { ca: 5 }],
    ["ca", { ca: [5] }],
    ["extraCa", { extraCa: {} }],
    ["certificate", { certificate: 5, key: "x" }],
    ["key", { certificate: "x", key: 5 }],
    ["pfx", { pfx: "x" }],
    ["hostNames", { hostNames: "mail.example" }],
    ["groups", { groups: "X25519" }],
    ["alpn", { alpn: [5] }],
    ["pins", { pins: "aa" }],
    ["trusted", { trusted: [5] }],
    ["denied", { denied: 5 }],
  ];
  it.each(OF_A_WRONG_KIND)("an option of a wrong kind is refused by its name: %s", async (name, tls) => {
    const error = await connect({ host: "127.0.0.1", port: 9, tls: tls as TlsOptions }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: "ERR_SOCKET_BAD_OPTION", message: expect.stringContaining(name) });
  });

  it("a trusted fingerprint counts as verified", async () => {
    const own = await selfSigned({ dnsNames: ["other.example"] });
    const port = await serve(own);
    const fingerprint = createHash("sha256").update(own.der).digest("hex");
    const socket = await dialTls(port, { trusted: [fingerprint] });
    expect(socket.tls?.verified).toBe(true);
    socket.destroy();
  });

  it("a denied certificate is refused, whatever the hook says", async () => {
    const port = await serve(good);
    const socket = await dialTls(port, { ca: authority.pem });
    const { certificate } = socket.tls!;
    socket.destroy();
    for (const mark of [
      certificate!.serialNumber,
      certificate!.fingerprints.sha1,
      certificate!.issuers[0]!.fingerprints.sha256,
    ]) {
      const denied = {
        ca: authority.pem,
        verify: "none",
        denied: [mark],
        onCertificate: () => true,
      } as const;
      expect(await codeOf(dialTls(port, denied))).toBe("ERR_SOCKET_CERTIFICATE_DENIED");
    }
  });
});

describe("resumption", () => {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`${version}: a verified session is resumed with its facts`, async () => {
      const port = await serve(good);
      const sessionStore = new MemoryTlsSessionStore();
      const tls = { ca: authority.pem, sessionStore, maxVersion: version } as const;
      const first = await dialTls(port, tls);
      first.write(Buffer.from("x"));
      await readBytes(first, 1); // TLS 1.3 tickets travel with the first octets
      await first.close();
      const second = await dialTls(port, tls);
      expect(second.tls).toMatchObject({ resumed: true, verified: true });
      expect(second.tls?.certificate?.dnsNames).toContain("localhost");
      second.destroy();
      // another policy or host never takes it
      const other = await dialTls(port, { ...tls, pins: [second.tls!.certificate!.publicKeyPin] });
      expect(other.tls?.resumed).toBe(false);
      other.destroy();
      expect(await codeOf(dialTls(port, tls, "x.example.com"))).toBe("ERR_SOCKET_CERTIFICATE_HOST_MISMATCH");
    });

    it(`${version}: a session of an unverified peer is never kept`, async () => {
      const port = await serve(await selfSigned({ dnsNames: ["localhost"] }));
      const put: unknown[] = [];
      const sessionStore = { take: () => undefined, put: (key: string) => put.push(key) };
      const socket = await dialTls(port, { verify: "none", sessionStore, maxVersion: version });
      socket.write(Buffer.from("x"));
      await readBytes(socket, 1);
      await socket.close();
      expect(put).toEqual([]);
    });
  }

  it("the hook is asked again when a session is resumed", async () => {
    const port = await serve(good);
    const sessionStore = new MemoryTlsSessionStore();
    let answer: boolean | undefined;
    const tls: TlsOptions = { ca: authority.pem, sessionStore, onCertificate: () => answer };
    const first = await dialTls(port, tls);
    first.write(Buffer.from("x"));
    await readBytes(first, 1);
    await first.close();
    answer = false;
    expect(await codeOf(dialTls(port, tls))).toBe("ERR_SOCKET_CERTIFICATE_REFUSED");
  });
});
