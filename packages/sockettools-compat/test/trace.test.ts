// Trace, TraceFile, TraceFlags; and that nothing shows a password.
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { type RecordingServer, recordingServer, scriptedServer } from "@wirepost/test-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  lastCause,
  SmtpClient,
  smtpOptionExtended,
  smtpTraceError,
  smtpTraceHexDump,
  smtpTraceWarning,
  stErrorFileNotCreated,
} from "../src/index.js";
import { clientFor, LETTER, record } from "./recorder.js";

const PASSWORD = "correct horse battery";
let server: RecordingServer;
let folder: string;
let count = 0;
beforeAll(async () => {
  server = await recordingServer({ users: { ann: PASSWORD } });
  folder = mkdtempSync(join(tmpdir(), "sockettools-trace-"));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function traced(flags: number): { client: SmtpClient; read: () => string } {
  const client = clientFor(server);
  client.TraceFile = join(folder, `trace-${++count}.log`);
  client.TraceFlags = flags;
  client.Trace = true;
  return { client, read: () => readFileSync(client.TraceFile, "utf8") };
}

/** A run with a failure in it. */
async function run(client: SmtpClient): Promise<void> {
  await client.Connect({ Options: smtpOptionExtended });
  await client.Authenticate("ann", PASSWORD);
  await client.SendMessage("ann@example.com", "reject550@example.org", LETTER);
  await client.SendMessage("ann@example.com", "bob@example.org", LETTER);
  await client.Command(`XLOGIN ann ${PASSWORD}`);
  await client.Disconnect();
}

const secrets = (text: string): string[] =>
  [
    PASSWORD,
    Buffer.from(PASSWORD).toString("base64"),
    Buffer.from(`\0ann\0${PASSWORD}`).toString("base64"),
  ].filter((secret) => text.includes(secret.replace(/=+$/, "")));

describe("Trace", () => {
  it("writes calls, commands and replies, and never a password", async () => {
    const { client, read } = traced(0);
    await run(client);
    const text = read();
    for (const line of [
      / == Connect = 0$/m,
      / C: EHLO /m,
      / S: 250[- ]/m,
      / C: AUTH \S+/m,
      / == Authenticate = 0$/m,
      / C: MAIL FROM:<ann@example.com>/m,
      / S: 550 5\.1\.1 /m,
      / == SendMessage = 12103: /m,
      / == SendMessage = 0$/m,
      / C: XLOGIN ann <redacted>$/m,
      / C: QUIT$/m,
      / == Disconnect = 0$/m,
    ]) {
      expect(text).toMatch(line);
    }
    expect(secrets(text)).toEqual([]);
    expect(text).not.toContain("Hello, World!");
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \d+\.\d+ (==|C:|S:|--) /);
    // Nobody else may read it.
    if (process.platform !== "win32") expect(lstatSync(client.TraceFile).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["failed calls alone", smtpTraceError, [/== SendMessage = 12103/], [/== Connect/, / C: /, / S: /]],
    [
      "failed calls and refusals",
      smtpTraceWarning,
      [/== SendMessage = 12103/, / S: 550/],
      [/== Connect/, / C: /],
    ],
    ["the octets too", smtpTraceHexDump, [/ 000000 {2}46 72 6f 6d 3a 20 61 6e/, / C: MAIL/], []],
  ])("TraceFlags: %s", async (_name, flags, present, absent) => {
    const { client, read } = traced(flags);
    await run(client);
    for (const pattern of present) expect(read()).toMatch(pattern);
    for (const pattern of absent) expect(read()).not.toMatch(pattern);
    expect(secrets(read())).toEqual([]);
  });

  it("shows HELO where HELO was said", async () => {
    const { client, read } = traced(0);
    await client.Connect();
    await client.Disconnect();
    expect(read()).toMatch(/ C: HELO /);
    expect(read()).not.toMatch(/EHLO/);
  });

  it("appends, begins and ends when the program says so, and serves several clients", async () => {
    const { client, read } = traced(0);
    writeFileSync(client.TraceFile, "before\n");
    const other = clientFor(server);
    other.TraceFile = client.TraceFile;
    other.Trace = true;
    await Promise.all([client.Connect(), other.Connect()]);
    client.Trace = false;
    await Promise.all([client.Disconnect(), other.Disconnect()]);
    const text = read();
    expect(text).toMatch(/^before\n/);
    expect(text.match(/== Connect = 0/g)).toHaveLength(2);
    expect(text.match(/== Disconnect = 0/g)).toHaveLength(1);
  });

  it("a file that cannot be written is told once, and mail goes on", async () => {
    const client = clientFor(server);
    client.TraceFile = join(folder, "no", "such", "folder.log");
    client.Trace = true;
    const log = record(client, "OnCommand");
    expect(await client.Connect()).toBe(0);
    await client.Disconnect();
    expect(log.filter(([event]) => event === "OnError").map(([, code]) => code)).toEqual([
      stErrorFileNotCreated,
    ]);
    expect(client.Trace).toBe(false);
  });

  it("without a name it is a file in the folder for temporary files", async () => {
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = folder;
    try {
      const client = clientFor(server);
      client.Trace = true;
      await client.Connect();
      await client.Disconnect();
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
    expect(readFileSync(join(folder, "cstrace.log"), "utf8")).toContain("== Connect = 0");
  });

  it("a device is no file", async () => {
    const client = clientFor(server);
    client.TraceFile = "/dev/null";
    client.Trace = true;
    await client.Connect();
    await client.Disconnect();
    expect(client.Trace).toBe(false);
  });

  it("is not led astray by a link", async () => {
    const target = join(folder, "precious");
    writeFileSync(target, "precious");
    const client = clientFor(server);
    client.TraceFile = join(folder, "link.log");
    symlinkSync(target, client.TraceFile);
    client.Trace = true;
    await client.Connect();
    await client.Disconnect();
    expect([client.Trace, readFileSync(target, "utf8")]).toEqual([false, "precious"]);
  });
});

describe("secrets", () => {
  it("are in no event, no text, no error and no inspect()", async () => {
    const target = await scriptedServer(async (peer) => {
      await peer.send("220 mx\r\n");
      await peer.line();
      await peer.send("250-mx\r\n250 AUTH PLAIN\r\n");
      const line = await peer.line();
      // A server that throws the password back.
      await peer.send(`535 5.7.8 ${line.split(" ")[2]?.trim()} ${PASSWORD}\r\n`);
      await peer.line();
      await peer.send("221 bye\r\n");
      peer.end();
    });
    const client = clientFor(target);
    const log = record(client);
    client.UserName = "ann";
    client.Password = PASSWORD;
    expect(await client.Connect({ Options: smtpOptionExtended })).toBeGreaterThan(0);
    const shown = inspect([log, client.LastErrorString, client.ResultString, lastCause(client), client], {
      depth: 9,
      showHidden: true,
    });
    expect(secrets(shown)).toEqual([]);
    expect(client.ResultCode).toBe(221);
    await target.close();
  });

  it("JSON shows nothing of a client", () => {
    const client = new SmtpClient();
    client.Password = PASSWORD;
    expect(JSON.stringify(client)).toBe("{}");
  });
});
