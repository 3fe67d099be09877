import { type Socket as NetSocket, connect as rawConnect } from "node:net";
import { Duplex } from "node:stream";
import { TLSSocket, connect as tlsConnect } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Authority, type Issued } from "../../test/authority.js";
import {
  codeOf,
  plainServer,
  readBytes,
  rejection,
  type TestServer,
  tlsServer,
  until,
} from "../../test/servers.js";
import { connect, type Socket, type SocketError } from "../index.js";

let authority: Authority;
let good: Issued;
const servers: TestServer[] = [];
const sockets: Socket[] = [];
beforeAll(async () => {
  authority = await Authority.create();
  good = await authority.issue({ dnsNames: ["localhost"] });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const lookup = (
  _host: string,
  _options: object,
  done: (error: null, address: string, family: number) => void,
) => done(null, "127.0.0.1", 4);

async function dial(onConnection: (peer: NetSocket) => void, options: object = {}): Promise<Socket> {
  const server = await plainServer(onConnection);
  servers.push(server);
  const socket = await connect({ host: "localhost", port: server.port, lookup, ...options });
  sockets.push(socket);
  return socket;
}

/** Answers STARTTLS with `reply` and then speaks TLS, echoing. */
function startTlsPeer(reply: string, seen: Buffer[] = []): (peer: NetSocket) => void {
  return (peer) => {
    peer.once("data", (data) => {
      seen.push(data);
      peer.write(reply);
      const secure = new TLSSocket(peer, { isServer: true, cert: good.pem, key: good.key });
      secure.on("error", () => {});
      secure.on("_tlsError", () => {});
      secure.on("data", (octets) => secure.write(octets));
    });
  };
}

async function say(socket: Socket, text: string, answerBytes: number): Promise<Buffer> {
  socket.write(Buffer.from(text));
  return readBytes(socket, answerBytes);
}

describe("upgrade in place", () => {
  it("attaches in the turn of the reply and keeps the receiver", async () => {
    const socket = await dial(startTlsPeer("220 go\r\n"));
    const seen: string[] = [];
    let upgrade: Promise<unknown> | undefined;
    socket.setReceiver({
      onData: (chunk) => {
        seen.push(Buffer.from(chunk).toString());
        upgrade ??= socket.startTls({ ca: authority.pem }).then(() => socket.write(Buffer.from("EHLO")));
      },
      onEnd: () => {},
      onError: (error) => seen.push(error.code),
    });
    socket.write(Buffer.from("STARTTLS\r\n"));
    await until(() => seen.length === 2);
    await upgrade;
    expect(seen).toEqual(["220 go\r\n", "EHLO"]);
    expect(socket.tls?.verified).toBe(true);
    expect(socket.bytesSent).toBe(14);
    expect(await codeOf(socket.startTls())).toBe("ERR_SOCKET_WRONG_STATE");
  });

  it("T16: nothing can be written during the handshake", async () => {
    const socket = await dial(startTlsPeer("220 go\r\n"));
    await say(socket, "STARTTLS\r\n", 8);
    const upgrade = socket.startTls({ ca: authority.pem });
    expect(() => socket.write(Buffer.from("MAIL FROM:<>\r\n"))).toThrow(/handshake/);
    await upgrade;
  });

  it("T16: octets that wait to be sent refuse the upgrade", async () => {
    const socket = await dial((peer) => peer.pause());
    while (socket.write(Buffer.alloc(1024 * 1024)));
    expect(await codeOf(socket.startTls({ verify: "none" }))).toBe("ERR_SOCKET_WRONG_STATE");
  });
});

describe("octets that came before TLS", () => {
  it.each([
    ["T3: whole lines", "220 go\r\n250-evil\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n"],
    ["T4: a fragment", "220 go\r\n250-AUTH PLAIN "],
  ])("%s are a security error and never delivered", async (_name, reply) => {
    const socket = await dial((peer) => peer.once("data", () => peer.write(reply)));
    socket.write(Buffer.from("STARTTLS\r\n"));
    await until(() => socket.bytesAvailable === reply.length);
    const error = (await rejection(socket.startTls({ verify: "none" }))) as SocketError;
    expect(error.code).toBe("ERR_SOCKET_TLS_LEFTOVER");
    expect(socket.writable).toBe(false);
    await expect(socket.read()).rejects.toBe(error);
  });

  it("T5: plaintext after the reply breaks the handshake", async () => {
    const socket = await dial((peer) =>
      peer.once("data", () => {
        peer.write("220 go\r\n");
        setTimeout(() => peer.write("250-evil\r\n250 AUTH PLAIN\r\n"), 25);
      }),
    );
    await say(socket, "STARTTLS\r\n", 8);
    expect(await codeOf(socket.startTls({ verify: "none" }))).toBe("ERR_SOCKET_TLS_NOT_TLS");
  });
});

describe("T8: a handshake that fails ends the connection", () => {
  it.each([
    ["garbage", (peer: NetSocket) => peer.write("\x00\x01\x02 no TLS here, sorry"), "ERR_SOCKET_TLS_NOT_TLS"],
    [
      "an SMTP greeting",
      (peer: NetSocket) => peer.write("220 mail.example ESMTP\r\n"),
      "ERR_SOCKET_TLS_NOT_TLS",
    ],
    ["a close", (peer: NetSocket) => peer.end(), "ERR_SOCKET_TLS_CLOSED"],
    [
      "a reset",
      (peer: NetSocket) => peer.once("data", () => peer.resetAndDestroy()),
      "ERR_SOCKET_TLS_CLOSED",
    ],
    ["silence", () => {}, "ERR_SOCKET_TLS_TIMEOUT"],
    [
      "an alert",
      (peer: NetSocket) => peer.write(Buffer.from([21, 3, 3, 0, 2, 2, 40])),
      "ERR_SOCKET_TLS_CIPHER",
    ],
  ])("implicit TLS met by %s", async (_name, behave, code) => {
    let connections = 0;
    const server = await plainServer((peer) => {
      connections++;
      behave(peer);
    });
    servers.push(server);
    const error = await rejection(
      connect({
        host: "127.0.0.1",
        port: server.port,
        tls: { verify: "none", handshakeTimeoutMs: code === "ERR_SOCKET_TLS_TIMEOUT" ? 100 : 10_000 },
      }),
    );
    expect((error as SocketError).code).toBe(code);
    expect((error as SocketError).phase).toBe("tls");
    expect(connections).toBe(1);
  });

  it("destroy() during the handshake settles it", async () => {
    const socket = await dial(() => {});
    const upgrade = rejection(socket.startTls({ verify: "none" }));
    socket.destroy();
    expect(((await upgrade) as SocketError).code).toBe("ERR_SOCKET_TLS_CLOSED");
    await until(() => socket.closed);
  });

  it("a signal during the handshake settles it", async () => {
    const socket = await dial(() => {});
    const controller = new AbortController();
    const upgrade = rejection(socket.startTls({ verify: "none", signal: controller.signal }));
    controller.abort();
    expect(((await upgrade) as SocketError).code).toBe("ERR_SOCKET_ABORTED");
    await until(() => socket.closed);
  });
});

describe("versions and ciphers", () => {
  it("T11: a server with TLS 1.1 only is refused", async () => {
    const server = await tlsServer({
      cert: good.pem,
      key: good.key,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    servers.push(server);
    expect(await codeOf(connect({ host: "127.0.0.1", port: server.port, tls: { verify: "none" } }))).toBe(
      "ERR_SOCKET_TLS_VERSION",
    );
    const old = { verify: "none", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    const socket = await connect({ host: "127.0.0.1", port: server.port, tls: old });
    expect(socket.tls?.protocol).toBe("TLSv1.1");
    socket.destroy();
  });

  it("suites by IANA or OpenSSL name; one that nobody has is refused by name", async () => {
    const rsa = await authority.issue({ dnsNames: ["localhost"], algorithm: "rsa" });
    const server = await tlsServer({ cert: rsa.pem, key: rsa.key, maxVersion: "TLSv1.2" });
    servers.push(server);
    for (const name of ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"]) {
      const socket = await connect({
        host: "127.0.0.1",
        port: server.port,
        tls: { verify: "none", ciphers: [name] },
      });
      expect(socket.tls?.cipher).toEqual({
        name: "ECDHE-RSA-AES128-GCM-SHA256",
        standardName: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        bits: 128,
      });
      socket.destroy();
    }
    for (const ciphers of [["SSL_RSA_WITH_RC4_128_MD5"], "NO-SUCH-CIPHER"]) {
      expect(
        await codeOf(connect({ host: "127.0.0.1", port: server.port, tls: { verify: "none", ciphers } })),
      ).toBe("ERR_SOCKET_TLS_OPTION");
    }
    const ecdsaOnly = {
      verify: "none",
      ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256",
      maxVersion: "TLSv1.2",
    } as const;
    expect(await codeOf(connect({ host: "127.0.0.1", port: server.port, tls: ecdsaOnly }))).toBe(
      "ERR_SOCKET_TLS_CIPHER",
    );
  });

  it("groups and signature algorithms are honoured", async () => {
    const server = await tlsServer({ cert: good.pem, key: good.key });
    servers.push(server);
    const tls = {
      verify: "none",
      groups: ["P-256"],
      signatureAlgorithms: ["ecdsa_secp256r1_sha256"],
    } as const;
    const socket = await connect({ host: "127.0.0.1", port: server.port, tls });
    expect(socket.tls?.keyExchange).toMatchObject({ type: "ECDH", name: "prime256v1", bits: 256 });
    socket.destroy();
    expect(
      await codeOf(
        connect({
          host: "127.0.0.1",
          port: server.port,
          tls: { ...tls, signatureAlgorithms: ["rsa_pss_rsae_sha256"] },
        }),
      ),
    ).toBe("ERR_SOCKET_TLS_CIPHER");
  });
});

describe("a socket of the caller", () => {
  it("T15: implicit TLS upgrades it before anything is sent", async () => {
    const first: Buffer[] = [];
    const server = await plainServer((peer) => peer.once("data", (data) => first.push(data)));
    servers.push(server);
    const raw = rawConnect(server.port, "127.0.0.1");
    const upgrade = rejection(
      connect({
        socket: raw,
        host: "localhost",
        tls: { verify: "none", handshakeTimeoutMs: 200 },
      }),
    );
    await until(() => first.length > 0);
    expect(first[0]?.[0]).toBe(22); // a handshake record, not a command
    expect(((await upgrade) as SocketError).code).toBe("ERR_SOCKET_TLS_TIMEOUT");
  });

  it("may be any stream, TLS included", async () => {
    const server = await tlsServer({ cert: good.pem, key: good.key }, (peer) => peer.pipe(peer));
    servers.push(server);
    const raw = rawConnect(server.port, "127.0.0.1");
    const stream = new Duplex({
      read: () => raw.resume(),
      write: (chunk, _encoding, done) => raw.write(chunk, done),
      final: (done) => raw.end(done),
      destroy: (error, done) => {
        raw.destroy();
        done(error);
      },
    });
    raw.on("data", (chunk) => stream.push(chunk) || raw.pause());
    raw.on("end", () => stream.push(null));
    const socket = await connect({ socket: stream, host: "localhost", tls: { ca: authority.pem } });
    expect(socket.tls?.verified).toBe(true);
    socket.write(Buffer.from("x".repeat(50_000)));
    expect((await readBytes(socket, 50_000)).length).toBe(50_000);
    await socket.close();
    expect(raw.destroyed).toBe(true);
  });

  it("with TLS of the caller's own making is known as such", async () => {
    const server = await tlsServer({ cert: good.pem, key: good.key }, (peer) => peer.pipe(peer));
    servers.push(server);
    for (const [ca, verified] of [
      [authority.pem, true],
      [undefined, false],
    ] as const) {
      const stream = tlsConnect({
        host: "127.0.0.1",
        port: server.port,
        servername: "localhost",
        rejectUnauthorized: false,
        ...(ca === undefined ? {} : { ca }),
      });
      await new Promise((resolve) => stream.once("secureConnect", resolve));
      const socket = await connect({ socket: stream });
      expect(socket.tls?.verified).toBe(verified);
      expect(await codeOf(socket.startTls({ verify: "none" }))).toBe("ERR_SOCKET_WRONG_STATE");
      socket.write(Buffer.from("x"));
      expect((await readBytes(socket, 1)).length).toBe(1);
      socket.destroy();
    }
  });

  it("without any host name full verification is refused", async () => {
    const server = await plainServer(() => {});
    servers.push(server);
    const raw = rawConnect(server.port, "127.0.0.1");
    expect(await codeOf(connect({ socket: raw, tls: {} }))).toBe("ERR_SOCKET_BAD_OPTION");
    raw.destroy();
  });
});

describe("T14: truncation", () => {
  it("a reset after the last octet is an error, not an end", async () => {
    const server = await plainServer((peer) => {
      const secure = new TLSSocket(peer, { isServer: true, cert: good.pem, key: good.key });
      secure.on("error", () => {});
      secure.once("data", () => peer.resetAndDestroy());
    });
    servers.push(server);
    const socket = await connect({
      host: "localhost",
      port: server.port,
      lookup,
      tls: { ca: authority.pem },
    });
    socket.write(Buffer.from("."));
    expect(((await rejection(socket.read())) as SocketError).code).toBe("ERR_SOCKET_RESET");
  });
});

describe("T12: SNI", () => {
  it.each([
    ["localhost", {}, "localhost"],
    ["127.0.0.1", {}, false],
    ["localhost", { servername: "other.example" }, "other.example"],
    ["localhost", { servername: "" }, false],
    ["MÜNCHEN.example", {}, "xn--mnchen-3ya.example"],
  ])("%s %j sends %s", async (host, tls, expected) => {
    const names: unknown[] = [];
    const server = await tlsServer({ cert: good.pem, key: good.key }, (peer) =>
      names.push(peer.servername || false),
    );
    servers.push(server);
    const socket = await connect({ host, port: server.port, lookup, tls: { verify: "none", ...tls } });
    await until(() => names.length > 0);
    expect(names).toEqual([expected]);
    socket.destroy();
  });
});
