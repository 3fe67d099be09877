import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Authority, type Issued, type LeafOptions } from "../../test/authority.js";
import {
  asksFor,
  type HttpStub,
  httpStub,
  type OcspAnswer,
  ocspResponse,
} from "../../test/ocsp-responder.js";
import { codeOf, type TestServer, tlsServer } from "../../test/servers.js";
import { connect, MemoryTlsSessionStore, readCertificate, type TlsOptions } from "../index.js";
import { type RevocationOptions, revocationChecker } from "../revocation.js";
import { readCrl } from "./crl.js";
import { readOcspResponse } from "./ocsp.js";

const DAY = 86_400_000;
let authority: Authority;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  authority = await Authority.create();
});
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function serve(
  own: { pem: string; key: string },
  staple?: () => Promise<Uint8Array>,
): Promise<TestServer> {
  const server = await tlsServer(
    { cert: own.pem, key: own.key },
    (peer) => peer.pipe(peer),
    (tls) => {
      if (staple === undefined) return;
      tls.on("OCSPRequest", (_certificate, _issuer, done) => {
        staple().then((octets) => done(null, Buffer.from(octets)));
      });
    },
  );
  closers.push(() => server.close());
  return server;
}

function dialTls(port: number, revocation: RevocationOptions, more: TlsOptions = {}) {
  const tls = {
    ca: authority.pem,
    servername: "localhost",
    revocation: revocationChecker(revocation),
    ...more,
  };
  return connect({ host: "127.0.0.1", port, tls });
}

async function outcome(port: number, revocation: RevocationOptions, more: TlsOptions = {}): Promise<string> {
  try {
    const socket = await dialTls(port, revocation, more);
    socket.destroy();
    return socket.tls?.verified ? "verified" : "not verified";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

async function stub(answer: Parameters<typeof httpStub>[0]): Promise<HttpStub> {
  const server = await httpStub(answer);
  closers.push(() => server.close());
  return server;
}

/** A leaf whose certificate names a responder that gives `answer`. */
async function leafWithResponder(answer: OcspAnswer | number | undefined, more: LeafOptions = {}) {
  let leaf: Issued;
  const responder = await stub(async () =>
    typeof answer === "object" ? ocspResponse(leaf, authority.self, answer) : answer,
  );
  leaf = await authority.issue({ dnsNames: ["localhost"], ocspUrl: responder.url, ...more });
  return { leaf, responder };
}

const UNKNOWN = "ERR_SOCKET_REVOCATION_UNKNOWN";
const REVOKED = "ERR_SOCKET_CERTIFICATE_REVOKED";

describe("T10: OCSP", () => {
  it("Node alone asks nobody: without the option a revoked certificate passes", async () => {
    const { leaf, responder } = await leafWithResponder({ status: "revoked" });
    const server = await serve(leaf);
    const socket = await connect({
      host: "127.0.0.1",
      port: server.port,
      tls: { ca: authority.pem, servername: "localhost" },
    });
    expect(socket.tls?.verified).toBe(true);
    socket.destroy();
    expect(await outcome(server.port, { mode: "off" })).toBe("verified");
    expect(responder.requests).toHaveLength(0);
  });

  const CASES: [string, () => Promise<OcspAnswer | number | undefined>, string, string][] = [
    ["good", async () => ({ status: "good" }), "verified", "verified"],
    ["good, by SHA-256", async () => ({ status: "good", hash: "SHA-256" }), "verified", "verified"],
    [
      "good, without the time of the next",
      async () => ({ status: "good", nextUpdate: null }),
      "verified",
      "verified",
    ],
    ["revoked", async () => ({ status: "revoked" }), REVOKED, REVOKED],
    ["unknown", async () => ({ status: "unknown" }), "verified", UNKNOWN],
    [
      "out of date",
      async () => ({ status: "good", nextUpdate: new Date(Date.now() - DAY) }),
      "verified",
      UNKNOWN,
    ],
    [
      "from the future",
      async () => ({ status: "good", thisUpdate: new Date(Date.now() + DAY) }),
      "verified",
      UNKNOWN,
    ],
    [
      "signed by a stranger",
      async () => ({
        status: "good",
        signer: (await Authority.create("Stranger")).self,
        withCertificate: true,
      }),
      "verified",
      UNKNOWN,
    ],
    [
      "signed by a certificate for this purpose",
      async () => ({
        status: "revoked",
        signer: await authority.issue({ subject: "CN=Responder", usages: ["1.3.6.1.5.5.7.3.9"] }),
        withCertificate: true,
      }),
      REVOKED,
      REVOKED,
    ],
    [
      "signed by a certificate for another purpose",
      async () => ({
        status: "good",
        signer: await authority.issue({ subject: "CN=Leaf", dnsNames: ["x.example"] }),
        withCertificate: true,
      }),
      "verified",
      UNKNOWN,
    ],
    [
      "signed by an expired certificate",
      async () => ({
        status: "good",
        signer: await authority.issue({
          subject: "CN=R",
          usages: ["1.3.6.1.5.5.7.3.9"],
          notBefore: new Date(Date.now() - 9 * DAY),
          notAfter: new Date(Date.now() - DAY),
        }),
        withCertificate: true,
      }),
      "verified",
      UNKNOWN,
    ],
    ["HTTP 500", async () => 500, "verified", UNKNOWN],
    ["silence", async () => undefined, "verified", UNKNOWN],
  ];
  it.each(CASES)("fetched, %s", async (name, answer, soft, hard) => {
    const timeoutMs = name === "silence" ? 100 : 10_000;
    const { leaf, responder } = await leafWithResponder(await answer());
    const server = await serve(leaf);
    expect([
      await outcome(server.port, { mode: "soft", timeoutMs }),
      await outcome(server.port, { mode: "hard", timeoutMs }),
    ]).toEqual([soft, hard]);
    expect(await asksFor(responder.requests[0]!, leaf, authority.self)).toBe(true);
  });

  it("an answer about another certificate is none", async () => {
    const other = await authority.issue({ dnsNames: ["other.example"] });
    const responder = await stub(() => ocspResponse(other, authority.self, { status: "good" }));
    const leaf = await authority.issue({ dnsNames: ["localhost"], ocspUrl: responder.url });
    const server = await serve(leaf);
    expect(await outcome(server.port, { mode: "hard" })).toBe(UNKNOWN);
  });

  it("a stapled response spares the question; must-staple makes it a duty", async () => {
    const { leaf, responder } = await leafWithResponder({ status: "good" }, { mustStaple: true });
    const stapling = await serve(leaf, () => ocspResponse(leaf, authority.self, { status: "good" }));
    const forgetful = await serve(leaf);
    const revoked = await serve(leaf, () => ocspResponse(leaf, authority.self, { status: "revoked" }));
    for (const mode of ["soft", "hard"] as const) {
      expect(await outcome(stapling.port, { mode })).toBe("verified");
      expect(await outcome(stapling.port, { mode, ocsp: "stapled", crl: "off" })).toBe("verified");
      expect(await outcome(forgetful.port, { mode })).toBe(UNKNOWN);
      expect(await outcome(revoked.port, { mode })).toBe(REVOKED);
    }
    expect(responder.requests).toHaveLength(0);
  });

  it("an answer is kept; a resumed session is checked again", async () => {
    let status: OcspAnswer["status"] = "good";
    let leaf: Issued;
    const responder = await stub(() => ocspResponse(leaf, authority.self, { status }));
    leaf = await authority.issue({ dnsNames: ["localhost"], ocspUrl: responder.url });
    const server = await serve(leaf);
    const keeping = {
      ca: authority.pem,
      servername: "localhost",
      revocation: revocationChecker({ mode: "hard" }),
    };
    for (let round = 0; round < 3; round++) {
      (await connect({ host: "127.0.0.1", port: server.port, tls: keeping })).destroy();
    }
    expect(responder.requests).toHaveLength(1);
    const sessionStore = new MemoryTlsSessionStore();
    const socket = await dialTls(server.port, { mode: "hard" }, { sessionStore, maxVersion: "TLSv1.2" });
    await socket.close();
    status = "revoked";
    expect(await outcome(server.port, { mode: "hard" }, { sessionStore, maxVersion: "TLSv1.2" })).toBe(
      REVOKED,
    );
  });
});

describe("T10: CRL", () => {
  const CASES: [string, (leaf: Issued) => Promise<Uint8Array | number>, string, string][] = [
    ["not listed", () => authority.crl(["99"]), "verified", "verified"],
    ["empty", () => authority.crl([]), "verified", "verified"],
    ["listed", (leaf) => authority.crl(["99", leaf.certificate.serialNumber, "77"]), REVOKED, REVOKED],
    [
      "out of date",
      (leaf) => authority.crl([leaf.certificate.serialNumber], new Date(Date.now() - 3_600_000)),
      "verified",
      UNKNOWN,
    ],
    [
      "of another issuer",
      async (leaf) => (await Authority.create("Other")).crl([leaf.certificate.serialNumber]),
      "verified",
      UNKNOWN,
    ],
    [
      "of another key with the same name",
      async (leaf) => (await Authority.create()).crl([leaf.certificate.serialNumber]),
      "verified",
      UNKNOWN,
    ],
    ["not there", async () => 404, "verified", UNKNOWN],
    ["garbage", async () => new TextEncoder().encode("hello"), "verified", UNKNOWN],
  ];
  it.each(CASES)("fetched, %s", async (_name, list, soft, hard) => {
    let leaf: Issued;
    const place = await stub(async () => list(leaf));
    leaf = await authority.issue({ dnsNames: ["localhost"], crlUrl: place.url });
    const server = await serve(leaf);
    expect([
      await outcome(server.port, { mode: "soft" }),
      await outcome(server.port, { mode: "hard" }),
    ]).toEqual([soft, hard]);
  });

  it("given by the caller, as DER or PEM", async () => {
    const leaf = await authority.issue({ dnsNames: ["localhost"] });
    const server = await serve(leaf);
    const list = await authority.crl([leaf.certificate.serialNumber]);
    const pem = Buffer.from(
      `-----BEGIN X509 CRL-----\n${Buffer.from(list).toString("base64")}\n-----END X509 CRL-----\n`,
    );
    for (const crl of [list, pem])
      expect(await outcome(server.port, { mode: "soft", crl: "given", crls: [crl] })).toBe(REVOKED);
    expect(await outcome(server.port, { mode: "hard", crl: "given", crls: [await authority.crl([])] })).toBe(
      "verified",
    );
    expect(await outcome(server.port, { mode: "hard" })).toBe(UNKNOWN);
  });

  it("a revoked intermediate certificate is found, unless the scope is the leaf", async () => {
    const place = await stub(async () => list);
    const intermediate = await authority.intermediate("Middle", true, { crlUrl: place.url });
    const list = await authority.crl([intermediate.self.certificate.serialNumber]);
    const leaf = await intermediate.issue({ dnsNames: ["localhost"] });
    const server = await serve({ pem: leaf.pem + intermediate.pem, key: leaf.key });
    expect(await outcome(server.port, { mode: "soft" })).toBe(REVOKED);
    expect(await outcome(server.port, { mode: "soft", scope: "leaf" })).toBe("verified");
  });
});

describe("bad input", () => {
  it.each([{ mode: "hrd" }, { mode: "soft", ocsp: "yes" }, { mode: "soft", timeoutMs: -1 }])(
    "%j",
    (options) => {
      expect(() => revocationChecker(options as never)).toThrow(
        expect.objectContaining({ code: "ERR_SOCKET_BAD_OPTION" }),
      );
    },
  );

  it("an answer that is too long is not read to the end", async () => {
    const place = await stub(async () => new Uint8Array(200_000));
    const leaf = await authority.issue({ dnsNames: ["localhost"], crlUrl: place.url });
    const server = await serve(leaf);
    expect(await codeOf(dialTls(server.port, { mode: "hard", maxCrlBytes: 100_000 }))).toBe(UNKNOWN);
  });

  it("a spoiled response is never good", async () => {
    const leaf = await authority.issue({ dnsNames: ["localhost"] });
    const certificate = readCertificate(leaf.der);
    const issuer = readCertificate(authority.self.der);
    const response = await ocspResponse(leaf, authority.self, { status: "good" });
    const list = await authority.crl(["99"]);
    expect(readOcspResponse(response, certificate, issuer, Date.now()).status).toBe("good");
    expect(readCrl(list, certificate, issuer, Date.now()).status).toBe("good");
    fc.assert(
      fc.property(fc.nat(2000), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        for (const [octets, read] of [
          [response, readOcspResponse],
          [list, readCrl],
        ] as const) {
          const spoiled = Uint8Array.from(octets);
          spoiled[at % spoiled.length]! ^= mask;
          const { status } = read(spoiled, certificate, issuer, Date.now());
          // The outer wrapping is not signed: a change there may leave the signed part as it was.
          if (status === "good")
            expect(Buffer.from(spoiled).includes(Buffer.from(octets.slice(60, -90)))).toBe(true);
          else expect(status).toBe("unknown");
        }
      }),
    );
  });
});
