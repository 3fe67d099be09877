import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { plainServer, rejection, type TestServer } from "../../test/servers.js";
import { connect, type SocketError } from "../index.js";

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const LOGIN = { username: "ann", password: "pr0xy-s3cret!pw" };
const BASIC = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString("base64");
const HEX = Buffer.from(LOGIN.password).toString("hex");

async function refusalBy(statusLine: string, login: object = LOGIN): Promise<SocketError> {
  const server = await plainServer((peer) => peer.once("data", () => peer.write(`${statusLine}\r\n\r\n`)));
  servers.push(server);
  const proxy = { type: "http" as const, host: "127.0.0.1", port: server.port, ...login };
  return (await rejection(connect({ host: "mail.example", port: 25, proxy }))) as SocketError;
}

describe("of the reason of a proxy that refuses, an error shows", () => {
  it.each([
    { name: "the login whole", reason: `no ${BASIC}`, status: 407 },
    { name: "the login without its end", reason: `no ${BASIC.slice(0, 17)}...`, status: 407 },
    { name: "the login without its begin", reason: `no ...${BASIC.slice(7)}`, status: 401 },
    { name: "the password", reason: `no ${LOGIN.password}`, status: 407 },
    { name: "the password in upper case", reason: `no ${LOGIN.password.toUpperCase()}`, status: 407 },
    { name: "a piece of the password", reason: `no ${LOGIN.password.slice(2, 10)}`, status: 502 },
    { name: "the password in hexadecimal", reason: `no ${HEX}`, status: 403 },
    { name: "the password as in a URL", reason: `no ${encodeURIComponent(LOGIN.password)}`, status: 503 },
    {
      name: "the password by itself in base64",
      reason: Buffer.from(LOGIN.password).toString("base64"),
      status: 407,
    },
    { name: "the login at the edge of what is shown", reason: `${"x".repeat(75)}${BASIC}`, status: 407 },
  ])("nothing where it repeats $name", async ({ reason, status }) => {
    const error = await refusalBy(`HTTP/1.1 ${status} ${reason}`);
    expect(error.message).toContain(`: ${status} (mail.example:25 through`);
    const shown = inspect(error, { depth: 12, showHidden: true });
    expect(shown).not.toContain(reason.slice(0, 12));
  });

  it.each([
    { name: "a login was given", login: LOGIN, code: "ERR_SOCKET_PROXY_AUTH_FAILED" },
    { name: "none was", login: {}, code: "ERR_SOCKET_PROXY_AUTH_REQUIRED" },
  ])("the whole where it says something else and $name", async ({ login, code }) => {
    const error = await refusalBy("HTTP/1.1 407 Proxy Authentication Required", login);
    expect(error.code).toBe(code);
    expect(error.message).toContain(": 407 Proxy Authentication Required (");
  });

  it.each([
    { name: "four characters", password: "s3cr", reason: "bad s3cr", shown: "407 (" },
    {
      name: "fewer, which any text may hold",
      password: "bad",
      reason: "bad login",
      shown: "407 bad login (",
    },
    { name: "outside ASCII", password: "pässwörter", reason: "bad pässwörter", shown: "407 (" },
  ])("a password of $name", async ({ password, reason, shown }) => {
    const error = await refusalBy(`HTTP/1.1 407 ${reason}`, { username: "ann", password });
    expect(error.message).toContain(shown);
  });
});
