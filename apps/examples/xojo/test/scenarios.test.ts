import { constants } from "node:os";
import {
  client,
  type RecordingServer,
  type RecordingServerOptions,
  recordingServer,
  replay,
  resets,
  scriptedServer,
  server,
  testIdentities,
} from "@wirepost/test-server";
import { describe, expect, it } from "vitest";
import type { Program, Server } from "../src/program.js";
import { plainLogin } from "../src/scenarios/a1-plain-login.js";
import { implicitTls, startTls } from "../src/scenarios/a2-secure.js";
import { oldSpellings } from "../src/scenarios/a3-old-spellings.js";
import { addHandler } from "../src/scenarios/a4-add-handler.js";
import { refusedAndCancelled } from "../src/scenarios/a5-refused-and-cancelled.js";
import { close, disconnect, dropped, refusedPort, unknownHost } from "../src/scenarios/a6-errors.js";

const LOGIN = { username: "ann", password: "secret" };
const USERS = { ann: "secret" };

/** Runs a program; what it said. */
async function said(
  program: Program,
  target: { port: number },
  more: Partial<Server> = {},
): Promise<string[]> {
  const lines: string[] = [];
  await program({ address: "127.0.0.1", port: target.port, ...more }, (line) => lines.push(line));
  return lines;
}

async function secureServer(
  options: RecordingServerOptions,
): Promise<{ target: RecordingServer; trust: string }> {
  const { good } = await testIdentities();
  return { target: await recordingServer({ tls: good, users: USERS, ...options }), trust: good.ca };
}

describe("A1: plain, API 1 names, login, X-Mailer", () => {
  it("runs", async () => {
    await using target = await recordingServer({ users: USERS });
    expect(await said(plainLogin, target, LOGIN)).toEqual([
      expect.stringMatching(/^connected: 220 recorder\.example\.test /),
      "sent: Plain, 0 left",
      "all sent",
    ]);
    const [message] = target.messages;
    expect([message?.user, message?.secure, message?.from.address, message?.to[0]?.address]).toEqual([
      "ann",
      false,
      "bill@example.com",
      "john@example.org",
    ]);
    expect(message?.text).toMatch(/^X-Mailer: Xojo SMTP Example\r$/m);
    expect(message?.text).toMatch(/\r\n\r\nHello, World!\r\n$/);
  });

  it("is told of a wrong password", async () => {
    await using target = await recordingServer({ users: USERS });
    expect((await said(plainLogin, target, { ...LOGIN, password: "wrong" })).slice(1)).toEqual([
      expect.stringMatching(/^refused: Plain \(535 .*\)$/),
    ]);
  });
});

describe("A2: secure, API 2 names", () => {
  it("TLS from the first octet, as on 465", async () => {
    const { target, trust } = await secureServer({ implicitTls: true });
    expect(await said(implicitTls, target, { ...LOGIN, trust })).toEqual([
      "connected, secure",
      "sent: Secure, secure",
      "all sent",
    ]);
    expect([target.messages[0]?.secure, target.messages[0]?.user]).toEqual([true, "ann"]);
    expect(target.messages[0]?.text).toContain("multipart/alternative");
    await target.close();
  });

  it("STARTTLS by default, as on 587", async () => {
    const { target, trust } = await secureServer({});
    expect(await said(startTls, target, { ...LOGIN, trust })).toEqual([
      "connected, plain so far",
      "sent: Secure, secure",
      "all sent",
    ]);
    expect([target.messages[0]?.secure, target.messages[0]?.user]).toEqual([true, "ann"]);
    await target.close();
  });

  it("sends nothing to a server without STARTTLS", async () => {
    await using target = await recordingServer({ users: USERS });
    expect((await said(startTls, target, LOGIN)).slice(1)).toEqual([
      expect.stringMatching(/^error 102: .*STARTTLS/),
    ]);
    expect([target.messages.length, target.logins.length]).toEqual([0, 0]);
  });
});

describe("A3: old spellings", () => {
  it("runs", async () => {
    const { target, trust } = await secureServer({ implicitTls: true });
    expect(await said(oldSpellings, target, { ...LOGIN, trust })).toEqual([
      "sent: Old spellings",
      "all sent",
    ]);
    expect([target.messages[0]?.secure, target.messages[0]?.user]).toEqual([true, "ann"]);
    await target.close();
  });
});

describe("A4: five handlers that close inside; an attachment that is base64 already", () => {
  it("runs", async () => {
    await using target = await recordingServer();
    expect(await said(addHandler, target)).toEqual([
      "connected: 220",
      "sent: First, 1 left",
      "sent: Second, 0 left",
      "all sent",
    ]);
    expect(target.messages.map((message) => message.to[0]?.address)).toEqual([
      "bob@example.org",
      "carl@example.org",
    ]);
    const base64 = Buffer.from("Hello, attached world!").toString("base64");
    expect(target.messages[1]?.text).toContain(`Content-Transfer-Encoding: BASE64\r\n\r\n${base64}\r\n`);
    expect(target.connectionCount).toBe(1);
  });
});

describe("A5: refused, and cancelled", () => {
  it("runs", async () => {
    await using target = await recordingServer();
    expect(await said(refusedAndCancelled, target)).toEqual([
      "MessageSent one, off the queue",
      expect.stringMatching(/^ServerError 550 .*reject550 is refused as asked, two, off the queue$/),
      "MessageSent three, off the queue",
      "MailSent",
      "SendProgress some sent, some left",
      "SendProgress some sent, some left",
      "still connected, queued",
    ]);
    expect(target.messages.map((message) => /^Subject: (.*)\r$/m.exec(message.text)?.[1])).toEqual([
      "one",
      "three",
    ]);
  });
});

describe("A6: errors", () => {
  const EHLO = [server("220 hi\r\n"), client(/^EHLO /), server("250 mx.example.test\r\n")];

  it("an unknown host: 103", async () => {
    expect(await said(unknownHost, { port: 25 })).toEqual(["Error 103", "LastErrorCode 103, 1 queued"]);
  });

  it("a port where nobody listens: the system's number", async () => {
    const gone = await scriptedServer([]);
    await gone.close();
    const refused = process.platform === "win32" ? 10061 : constants.errno.ECONNREFUSED;
    expect(await said(refusedPort, gone)).toEqual([`Error ${refused}`, `LastErrorCode ${refused}, 1 queued`]);
  });

  it("a drop in mid-session: 102, once", async () => {
    await using mx = await replay([...EHLO, client(/^MAIL /), resets()]);
    expect(await said(dropped, mx)).toEqual(["connected", "Error 102", "LastErrorCode 102, 1 queued"]);
  });

  it("Disconnect: 102, once; Close: nothing", async () => {
    await using target = await recordingServer();
    expect(await said(disconnect, target)).toEqual(["connected", "Error 102", "LastErrorCode 102, 1 queued"]);
    expect(await said(close, target)).toEqual(["connected", "LastErrorCode 0, 1 queued"]);
    expect(target.messages).toHaveLength(0);
  });
});
