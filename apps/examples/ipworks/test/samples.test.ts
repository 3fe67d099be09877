// The samples of the two documents.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  client,
  ends,
  type RecordingServer,
  recordingServer,
  replay,
  scriptedServer,
  server,
  stalls,
  testIdentities,
} from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EDITIONS, parts, said } from "./editions.js";

let target: RecordingServer;
beforeAll(async () => {
  target = await recordingServer();
});
beforeEach(() => target.clear());
afterAll(() => target.close());

describe.each(EDITIONS)("%s", (_, programs) => {
  it("OtherHeaders: an additional header behind the computed ones", async () => {
    await said(programs["additional-header"], target);
    expect(target.messages).toHaveLength(1);
    const { fields, body } = parts(target.messages[0]?.text ?? "");
    expect(fields).toMatchObject({
      From: "me@example.com",
      To: "recipient@example.org",
      Subject: "My Subject",
      HeaderName: "HeaderValue",
    });
    expect(Object.keys(fields).at(-1)).toBe("HeaderName");
    expect(body).toBe("This is the message body.\r\n");
  });

  it.each(["connect-and-send", "send"] as const)("%s", async (name) => {
    const before = target.connectionCount;
    await said(programs[name], target);
    expect(target.connectionCount).toBe(before + 1);
    const [message] = target.messages;
    expect([message?.from.address, message?.to[0]?.address]).toEqual([
      "me@example.com",
      "recipient@example.org",
    ]);
    expect(parts(message?.text ?? "").body).toBe("This is the message body\r\n");
  });

  it("MessageRecipient: options as the page has them, without an equals sign", async () => {
    await said(programs["recipient-options"], target);
    expect(target.messages[0]?.to).toEqual([
      { address: "address@example.org", parameters: { NOTIFY: "SUCCESS,FAILURE,DELAY" } },
    ]);
    const { fields } = parts(target.messages[0]?.text ?? "");
    expect([fields["From"], fields["To"]]).toEqual([
      '"Me Myself" <me@example.com>',
      "Friendly Name <address@example.org>", // made of the recipient's Name and Address, so quoted only where it has to be
    ]);
  });

  it("MessageHeadersString and TransferText: the raw message", async () => {
    expect(await said(programs["raw-message"], target)).toEqual([target.messages[0]?.text]);
  });

  it("Config: the lines of the pages are read back; an unknown name is an exception", async () => {
    expect(await said(programs.settings, target)).toEqual([
      "*",
      "SSL_RSA_WITH_RC4_128_SHA",
      "SSL_RSA_WITH_RC4_128_SHA; SSL_DHE_RSA_WITH_3DES_EDE_CBC_SHA",
      "3072",
      "sha256-rsa,sha256-dsa,sha1-rsa,sha1-dsa",
      "False",
      "True",
      "www.example.com;www.example.org",
      "Bearer ya29.AHES6ZRmS=",
      "unknown: 10022",
    ]);
  });

  it("the lines about TLS, to a server with an RSA certificate", async () => {
    const { authority, ca } = await testIdentities();
    await using mx = await recordingServer({ tls: await authority.issue({ keyType: "rsa" }) });
    const lines = await said(programs["tls-settings"], mx, { host: "localhost", trust: ca });
    expect(lines).toEqual(["TLSv1.2", "270"]);
    expect(mx.messages.map(({ secure }) => secure)).toEqual([true]);
  });

  it("Certificate: its constructors", async () => {
    const { good } = await testIdentities();
    const folder = mkdtempSync(join(tmpdir(), "wirepost-ipworks-"));
    try {
      const certificateFile = join(folder, "server.pem");
      writeFileSync(certificateFile, good.certificate);
      const lines = await said(programs.certificates, target, { certificateFile });
      expect(lines.map((line) => line.split(": ")[0])).toEqual([
        ...["empty", "file", "encoded", "store", "octets", "auto", "thumbprint", "configuration"],
        ...["dates", "windows"],
      ]);
      expect(lines[0]).toBe("empty: ");
      for (const line of lines.slice(1, 8)) expect(line).toMatch(/: .*CN=localhost/);
      expect(lines.slice(8)).toEqual(["dates", "windows: 271"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("the events: every one, in their order", async () => {
    const lines = await said(programs.listener, target);
    expect(lines.filter((line) => !/^PITrail 1 250-/.test(line))).toEqual([
      "ConnectionStatus Remote host connected, 0",
      expect.stringMatching(/^PITrail 1 220 recorder\.example\.test /),
      expect.stringMatching(/^PITrail 0 EHLO \S+$/),
      expect.stringMatching(/^PITrail 1 250 /),
      expect.stringMatching(/^PITrail 0 MAIL FROM:<me@example\.com>/),
      expect.stringMatching(/^PITrail 1 250 /),
      expect.stringMatching(/^PITrail 0 RCPT TO:<recipient@example\.org>/),
      expect.stringMatching(/^PITrail 1 250 /),
      "PITrail 0 DATA",
      expect.stringMatching(/^PITrail 1 354 /),
      "StartTransfer 0",
      "Transfer 26, 100%, 26 bytes",
      "EndTransfer 0",
      expect.stringMatching(/^PITrail 1 250 .*queued as 1$/),
      "PITrail 0 QUIT",
      expect.stringMatching(/^PITrail 1 221 /),
      "ConnectionStatus Remote host disconnected, 0",
    ]);
  });

  it("Verify, Expand and SendCommand", async () => {
    await using mx = await replay([
      server("220 mx.example.test ESMTP\r\n"),
      client(/^EHLO /),
      server("250 mx.example.test\r\n"),
      client("VRFY bob@example.org\r\n"),
      server("250 Bob <bob@example.org>\r\n"),
      client("EXPN friends\r\n"),
      server("250-Bob <bob@example.org>\r\n250-cora@example.org\r\n250 Dan Doe <dan@example.org>\r\n"),
      client("NOOP\r\n"),
      server("250 ok\r\n"),
      client("QUIT\r\n"),
      server("221 bye\r\n"),
      ends(),
    ]);
    expect(await said(programs.asking, mx)).toEqual([
      "250",
      "member Bob <bob@example.org>",
      "member cora@example.org",
      "member Dan Doe <dan@example.org>",
      "250",
    ]);
    await mx.finished();
  });

  it("a body from a stream, and a return path", async () => {
    const [closed, raw] = await said(programs["from-stream"], target);
    expect(closed).toBe("closed: true");
    expect(target.messages[0]?.from.address).toBe("bounces@example.com");
    expect(raw).toBe(target.messages[0]?.text);
    expect(raw).toMatch(/\r\n\r\nOne line\r\n\.\r\nand another\r\n$/);
  });

  it("a method that is interrupted: 301", async () => {
    await using silent = await scriptedServer([stalls()]);
    expect(await said(programs.interrupted, silent)).toEqual(["301, idle: true, connected: false"]);
  });
});
