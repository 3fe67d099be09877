import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Authority, type Issued } from "../test/authority.js";
import { type Cut, type CutRelay, cutRelay } from "../test/cut-relay.js";
import { httpProxy, socksProxy } from "../test/proxy-servers.js";
import { plainServer, type TestServer, tlsServer } from "../test/servers.js";
import { type ConnectOptions, connect, type Socket, SocketError } from "./index.js";

// Every operation ends: wherever the connection is cut, the promise settles with one of our errors, or what it gave
// ends soon after. Nothing may hang, nothing else may be thrown.

const servers: TestServer[] = [];
const sockets: Socket[] = [];
let authority: Authority;
let own: Issued;
beforeAll(async () => {
  authority = await Authority.create();
  own = await authority.issue({ dnsNames: ["localhost"] });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.map((server) => server.close()));
});

/** Connects through the relay under one cut; tells how it ended. */
async function attempt(
  relay: CutRelay,
  cut: Cut | undefined,
  options: Partial<ConnectOptions>,
): Promise<string> {
  relay.cut = cut;
  let socket: Socket;
  try {
    socket = await connect({ host: "localhost", port: 25, ...options } as ConnectOptions);
  } catch (error) {
    if (!SocketError.is(error)) throw error;
    return error.code;
  }
  sockets.push(socket);
  if (cut === undefined) {
    socket.destroy();
    return "connected";
  }
  try {
    while ((await socket.read()) !== null);
    return "connected, then ended";
  } catch (error) {
    if (!SocketError.is(error)) throw error;
    return `connected, then ${error.code}`;
  } finally {
    socket.destroy();
  }
}

async function everyCut(
  relay: CutRelay,
  how: Cut["how"],
  step: number,
  options: () => Partial<ConnectOptions>,
): Promise<Map<string, number>> {
  expect(await attempt(relay, undefined, options())).toBe("connected");
  // Let what follows the handshake pass, so that the count is whole.
  await new Promise((resolve) => setTimeout(resolve, 30));
  const { up, down } = relay.passed;
  const outcomes = new Map<string, number>();
  for (const [direction, total] of [
    ["up", up],
    ["down", down],
  ] as const) {
    for (let afterBytes = 0; afterBytes < total; afterBytes += step) {
      const outcome = await attempt(relay, { direction, afterBytes, how }, options());
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  expect(up + down).toBeGreaterThan(10);
  return outcomes;
}

const ENDS = [
  "connected, then ended",
  "connected, then ERR_SOCKET_RESET",
  "connected, then ERR_SOCKET_BROKEN_PIPE",
];

describe("a cut at every octet of a TLS handshake", () => {
  for (const [version, how, step] of [
    ["TLSv1.3", "end", 1],
    ["TLSv1.2", "end", 1],
    ["TLSv1.3", "reset", 5],
  ] as const) {
    it(`${version}, ${how}`, { timeout: 120_000 }, async () => {
      const server = await tlsServer({ cert: own.pem, key: own.key, maxVersion: version }, (peer) =>
        peer.end(),
      );
      const relay = await cutRelay(server.port);
      servers.push(server, relay);
      const outcomes = await everyCut(relay, how, step, () => ({
        host: "127.0.0.1",
        port: relay.port,
        tls: { ca: authority.pem, servername: "localhost", maxVersion: version, handshakeTimeoutMs: 5000 },
      }));
      // A reset that comes before the first octet meets the connection itself.
      const allowed = ["ERR_SOCKET_TLS_CLOSED", "ERR_SOCKET_RESET", ...ENDS];
      expect([...outcomes.keys()].filter((outcome) => !allowed.includes(outcome))).toEqual([]);
      expect(outcomes.get("ERR_SOCKET_TLS_CLOSED")).toBeGreaterThan(500 / step);
    });
  }
});

describe("a cut at every octet of a proxy handshake", () => {
  const login = { username: "ann", password: "secret" };
  const KINDS = [
    { type: "socks4a", start: () => socksProxy() },
    { type: "socks5", start: () => socksProxy({ login: "ann:secret" }), login },
    { type: "http", start: () => httpProxy({ login: "ann:secret" }), login },
  ] as const;
  for (const kind of KINDS) {
    for (const how of ["end", "reset"] as const) {
      it(`${kind.type}, ${how}`, { timeout: 60_000 }, async () => {
        const target = await plainServer((peer) => peer.end());
        const server = await kind.start();
        const relay = await cutRelay(server.port);
        servers.push(target, server, relay);
        const outcomes = await everyCut(relay, how, 1, () => ({
          host: "mail.example",
          port: target.port,
          connectTimeoutMs: 5000,
          proxy: {
            type: kind.type,
            host: "127.0.0.1",
            port: relay.port,
            ...("login" in kind ? kind.login : {}),
          },
        }));
        const allowed = ["ERR_SOCKET_PROXY_CLOSED", "ERR_SOCKET_RESET", ...ENDS];
        expect([...outcomes.keys()].filter((outcome) => !allowed.includes(outcome))).toEqual([]);
      });
    }
  }
});

describe("a stall", () => {
  it("at some octets of a TLS handshake ends at the deadline", async () => {
    const server = await tlsServer({ cert: own.pem, key: own.key });
    const relay = await cutRelay(server.port);
    servers.push(server, relay);
    for (const afterBytes of [0, 1, 5, 6, 100, 400]) {
      const cut: Cut = { direction: "down", afterBytes, how: "stall" };
      const outcome = await attempt(relay, cut, {
        host: "127.0.0.1",
        port: relay.port,
        tls: { verify: "none", handshakeTimeoutMs: 40 },
      });
      expect([afterBytes, outcome]).toEqual([afterBytes, "ERR_SOCKET_TLS_TIMEOUT"]);
    }
  });
});
