import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Authority, type Issued } from "../../test/authority.js";
import {
  httpProxy,
  type ProxyBehaviour,
  serveHttpProxy,
  socksProxy,
  type TestProxy,
} from "../../test/proxy-servers.js";
import { codeOf, plainServer, readBytes, rejection, type TestServer, tlsServer } from "../../test/servers.js";
import { connect, type Socket, type SocketError } from "../index.js";
import { detectProxy, isException, type ProxyOptions, parseProxyUrl } from "../proxy.js";

const servers: TestServer[] = [];
const sockets: Socket[] = [];
let authority: Authority;
let own: Issued;
beforeAll(async () => {
  authority = await Authority.create();
  own = await authority.issue({ dnsNames: ["localhost", "mail.example"] });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function destination(greeting = ""): Promise<number> {
  const server = await plainServer((peer) => {
    peer.write(greeting);
    peer.pipe(peer);
  });
  servers.push(server);
  return server.port;
}

async function proxy(type: ProxyOptions["type"], behaviour: ProxyBehaviour = {}): Promise<TestProxy> {
  const server = await (type === "http" ? httpProxy(behaviour) : socksProxy(behaviour));
  servers.push(server);
  return server;
}

async function through(options: object): Promise<Socket> {
  const socket = await connect({ host: "mail.example", ...options } as never);
  sockets.push(socket);
  return socket;
}

const lookup = (
  _host: string,
  _options: object,
  done: (error: null, address: string, family: number) => void,
) => done(null, "127.0.0.1", 4);

const KINDS: {
  type: ProxyOptions["type"];
  asks: string;
  login?: { username: string; password?: string };
  wire?: string;
}[] = [
  { type: "socks4", asks: "127.0.0.1" },
  { type: "socks4a", asks: "mail.example", login: { username: "ann" }, wire: "ann" },
  { type: "socks5", asks: "mail.example" },
  {
    type: "socks5",
    asks: "mail.example",
    login: { username: "ann", password: "s3cret" },
    wire: "ann:s3cret",
  },
  { type: "http", asks: "mail.example" },
  {
    type: "http",
    asks: "mail.example",
    login: { username: "ann", password: "s3:cret" },
    wire: "ann:s3:cret",
  },
];

describe.each(KINDS)("a tunnel by $type, login $wire", ({ type, asks, login, wire }) => {
  for (const drip of [false, true]) {
    it(`carries octets both ways${drip ? ", answers octet by octet" : ""}`, async () => {
      const port = await destination();
      const server = await proxy(type, { drip, ...(wire === undefined ? {} : { login: wire }) });
      const socket = await through({
        port,
        lookup,
        proxy: { type, host: "127.0.0.1", port: server.port, ...login },
      });
      expect(server.asked).toEqual([`${asks}:${port}`]);
      socket.write(Buffer.from("ping"));
      expect((await readBytes(socket, 4)).toString()).toBe("ping");
    });
  }

  it("octets that come with the proxy's answer are not lost", async () => {
    const port = await destination("220 hello\r\n");
    const server = await proxy(type, { greeting: "early ", ...(wire === undefined ? {} : { login: wire }) });
    const socket = await through({
      port,
      lookup,
      proxy: { type, host: "127.0.0.1", port: server.port, ...login },
    });
    expect((await readBytes(socket, 17)).toString()).toBe("early 220 hello\r\n");
  });

  it("TLS inside the tunnel is verified against the destination", async () => {
    const target = await tlsServer({ cert: own.pem, key: own.key }, (peer) => peer.pipe(peer));
    servers.push(target);
    const server = await proxy(type, wire === undefined ? {} : { login: wire });
    const proxyOptions = { type, host: "127.0.0.1", port: server.port, ...login };
    const options = { port: target.port, lookup, proxy: proxyOptions, tls: { ca: authority.pem } };
    const socket = await through(options);
    expect(socket.tls?.verified).toBe(true);
    socket.write(Buffer.from("x"));
    expect((await readBytes(socket, 1)).toString()).toBe("x");
    expect(await codeOf(through({ ...options, host: "other.example" }))).toBe(
      "ERR_SOCKET_CERTIFICATE_HOST_MISMATCH",
    );
  });
});

describe("an https proxy", () => {
  it("is verified itself, and carries TLS within TLS", async () => {
    const asked: string[] = [];
    const server = await tlsServer({ cert: own.pem, key: own.key }, (peer) =>
      serveHttpProxy(peer, {}, asked),
    );
    const target = await tlsServer({ cert: own.pem, key: own.key }, (peer) => peer.pipe(peer));
    servers.push(server, target);
    const proxyOptions = {
      type: "https",
      host: "localhost",
      port: server.port,
      tls: { ca: authority.pem },
    } as const;
    const plain = await through({ port: await destination("hi"), family: 4, lookup, proxy: proxyOptions });
    expect(plain.tls).toBeUndefined();
    expect((await readBytes(plain, 2)).toString()).toBe("hi");
    const secure = await through({
      port: target.port,
      lookup,
      proxy: proxyOptions,
      tls: { ca: authority.pem },
    });
    secure.write(Buffer.from("x".repeat(100_000)));
    expect((await readBytes(secure, 100_000)).length).toBe(100_000);
    const untrusted = { ...proxyOptions, tls: {} };
    const error = (await rejection(through({ port: target.port, lookup, proxy: untrusted }))) as SocketError;
    expect(error.code).toBe("ERR_SOCKET_CERTIFICATE_UNKNOWN_ISSUER");
  });
});

const REFUSALS: [ProxyOptions["type"], number | string, string][] = [
  ["socks4", 91, "ERR_SOCKET_PROXY_REFUSED"],
  ["socks4", 92, "ERR_SOCKET_PROXY_REFUSED"],
  ["socks4", 93, "ERR_SOCKET_PROXY_AUTH_FAILED"],
  ["socks4", 7, "ERR_SOCKET_PROXY_PROTOCOL"],
  ["socks5", 1, "ERR_SOCKET_PROXY_REFUSED"],
  ["socks5", 2, "ERR_SOCKET_PROXY_NOT_ALLOWED"],
  ["socks5", 3, "ERR_SOCKET_PROXY_NETWORK_UNREACHABLE"],
  ["socks5", 4, "ERR_SOCKET_PROXY_HOST_UNREACHABLE"],
  ["socks5", 5, "ERR_SOCKET_PROXY_TARGET_REFUSED"],
  ["socks5", 6, "ERR_SOCKET_PROXY_TARGET_TIMEOUT"],
  ["socks5", 7, "ERR_SOCKET_PROXY_UNSUPPORTED"],
  ["socks5", 8, "ERR_SOCKET_PROXY_UNSUPPORTED"],
  ["socks5", 99, "ERR_SOCKET_PROXY_PROTOCOL"],
  // What tinyproxy says to wrong credentials; nobody gave any here.
  ["http", "HTTP/1.1 401 Unauthorized", "ERR_SOCKET_PROXY_AUTH_REQUIRED"],
  ["http", "HTTP/1.1 403 Forbidden", "ERR_SOCKET_PROXY_NOT_ALLOWED"],
  ["http", "HTTP/1.1 502 Bad Gateway", "ERR_SOCKET_PROXY_HOST_UNREACHABLE"],
  ["http", "HTTP/1.0 504 Gateway Timeout", "ERR_SOCKET_PROXY_TARGET_TIMEOUT"],
  ["http", "HTTP/1.1 405 No", "ERR_SOCKET_PROXY_UNSUPPORTED"],
  ["http", "HTTP/1.1 302 Found", "ERR_SOCKET_PROXY_REFUSED"],
  ["http", "HTTP/1.1 nonsense", "ERR_SOCKET_PROXY_PROTOCOL"],
  ["http", "SSH-2.0-x", "ERR_SOCKET_PROXY_PROTOCOL"],
];

describe("refusals have codes of their own", () => {
  it.each(REFUSALS)("%s %s: %s", async (type, refuse, code) => {
    const server = await proxy(type, { refuse });
    const error = await rejection(
      through({ port: 25, lookup, proxy: { type, host: "127.0.0.1", port: server.port } }),
    );
    expect(error).toMatchObject({ code, phase: "proxy" });
  });

  it.each(["socks5", "http"] as const)("%s: no login, a wrong login", async (type) => {
    const server = await proxy(type, { login: "ann:secret" });
    const base = { type, host: "127.0.0.1", port: server.port };
    expect(await codeOf(through({ port: 25, proxy: base }))).toBe("ERR_SOCKET_PROXY_AUTH_REQUIRED");
    const error = (await rejection(
      through({ port: 25, proxy: { ...base, username: "ann", password: "wr0ng-pa55" } }),
    )) as SocketError;
    expect(error.code).toBe("ERR_SOCKET_PROXY_AUTH_FAILED");
    const { inspect } = await import("node:util");
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("wr0ng-pa55");
  });

  it.each([
    ["socks4", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["socks5", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["http", "220 mail.example ESMTP\r\n"],
    ["http", `HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(5000)}`],
  ] as const)("%s: garbage", async (type, garbage) => {
    const server = await plainServer((peer) => peer.once("data", () => peer.write(garbage)));
    servers.push(server);
    expect(
      await codeOf(through({ port: 25, lookup, proxy: { type, host: "127.0.0.1", port: server.port } })),
    ).toBe("ERR_SOCKET_PROXY_PROTOCOL");
  });

  it.each(["socks4", "socks5", "http", "https"] as const)(
    "%s: silence and a refused connection",
    async (type) => {
      const server = await plainServer(() => {});
      const proxyOptions = { type, host: "127.0.0.1", port: server.port };
      const error = await rejection(through({ port: 25, lookup, connectTimeoutMs: 60, proxy: proxyOptions }));
      expect(error).toMatchObject({ code: "ERR_SOCKET_PROXY_TIMEOUT", phase: "proxy" });
      await server.close();
      const refused = await rejection(through({ port: 25, lookup, proxy: proxyOptions }));
      expect(refused).toMatchObject({
        code: "ERR_SOCKET_REFUSED",
        phase: "proxy",
        target: `127.0.0.1:${server.port}`,
      });
    },
  );
});

describe("options", () => {
  it.each([
    [{ type: "socks6", host: "p" }, "ERR_SOCKET_BAD_OPTION"],
    [{ type: "http", host: "" }, "ERR_SOCKET_BAD_HOST"],
    [{ type: "http", host: "p", port: 0 }, "ERR_SOCKET_BAD_PORT"],
    [{ type: "http", host: "p", user: "x" }, "ERR_SOCKET_UNKNOWN_OPTION"],
    [{ type: "socks5", host: "p", username: "x".repeat(256), password: "y" }, "ERR_SOCKET_BAD_OPTION"],
    [{ type: "http", host: "p", username: "a\r\nX: y", password: "z" }, "ERR_SOCKET_BAD_OPTION"],
    [{ type: "http", host: "p", username: "a:b", password: "z" }, "ERR_SOCKET_BAD_OPTION"],
    ["ftp://p:21", "ERR_SOCKET_BAD_OPTION"],
    ["http://user:%zz@p", "ERR_SOCKET_BAD_OPTION"],
  ])("%j is refused", async (proxyOptions, code) => {
    expect(await codeOf(through({ port: 25, proxy: proxyOptions }))).toBe(code);
  });

  it.each([
    [
      "socks5://ann:p%40ss@proxy.example:1081",
      {
        type: "socks5",
        host: "proxy.example",
        port: 1081,
        username: "ann",
        password: "p@ss",
        remoteDns: false,
      },
    ],
    ["socks5h://proxy.example", { type: "socks5", host: "proxy.example", port: undefined }],
    ["http://proxy.example:80", { type: "http", host: "proxy.example", port: 80 }],
    ["http://proxy.example:80/", { type: "http", host: "proxy.example", port: 80 }],
    ["proxy.example:3128", { type: "http", host: "proxy.example", port: 3128 }],
    ["https://[::1]:8443", { type: "https", host: "[::1]", port: 8443 }],
  ])("%s", (url, options) => {
    expect(parseProxyUrl(url)).toEqual(options);
  });
});

describe("exceptions", () => {
  it.each([
    ["*", "a.example", true],
    ["example.com", "example.com", true],
    ["example.com", "mail.example.com", true],
    ["example.com", "badexample.com", false],
    [".example.com", "mail.example.com", true],
    ["*.example.com", "mail.example.com", true],
    ["example.com:25", "example.com", true],
    ["example.com:26", "example.com", false],
    ["10.0.0.0/8", "10.1.2.3", true],
    ["10.0.0.0/8", "11.1.2.3", false],
    ["10.0.0.0/99", "10.1.2.3", false],
    ["::1", "0:0:0:0:0:0:0:1", true],
    ["[::1]:25", "::1", true],
    ["fe80::/10", "fe80::1", true],
    ["127.0.0.1", "127.0.0.1", true],
    ["127.0.0.1:25", "127.0.0.1", true],
    ["", "a.example", false],
  ])("%s covers %s: %s", (entry, host, covered) => {
    expect(isException([entry], host, 25)).toBe(covered);
  });

  it("are reached directly", async () => {
    const server = await proxy("http");
    const port = await destination("hi");
    const proxyOptions = { type: "http", host: "127.0.0.1", port: server.port, exceptions: ["mail.example"] };
    const socket = await through({ port, lookup, proxy: proxyOptions });
    expect((await readBytes(socket, 2)).toString()).toBe("hi");
    expect(server.asked).toEqual([]);
  });
});

describe("the environment", () => {
  it.each([
    [{}, undefined],
    [{ HTTPS_PROXY: "http://p:1" }, "p"],
    [{ ALL_PROXY: "socks5://q:1", HTTPS_PROXY: "http://p:1" }, "p"],
    [{ ALL_PROXY: "socks5://q:1" }, "q"],
    [{ https_proxy: "http://low:1", HTTPS_PROXY: "http://p:1" }, "low"],
    [{ ALL_PROXY: "socks5://q:1", NO_PROXY: "other.example, mail.example" }, undefined],
    [{ ALL_PROXY: "socks5://q:1", no_proxy: "*" }, undefined],
  ])("%j", (environment, host) => {
    expect(detectProxy("mail.example", 25, environment as Record<string, string>)?.host).toBe(host);
  });
});
