import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { startExim } from "../../src/servers/exim.js";
import { startKerberos } from "../../src/servers/kerberos.js";
import { startPostfixDovecot } from "../../src/servers/postfix-dovecot.js";
import { startDante, startSquid, startTinyproxy } from "../../src/servers/proxies.js";
import { startRedis } from "../../src/servers/redis.js";
import { startSmtpServer } from "../../src/servers/smtp-server.js";
import { startTokenEndpoint } from "../../src/servers/token-endpoint.js";
import { greeted } from "./greeted.js";

const running: { stop(): Promise<void> }[] = [];
async function kept<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  running.push(server);
  return server;
}
afterEach(async () => {
  for (const server of running.splice(0).reverse()) await server.stop();
});

/** Sends each piece, waits for something to come back after each, and gives all that came. */
async function exchange(
  port: number,
  pieces: readonly (string | Uint8Array)[],
  until: RegExp,
): Promise<string> {
  const socket: Socket = connect({ host: "127.0.0.1", port });
  let received = "";
  let wake = () => {};
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
    wake();
  });
  socket.on("error", () => wake());
  socket.on("close", () => wake());
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  const deadline = performance.now() + 5_000;
  while (!until.test(received) && !socket.closed && performance.now() < deadline) {
    await new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, 200);
    });
  }
  socket.destroy();
  return received;
}

const GREETING = /220 mail\.example\.test/;

function socks5Request(port: number, host = "localhost"): Uint8Array {
  return Buffer.from([5, 1, 0, 3, host.length, ...Buffer.from(host), port >> 8, port & 255]);
}

describe("proxies", () => {
  test("Dante speaks SOCKS 4 and 5, with and without a login", async () => {
    const target = await kept(startSmtpServer());
    const dante = await kept(startDante());
    const port = target.ports.plain;
    const version4 = Buffer.from([4, 1, port >> 8, port & 255, 127, 0, 0, 1, 0]);
    expect(await exchange(dante.ports.open, [version4], GREETING)).toMatch(GREETING);
    const hello = Buffer.from([5, 1, 0]);
    expect(await exchange(dante.ports.open, [hello, socks5Request(port)], GREETING)).toMatch(GREETING);
    const withLogin = (password: string) => [
      Buffer.from([5, 1, 2]),
      Buffer.from([
        1,
        dante.username.length,
        ...Buffer.from(dante.username),
        password.length,
        ...Buffer.from(password),
      ]),
      socks5Request(port),
    ];
    expect(await exchange(dante.ports.login, withLogin(dante.password), GREETING)).toMatch(GREETING);
    expect(await exchange(dante.ports.login, withLogin("wrong").slice(0, 2), /^$/)).toMatch(
      /^\x05\x02\x01[^\0]$/,
    );
  });

  test("Dante answers SOCKS 4a as SOCKS 4 and fails", async () => {
    const dante = await kept(startDante());
    const request = Buffer.from([4, 1, 0, 25, 0, 0, 0, 1, 0, ...Buffer.from("localhost"), 0]);
    expect((await exchange(dante.ports.open, [request], /^$/)).slice(0, 2)).toMatch(/^(\0[^Z])?$/);
  });

  test.each([
    ["tinyproxy", startTinyproxy],
    ["squid", startSquid],
  ] as const)("%s tunnels with CONNECT and asks for a login", async (_name, start) => {
    const target = await kept(startSmtpServer());
    const proxy = await kept(start() as ReturnType<typeof startTinyproxy>);
    const credentials = Buffer.from(`${proxy.username}:${proxy.password}`).toString("base64");
    const request = (extra = "") =>
      `CONNECT localhost:${target.ports.plain} HTTP/1.1\r\nHost: localhost\r\n${extra}\r\n`;
    const authorized = request(`Proxy-Authorization: Basic ${credentials}\r\n`);
    expect(await exchange(proxy.ports.login, [authorized], GREETING)).toMatch(GREETING);
    expect(await exchange(proxy.ports.login, [request()], /407/)).toMatch(/^HTTP\/1\.[01] 407/);
    if (proxy.ports.open !== undefined) {
      expect(await exchange(proxy.ports.open, [request()], GREETING)).toMatch(GREETING);
    }
  });
});

describe("other parts", () => {
  test("Redis answers", async () => {
    const redis = await kept(startRedis());
    expect(await exchange(redis.port, ["PING\r\n"], /PONG/)).toBe("+PONG\r\n");
  });

  test("a token endpoint adds XOAUTH2 and OAUTHBEARER to Postfix", async () => {
    const endpoint = await kept(startTokenEndpoint());
    const server = await kept(startPostfixDovecot({ introspectionUrl: endpoint.introspectionUrl }));
    const conversation = await greeted(server, "implicit");
    expect((await conversation.ehlo()).get("AUTH")).toEqual(
      expect.arrayContaining(["XOAUTH2", "OAUTHBEARER"]),
    );
    const response = (token: string) =>
      Buffer.from(`user=ann\x01auth=Bearer ${token}\x01\x01`).toString("base64");
    expect((await conversation.command(`AUTH XOAUTH2 ${response(endpoint.expiredToken)}`)).code).toBe(334);
    expect((await conversation.command("")).code).toBe(535);
    expect((await conversation.command(`AUTH XOAUTH2 ${response(endpoint.token)}`)).code).toBe(235);
    expect(endpoint.asked()).toBe(2);
    await conversation.quit();
  });

  test("Kerberos gives tickets, and Postfix and Exim offer GSSAPI", async () => {
    const kerberos = await kept(startKerberos());
    expect(await kerberos.sandbox.run("klist")).toContain("krbtgt/EXAMPLE.TEST@EXAMPLE.TEST");
    const postfix = await kept(startPostfixDovecot({ kerberos }));
    const exim = await kept(startExim({ kerberos }));
    for (const server of [postfix, exim]) {
      const conversation = await greeted<"implicit">(server, "implicit");
      expect((await conversation.ehlo()).get("AUTH")).toContain("GSSAPI");
      await conversation.quit();
    }
  });
});
