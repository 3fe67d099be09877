import { readFileSync } from "node:fs";
import {
  connect,
  MemoryTlsSessionStore,
  type Socket,
  SocketError,
  type TlsOptions,
} from "@wirepost/socket-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Certificates, certificates } from "../../src/machine/certificates.js";
import { SERVER_NAME } from "../../src/servers/mail-server.js";
import { type OpensslServer, startTlsServer } from "../../src/servers/openssl.js";
import { startSmtpServer } from "../../src/servers/smtp-server.js";

const running: OpensslServer[] = [];
let made: Certificates;
let ca: string;
beforeAll(async () => {
  made = await certificates();
  ca = readFileSync(made.caFile, "utf8");
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

async function serve(name: keyof Certificates, more: readonly string[] = []): Promise<OpensslServer> {
  const credential = made[name];
  if (typeof credential !== "object") throw new Error(`${name} is no certificate`);
  const server = await startTlsServer(credential, more);
  running.push(server);
  return server;
}

function open(server: OpensslServer, tls: TlsOptions = {}): Promise<Socket> {
  return connect({ host: server.host, port: server.port, tls: { ca, servername: SERVER_NAME, ...tls } });
}

async function codeOf(opening: Promise<Socket>): Promise<string> {
  try {
    const socket = await opening;
    socket.destroy();
    return "connected";
  } catch (error) {
    return SocketError.is(error) ? error.code : String(error);
  }
}

/** s_server turns each line round. */
async function echo(socket: Socket): Promise<string> {
  socket.write(Buffer.from("hello\n"));
  const answer = Buffer.from((await socket.read()) ?? []).toString();
  await socket.close();
  return answer;
}

describe("certificates of openssl", () => {
  test.each(["server", "serverEcdsa"] as const)("%s: good", async (name) => {
    const socket = await open(await serve(name));
    expect(socket.tls).toMatchObject({ protocol: "TLSv1.3", authorized: true });
    expect(socket.tls?.certificate?.subject).toBeDefined();
    expect(await echo(socket)).toBe("olleh\n");
  });

  test.each([
    ["expired", "ERR_SOCKET_CERTIFICATE_EXPIRED"],
    ["notYetValid", "ERR_SOCKET_CERTIFICATE_NOT_YET_VALID"],
    ["wrongHost", "ERR_SOCKET_CERTIFICATE_HOST_MISMATCH"],
    ["selfSigned", "ERR_SOCKET_CERTIFICATE_SELF_SIGNED"],
    ["otherAuthority", "ERR_SOCKET_CERTIFICATE_UNKNOWN_ISSUER"],
    ["client", "ERR_SOCKET_CERTIFICATE_PURPOSE"],
  ] as const)("%s: refused with %s, and taken when verification is off", async (name, code) => {
    const server = await serve(name);
    expect(await codeOf(open(server))).toBe(code);
    const socket = await open(server, { verify: "none" });
    expect([socket.tls?.authorized, socket.tls?.failure?.code]).toEqual([false, code]);
    expect(await echo(socket)).toBe("olleh\n");
  });

  test.each([
    ["TLSv1.2", "-tls1_2"],
    ["TLSv1.3", "-tls1_3"],
  ])("%s alone", async (protocol, flag) => {
    const socket = await open(await serve("server", [flag]));
    expect(socket.tls?.protocol).toBe(protocol);
    expect(await echo(socket)).toBe("olleh\n");
  });

  test("TLS 1.1 alone is refused", async () => {
    const server = await serve("server", ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]);
    expect(await codeOf(open(server))).toBe("ERR_SOCKET_TLS_VERSION");
  });

  test.each(["-tls1_2", "-tls1_3"])("%s: a session is resumed", async (flag) => {
    const server = await serve("server", [flag]);
    const sessionStore = new MemoryTlsSessionStore();
    const resumed: boolean[] = [];
    for (let time = 0; time < 2; time++) {
      const socket = await open(server, { sessionStore });
      resumed.push(socket.tls?.resumed === true);
      expect(await echo(socket)).toBe("olleh\n");
    }
    expect(resumed).toEqual([false, true]);
  });

  test("a client certificate is asked for and given", async () => {
    const server = await serve("server", ["-Verify", "1", "-CAfile", made.caFile, "-verify_return_error"]);
    const certificate = readFileSync(made.client.certificateFile);
    const key = readFileSync(made.client.keyFile);
    expect(await echo(await open(server, { certificate, key }))).toBe("olleh\n");
    const without = await open(server, { maxVersion: "TLSv1.2" }).catch((error: unknown) => error);
    expect(SocketError.is(without) && without.code).toMatch(/^ERR_SOCKET_TLS_/);
  });

  test("a peer that does not speak TLS", async () => {
    const server = await startSmtpServer();
    try {
      const { host, ports } = server;
      expect(await codeOf(connect({ host, port: ports.plain, tls: { ca } }))).toBe("ERR_SOCKET_TLS_NOT_TLS");
    } finally {
      await server.stop();
    }
  });
});
