// X22-X24: TLS and the login.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  client,
  clientContent,
  type RecordingServer,
  type RecordingServerOptions,
  recordingServer,
  replay,
  scriptedServer,
  server,
  type TestIdentities,
  testIdentities,
} from "@wirepost/test-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  configureSocket,
  FolderItem,
  RuntimeException,
  SMTPSecureSocket,
  SMTPSocket,
  SSLSocket,
  TCPSocket,
  whenIdle,
} from "../src/index.js";
import { chooseTls } from "../src/sockets/tls-choice.js";
import { mailTo, names, record, sendAll } from "./recorder.js";

let identities: TestIdentities;
let folder: string;
beforeAll(async () => {
  identities = await testIdentities();
  folder = mkdtempSync(join(tmpdir(), "xojo-compat-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function secureSocket(port: number, trust = true): SMTPSecureSocket {
  const socket = new SMTPSecureSocket();
  socket.Address = "localhost";
  socket.Port = port;
  socket.SSLEnabled = true;
  if (trust) configureSocket(socket, { tls: { extraCa: identities.ca } });
  socket.Messages.Add(mailTo("bob@example.org"));
  return socket;
}

function tlsServer(options: RecordingServerOptions = {}): Promise<RecordingServer> {
  return recordingServer({ host: "localhost", tls: identities.good, ...options });
}

function file(name: string, content: string): FolderItem {
  const path = join(folder, name);
  writeFileSync(path, content);
  return new FolderItem(path);
}

describe("X22: SSLEnabled and SMTPConnectionType", () => {
  const { STARTTLS, SSLTLS } = SMTPSecureSocket.SMTPConnectionTypes;

  it.each([
    ["STARTTLS", STARTTLS],
    ["SSLTLS", SSLTLS],
  ])("false: plain TCP, whatever the type says: %s", async (_name, type) => {
    await using target = await tlsServer();
    const socket = secureSocket(target.port);
    socket.SSLEnabled = false;
    socket.SMTPConnectionType = type;
    const log = record(socket);
    await sendAll(socket);
    expect(names(log)).toEqual(["ConnectionEstablished", "MessageSent", "MailSent"]);
    expect(target.messages[0]?.secure).toBe(false);
  });

  it.each([
    ["STARTTLS, the default", STARTTLS, false],
    ["SSLTLS", SSLTLS, true],
  ])("true: %s", async (_name, type, implicitTls) => {
    await using target = await tlsServer({ implicitTls });
    const socket = secureSocket(target.port);
    if (implicitTls) socket.SMTPConnectionType = type;
    const log = record(socket);
    const states: [boolean, boolean][] = [];
    socket.ConnectionEstablished = () => void states.push([socket.SSLConnected, socket.SSLConnecting]);
    socket.MessageSent = () => void states.push([socket.SSLConnected, socket.SSLConnecting]);
    await sendAll(socket);
    expect(names(log)).toEqual(["ConnectionEstablished", "MessageSent", "MailSent"]);
    expect(target.messages[0]?.secure).toBe(true);
    expect(states).toEqual([
      [implicitTls, false],
      [true, false],
    ]);
    expect([socket.SSLConnected, socket.SSLConnecting]).toEqual([false, false]);
  });

  it("says EHLO again behind STARTTLS, and SSLConnecting during the handshake", async () => {
    let connecting: boolean | undefined;
    const socket = new SMTPSecureSocket();
    await using mx = await scriptedServer([
      server("220 hi\r\n"),
      client(/^EHLO /),
      server("250-mx\r\n250 STARTTLS\r\n"),
      client("STARTTLS\r\n"),
      async (peer) => {
        await peer.send("220 go\r\n");
        await peer.read(1);
        connecting = socket.SSLConnecting;
        peer.reset();
      },
    ]);
    Object.assign(socket, { Address: "127.0.0.1", Port: mx.port, SSLEnabled: true });
    const log = record(socket);
    await sendAll(socket);
    expect(connecting).toBe(true);
    expect(socket.SSLConnecting).toBe(false);
    expect(log.slice(1)).toEqual([["Error", 102]]);
  });

  it("no STARTTLS offered: an Error, and never a plain login", async () => {
    await using mx = await replay([
      server("220 hi\r\n"),
      client(/^EHLO /),
      server("250-mx\r\n250 AUTH PLAIN LOGIN\r\n"),
      client("QUIT\r\n"),
    ]);
    const socket = secureSocket(mx.port);
    socket.Address = "127.0.0.1";
    socket.Username = "ann";
    socket.Password = "secret";
    const log = record(socket);
    await sendAll(socket);
    expect(log.slice(1)).toEqual([["Error", 102]]);
    expect(socket.Messages.Count()).toBe(1);
    expect(mx.connections[0]?.receivedText).not.toContain("AUTH");
  });

  it("a certificate that cannot be verified: an Error, the message stays", async () => {
    await using target = await tlsServer();
    const socket = secureSocket(target.port, false);
    const log = record(socket);
    await sendAll(socket);
    expect(log.slice(1)).toEqual([["Error", 102]]);
    expect(target.messages).toHaveLength(0);
  });
});

describe("X23: SSLConnectionType", () => {
  const { SSLConnectionTypes } = SSLSocket;
  const base = { certificateFile: null, certificatePassword: "", rejectionFile: null };

  it.each([
    [SSLConnectionTypes.SSLv23, "TLSv1"],
    [SSLConnectionTypes.TLSv1, "TLSv1"],
    [SSLConnectionTypes.TLSv11, "TLSv1.1"],
    [SSLConnectionTypes.TLSv12, "TLSv1.2"],
    [SSLConnectionTypes.TLSv13, "TLSv1.3"],
  ])("%d means %s or newer", async (connectionType, minVersion) => {
    expect(await chooseTls({ ...base, connectionType, options: {} })).toEqual({ minVersion });
  });

  it.each([
    [SSLConnectionTypes.TLSv1, { minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" }],
    [SSLConnectionTypes.TLSv12, { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" }],
    [SSLConnectionTypes.SSLv23, { minVersion: "TLSv1" }],
  ])("with strictConnectionType %d means exactly that", async (connectionType, wanted) => {
    expect(await chooseTls({ ...base, connectionType, options: { strictConnectionType: true } })).toEqual(
      wanted,
    );
  });

  it("TLSv1, as the samples set it, reaches a server of today", async () => {
    await using target = await tlsServer({ implicitTls: true });
    const socket = secureSocket(target.port);
    socket.SSLConnectionType = SSLSocket.SSLConnectionTypes.TLSv1;
    socket.SMTPConnectionType = SMTPSecureSocket.SMTPConnectionTypes.SSLTLS;
    await sendAll(socket);
    expect(target.messages).toHaveLength(1);
  });

  it.each([SMTPSecureSocket.SSLv2, SMTPSecureSocket.SSLv3, 99])("%d is refused", (value) => {
    const socket = new SMTPSecureSocket();
    expect(() => (socket.SSLConnectionType = value)).toThrow(RuntimeException);
    expect(socket.SSLConnectionType).toBe(SMTPSecureSocket.TLSv1);
  });

  it("no SMTPConnectionType but the two", () => {
    expect(() => (new SMTPSecureSocket().SMTPConnectionType = 7)).toThrow(RuntimeException);
  });
});

describe("X24: login and certificates", () => {
  it.each([
    [["LOGIN"], "LOGIN"],
    [["PLAIN"], "PLAIN"],
    [["LOGIN", "PLAIN"], "PLAIN"],
    [["CRAM-MD5", "LOGIN"], "LOGIN"],
  ])("of %j it takes %s", async (mechanisms, taken) => {
    await using target = await recordingServer({ users: { ann: "secret" }, mechanisms });
    const socket = new SMTPSocket();
    Object.assign(socket, { Address: "127.0.0.1", Port: target.port, UserName: "ann", Password: "secret" });
    socket.Messages.Add(mailTo("bob@example.org"));
    await sendAll(socket);
    expect(target.logins).toEqual([{ mechanism: taken, user: "ann", ok: true }]);
    expect(target.messages[0]?.user).toBe("ann");
  });

  it("an empty user name: no AUTH", async () => {
    await using mx = await replay([
      server("220 hi\r\n"),
      client(/^EHLO /),
      server("250-mx\r\n250 AUTH PLAIN LOGIN\r\n"),
      client(/^MAIL /),
      server("250 ok\r\n"),
      client(/^RCPT /),
      server("250 ok\r\n"),
      client("DATA\r\n"),
      server("354 go\r\n"),
      clientContent(),
      server("250 ok\r\n"),
      client("QUIT\r\n"),
    ]);
    const socket = new SMTPSocket();
    Object.assign(socket, { Address: "127.0.0.1", Port: mx.port, Password: "secret" });
    socket.Messages.Add(mailTo("bob@example.org"));
    await sendAll(socket);
    await mx.finished();
  });

  it("a wrong password: ServerError 535, and the password in no text", async () => {
    await using target = await recordingServer({ users: { ann: "secret" } });
    const socket = new SMTPSocket();
    Object.assign(socket, {
      Address: "127.0.0.1",
      Port: target.port,
      UserName: "ann",
      Password: "wrong-secret",
    });
    socket.Messages.Add(mailTo("bob@example.org"));
    const log = record(socket);
    await sendAll(socket);
    expect(log[1]?.slice(0, 2)).toEqual(["ServerError", 535]);
    expect(JSON.stringify(log)).not.toContain("wrong-secret");
  });

  it("CertificateFile and CertificatePassword give the client certificate", async () => {
    const own = await identities.authority.issue({ hosts: ["client.example"], usages: ["client"] });
    const seen: (string | undefined)[] = [];
    await using mx = await scriptedServer(
      async (peer) => {
        seen.push(peer.tls?.getPeerCertificate().subject?.CN as string | undefined);
        await peer.send("220 hi\r\n");
        await peer.closed;
      },
      { tls: { ...identities.good, requestCertificate: true, requestCert: true } as never },
    );
    const socket = secureSocket(mx.port);
    socket.Address = "127.0.0.1";
    socket.SMTPConnectionType = SMTPSecureSocket.SMTPConnectionTypes.SSLTLS;
    socket.CertificateFile = file("client.pem", own.certificate + own.key);
    socket.CertificatePassword = "";
    const greeted = new Promise<void>((resolve) => {
      socket.ConnectionEstablished = () => resolve();
    });
    socket.SendMail();
    await greeted;
    socket.Close();
    expect(seen).toEqual(["client.example"]);
  });

  it("a certificate file that is not there: the system's number, and nobody was called", async () => {
    await using target = await tlsServer();
    const socket = secureSocket(target.port);
    socket.CertificateFile = new FolderItem(join(folder, "nothing.pem"));
    const log = record(socket);
    await sendAll(socket);
    expect(log).toEqual([["Error", 2]]);
    expect(target.connectionCount).toBe(0);
  });

  it("a server certificate in CertificateRejectionFile is refused", async () => {
    await using target = await tlsServer();
    const socket = secureSocket(target.port);
    socket.CertificateRejectionFile = file("rejected.pem", identities.good.certificate);
    const log = record(socket);
    await sendAll(socket);
    expect(log.slice(1)).toEqual([["Error", 102]]);
    expect(target.messages).toHaveLength(0);
    socket.CertificateRejectionFile = null;
    await sendAll(socket);
    expect(target.messages).toHaveLength(1);
  });

  it("an option that does not exist is refused by name", () => {
    const socket = new SMTPSecureSocket();
    expect(() => configureSocket(socket, { strict: true } as never)).toThrow(/"strict"/);
    expect(() => configureSocket({}, {})).toThrow(RuntimeException);
  });
});

describe("TLS on raw connections", () => {
  it("SSLEnabled set while connected begins the handshake; set back, the connection keeps its TLS", async () => {
    await using mx = await scriptedServer(async (peer) => {
      await peer.send("plain\r\n");
      await peer.startTls(identities.good);
      await peer.send("secret\r\n");
      await peer.closed;
    });
    const socket = new SSLSocket();
    configureSocket(socket, { tls: { extraCa: identities.ca } });
    Object.assign(socket, { Address: "127.0.0.1", Port: mx.port });
    const log = record(socket);
    socket.Connect();
    await until(() => socket.BytesAvailable === 7);
    expect(socket.ReadAll()).toBe("plain\r\n");
    socket.SSLEnabled = true;
    expect(socket.SSLConnecting).toBe(true);
    await until(() => socket.BytesAvailable === 8);
    expect([socket.SSLConnected, socket.SSLConnecting, socket.ReadAll()]).toEqual([
      true,
      false,
      "secret\r\n",
    ]);
    socket.SSLEnabled = false;
    expect(socket.SSLConnected).toBe(true);
    socket.Close();
    expect(names(log)).not.toContain("Error");
  });

  it("a failed handshake of SSLEnabled is 102", async () => {
    await using mx = await scriptedServer(async (peer) => {
      await peer.startTls(identities.selfSigned).catch(() => undefined);
    });
    const socket = new SSLSocket();
    Object.assign(socket, { Address: "127.0.0.1", Port: mx.port });
    const log = record(socket);
    socket.Connect();
    await whenIdle(socket);
    socket.SSLEnabled = true;
    await whenIdle(socket);
    expect(log).toEqual([["Connected"], ["Error", 102]]);
  });

  it("Connect speaks TLS from the first octet, and an SMTPSecureSocket in STARTTLS mode does not", async () => {
    await using mx = await tlsServer({ implicitTls: true });
    const socket = new SSLSocket();
    configureSocket(socket, { tls: { extraCa: identities.ca } });
    Object.assign(socket, { Address: "localhost", Port: mx.port, SSLEnabled: true });
    socket.Connect();
    await until(() => socket.BytesAvailable > 0);
    expect(socket.SSLConnected).toBe(true);
    expect(socket.ReadAll()).toMatch(/^220 /);
    socket.Close();
    await using plain = await recordingServer({ host: "localhost" });
    const smtp = secureSocket(plain.port);
    smtp.Connect();
    await until(() => smtp.BytesAvailable > 0);
    expect([smtp.SSLConnected, smtp.ReadAll().slice(0, 4)]).toEqual([false, "220 "]);
    smtp.Close();
  });

  it("Listen with a certificate is the server's side", async () => {
    const listener = new SSLSocket();
    listener.NetworkInterface = { IPAddress: "127.0.0.1" };
    listener.SSLEnabled = true;
    listener.CertificateFile = file("server.pem", identities.good.certificate + identities.good.key);
    listener.Listen();
    await until(() => listener.Port !== 0);
    const caller = new SSLSocket();
    configureSocket(caller, { tls: { extraCa: identities.ca } });
    Object.assign(caller, { Address: "127.0.0.1", Port: listener.Port, SSLEnabled: true });
    caller.Connect();
    await until(() => listener.SSLConnected && caller.SSLConnected);
    listener.Write("secret");
    await until(() => caller.BytesAvailable === 6);
    caller.Close();
    listener.Close();
  });

  it("TCPSocket has no TLS", () => {
    expect("SSLEnabled" in new TCPSocket()).toBe(false);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
