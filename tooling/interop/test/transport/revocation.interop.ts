import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, SocketError } from "@wirepost/socket-core";
import { type RevocationOptions, revocationChecker } from "@wirepost/socket-core/revocation";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { AUTHORITY_HOST, type Certificates, certificates } from "../../src/machine/certificates.js";
import { SERVER_NAME } from "../../src/servers/mail-server.js";
import {
  type OpensslServer,
  startOcspResponder,
  startTlsServer,
  writeOcspResponse,
} from "../../src/servers/openssl.js";

const running: OpensslServer[] = [];
let made: Certificates;
let folder: string;
beforeAll(async () => {
  made = await certificates();
  folder = mkdtempSync(join(tmpdir(), "wirepost-interop-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

async function kept(starting: Promise<OpensslServer>): Promise<OpensslServer> {
  const server = await starting;
  running.push(server);
  return server;
}

async function codeOf(server: OpensslServer, options: RevocationOptions): Promise<string> {
  const ca = readFileSync(made.caFile, "utf8");
  const revocation = revocationChecker({ scope: "leaf", ...options });
  try {
    const tls = { ca, servername: SERVER_NAME, revocation };
    const socket = await connect({ host: server.host, port: server.port, tls });
    socket.destroy();
    return "connected";
  } catch (error) {
    return SocketError.is(error) ? error.code : String(error);
  }
}

const REVOKED = "ERR_SOCKET_CERTIFICATE_REVOKED";
const UNKNOWN = "ERR_SOCKET_REVOCATION_UNKNOWN";

describe("openssl's responder", () => {
  test("a good certificate passes, a revoked one does not", async () => {
    await kept(startOcspResponder());
    const good = await kept(startTlsServer(made.server));
    const bad = await kept(startTlsServer(made.revoked));
    const options = { mode: "hard", crl: "off" } as const;
    expect([await codeOf(good, options), await codeOf(bad, options)]).toEqual(["connected", REVOKED]);
  });

  test("nobody answers: soft passes, hard does not", async () => {
    const good = await kept(startTlsServer(made.server));
    expect(await codeOf(good, { mode: "soft" })).toBe("connected");
    expect(await codeOf(good, { mode: "hard" })).toBe(UNKNOWN);
    expect(await codeOf(good, { mode: "off" })).toBe("connected");
  });

  test("a stapled response is enough, and is believed when it says revoked", async () => {
    const files = { good: join(folder, "good.der"), bad: join(folder, "bad.der") };
    await writeOcspResponse(made.server, files.good);
    await writeOcspResponse(made.revoked, files.bad);
    const good = await kept(startTlsServer(made.server, ["-status_file", files.good]));
    const bad = await kept(startTlsServer(made.revoked, ["-status_file", files.bad]));
    const options = { mode: "hard", ocsp: "stapled", crl: "off" } as const;
    expect([await codeOf(good, options), await codeOf(bad, options)]).toEqual(["connected", REVOKED]);
  });

  test("a stapled response for another certificate does not vouch", async () => {
    const file = join(folder, "other.der");
    await writeOcspResponse(made.server, file);
    const bad = await kept(startTlsServer(made.revoked, ["-status_file", file]));
    expect(await codeOf(bad, { mode: "hard", ocsp: "stapled", crl: "off" })).not.toBe("connected");
  });
});

describe("openssl's revocation list", () => {
  let lists: Server;
  beforeAll(async () => {
    lists = createServer((_request, response) => response.end(readFileSync(made.crlFile)));
    await new Promise<void>((done) => lists.listen(made.crlPort, AUTHORITY_HOST, () => done()));
  });
  afterAll(async () => {
    lists.closeAllConnections();
    await new Promise((done) => lists.close(done));
  });

  test.each([
    ["fetched", { crl: "fetch" }],
    ["given", { crl: "given" }],
  ] as const)("%s: a good certificate passes, a revoked one does not", async (_how, how) => {
    const crls = how.crl === "given" ? [readFileSync(made.crlFile)] : undefined;
    const options = { mode: "hard", ocsp: "off", ...how, crls } as const;
    const good = await kept(startTlsServer(made.server));
    const bad = await kept(startTlsServer(made.revoked));
    expect([await codeOf(good, options), await codeOf(bad, options)]).toEqual(["connected", REVOKED]);
  });
});
