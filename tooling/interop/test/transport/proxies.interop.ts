import { readFileSync } from "node:fs";
import { SendError } from "@wirepost/smtp-client";
import type { ProxyOptions } from "@wirepost/socket-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MailServer } from "../../src/servers/mail-server.js";
import { type PostfixPort, startPostfixDovecot } from "../../src/servers/postfix-dovecot.js";
import { type ProxyServer, startDante, startSquid, startTinyproxy } from "../../src/servers/proxies.js";
import { clientFor, newSubject, type Way } from "../matrix/matrix.js";

let server: MailServer<PostfixPort>;
let dante: ProxyServer<"open" | "login">;
let tinyproxy: ProxyServer<"open" | "login">;
let squid: ProxyServer<"login" | "tls">;
beforeAll(async () => {
  server = await startPostfixDovecot();
  dante = await startDante();
  tinyproxy = await startTinyproxy();
  squid = await startSquid();
});
afterAll(async () => {
  for (const running of [squid, tinyproxy, dante, server]) await running?.stop();
});

const WAYS: readonly Way<PostfixPort>[] = [
  { port: "plain", tls: "none" },
  { port: "submission", tls: "required", mechanism: "SCRAM-SHA-256" },
  { port: "implicit", tls: "implicit", mechanism: "PLAIN" },
];

async function sendThrough(
  proxy: ProxyOptions,
  way: Way<PostfixPort>,
  host = "mail.example.test",
): Promise<void> {
  const client = clientFor(server, way, { host, proxy });
  const subject = newSubject();
  try {
    await client.send({
      from: "ann@example.test",
      to: "bob@example.test",
      subject,
      text: "x".repeat(200_000),
    });
    await server.waitForMessages(1, (found) => found.subject === subject);
  } finally {
    await client.close();
  }
}

async function codeOf(sending: Promise<void>): Promise<string> {
  try {
    await sending;
    return "sent";
  } catch (error) {
    return SendError.is(error) ? error.code : String(error);
  }
}

/** Every proxy that is expected to work; the getters run when the servers do. */
const PROXIES: [name: string, proxy: () => ProxyOptions, host?: string][] = [
  ["Dante, SOCKS 4", () => ({ type: "socks4", host: dante.host, port: dante.ports.open }), "127.0.0.1"],
  ["Dante, SOCKS 5", () => ({ type: "socks5", host: dante.host, port: dante.ports.open })],
  ["Dante, SOCKS 5 with a login", () => ({ type: "socks5", port: dante.ports.login, ...loginOf(dante) })],
  ["tinyproxy", () => ({ type: "http", host: tinyproxy.host, port: tinyproxy.ports.open })],
  ["tinyproxy with a login", () => ({ type: "http", port: tinyproxy.ports.login, ...loginOf(tinyproxy) })],
  ["squid with a login", () => ({ type: "http", port: squid.ports.login, ...loginOf(squid) })],
  ["squid over TLS", () => ({ type: "https", port: squid.ports.tls, ...loginOf(squid), tls: tlsOfProxy() })],
];

function loginOf({ host, username, password }: { host: string; username: string; password: string }) {
  return { host, username, password };
}

function tlsOfProxy() {
  return { ca: readFileSync(squid.caFile, "utf8"), servername: "mail.example.test" };
}

describe.each(PROXIES)("%s", (_name, proxy, host) => {
  test.each(WAYS)("$port, TLS $tls", (way) => sendThrough(proxy(), way, host));
});

describe("refusals", () => {
  const [plain] = WAYS as [Way<PostfixPort>];

  test("a wrong or missing password", async () => {
    const wrong = { password: "wrong" };
    const { ports, host } = dante;
    const outcomes = {
      "socks5 wrong": await codeOf(
        sendThrough({ type: "socks5", port: ports.login, ...loginOf(dante), ...wrong }, plain),
      ),
      "socks5 none": await codeOf(sendThrough({ type: "socks5", host, port: ports.login }, plain)),
      "http wrong": await codeOf(
        sendThrough({ type: "http", port: tinyproxy.ports.login, ...loginOf(tinyproxy), ...wrong }, plain),
      ),
      "http none": await codeOf(sendThrough({ type: "http", host, port: squid.ports.login }, plain)),
    };
    expect(outcomes).toEqual({
      "socks5 wrong": "ERR_SOCKET_PROXY_AUTH_FAILED",
      "socks5 none": "ERR_SOCKET_PROXY_AUTH_REQUIRED",
      "http wrong": "ERR_SOCKET_PROXY_AUTH_FAILED",
      "http none": "ERR_SOCKET_PROXY_AUTH_REQUIRED",
    });
  });

  test("a destination that the rules forbid", async () => {
    const proxy: ProxyOptions = { type: "socks5", host: dante.host, port: dante.ports.open };
    expect(await codeOf(sendThrough(proxy, plain, "192.0.2.1"))).toBe("ERR_SOCKET_PROXY_NOT_ALLOWED");
  });

  test("a destination where nobody listens", async () => {
    const nobody: MailServer<PostfixPort> = { ...server, ports: { ...server.ports, plain: 1 } };
    const attempt = async (proxy: ProxyOptions) => {
      const client = clientFor(nobody, plain, { host: "127.0.0.1", proxy });
      const sending = client.send({ from: "ann@example.test", to: "bob@example.test", text: "x" });
      const code = await codeOf(sending.then(() => undefined));
      await client.close();
      return code;
    };
    expect(await attempt({ type: "socks5", host: dante.host, port: dante.ports.open })).toMatch(
      /^ERR_SOCKET_PROXY_TARGET_REFUSED$/,
    );
    expect(await attempt({ type: "http", host: tinyproxy.host, port: tinyproxy.ports.open })).toMatch(
      /^ERR_SOCKET_PROXY_/,
    );
  });

  test("SOCKS 4a, which Dante answers as SOCKS 4 and fails", async () => {
    const proxy: ProxyOptions = { type: "socks4a", host: dante.host, port: dante.ports.open };
    expect(await codeOf(sendThrough(proxy, plain))).toMatch(/^ERR_SOCKET_PROXY_/);
  });
});
