// B7: TLS by port and mode, logins, the order of the events, and a certificate that is not accepted.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type RecordingServer,
  recordingServer,
  type TestIdentities,
  testIdentities,
} from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EDITIONS, said } from "./editions.js";
import { portsProxy } from "./ports-proxy.js";

const USERS = { ann: "secret" };
const LOGIN = { user: "ann", password: "secret" };

let identities: TestIdentities;
let plainFirst: RecordingServer;
let tlsFirst: RecordingServer;
let withLogin: RecordingServer;
beforeAll(async () => {
  identities = await testIdentities();
  plainFirst = await recordingServer({ tls: identities.good });
  tlsFirst = await recordingServer({ tls: identities.good, implicitTls: true });
  withLogin = await recordingServer({ tls: identities.good, users: USERS });
});
beforeEach(() => {
  for (const one of [plainFirst, tlsFirst, withLogin]) one.clear();
});
afterAll(async () => {
  for (const one of [plainFirst, tlsFirst, withLogin]) await one.close();
});

const PLAIN = ["sent"];
const SECURE = ["SSL handshake complete", "sent"];
const FAILED = ["276"];
/** Both wait for the other to begin. */
const SILENCE = ["201"];

describe.each(EDITIONS)("%s", (_, programs) => {
  // What stands behind the ports is what the world expects there: STARTTLS on 25, 587 and 2525, TLS at once on 465 and 2465.
  describe("B7: SSLStartMode", () => {
    it.each([
      ["b7-none", 25, PLAIN],
      ["b7-none", 465, SILENCE],
      ["b7-none", 587, PLAIN],
      ["b7-none", 2525, PLAIN],
      ["b7-automatic", 25, SECURE],
      ["b7-automatic", 465, SECURE],
      ["b7-automatic", 587, FAILED],
      ["b7-automatic", 2525, FAILED],
      ["b7-automatic", 2465, SECURE],
      ["b7-implicit", 25, FAILED],
      ["b7-implicit", 465, SECURE],
      ["b7-implicit", 587, FAILED],
      ["b7-implicit", 2465, SECURE],
      ["b7-explicit", 25, SECURE],
      ["b7-explicit", 465, SILENCE],
      ["b7-explicit", 587, SECURE],
      ["b7-explicit", 2525, SECURE],
    ] as const)("%s, port %d", async (name, port, expected) => {
      await using proxy = await portsProxy({
        25: plainFirst.port,
        465: tlsFirst.port,
        587: plainFirst.port,
        2525: plainFirst.port,
        2465: tlsFirst.port,
      });
      const more = { host: "localhost", trust: identities.ca, proxy, timeout: expected === SILENCE ? 1 : 60 };
      const lines = await said(programs[name], { port }, more);
      expect(lines).toEqual([`SSLEnabled: ${name !== "b7-none"}`, ...expected]);
      expect(proxy.asked).toEqual([port]);
      const secure = [...plainFirst.messages, ...tlsFirst.messages].map((message) => message.secure);
      expect(secure).toEqual(lines.includes("sent") ? [lines.includes("SSL handshake complete")] : []);
    });

    it("explicit, and the server has no STARTTLS: never plain", async () => {
      await using plain = await recordingServer();
      expect(await said(programs["b7-explicit"], plain)).toEqual(["SSLEnabled: true", ...FAILED]);
      expect(plain.messages).toEqual([]);
    });
  });

  describe("B7: logins", () => {
    it.each([
      ["b7-cram-md5", LOGIN, "CRAM-MD5"],
      ["b7-xoauth2", { user: "ann", token: "secret" }, "XOAUTH2"],
    ] as const)("%s", async (name, login, mechanism) => {
      const more = { host: "localhost", trust: identities.ca };
      expect(await said(programs[name], withLogin, { ...more, ...login })).toEqual(["sent"]);
      expect(withLogin.logins).toEqual([{ mechanism, user: "ann", ok: true }]);
      expect(withLogin.messages.map(({ user, secure }) => [user, secure])).toEqual([["ann", true]]);
    });

    it.each([
      ["b7-cram-md5", { ...LOGIN, password: "wrong" }],
      ["b7-xoauth2", { user: "ann", token: "wrong" }],
    ] as const)("%s, refused: 161 with the reply", async (name, login) => {
      const more = { host: "localhost", trust: identities.ca };
      expect(await said(programs[name], withLogin, { ...more, ...login })).toEqual(["161: 535"]);
      expect(withLogin.messages).toEqual([]);
    });
  });

  it("B7: the order of the events, and no secret in them", async () => {
    const lines = await said(programs["b7-events"], withLogin, {
      ...LOGIN,
      host: "localhost",
      trust: identities.ca,
    });
    expect(lines.filter((line) => !/^PITrail 1 250-/.test(line))).toEqual([
      "ConnectionStatus Remote host connected, 0",
      expect.stringMatching(/^PITrail 1 220 /),
      expect.stringMatching(/^PITrail 0 EHLO /),
      expect.stringMatching(/^PITrail 1 250 /),
      "SSLStatus",
      "PITrail 0 STARTTLS",
      expect.stringMatching(/^PITrail 1 220 /),
      expect.stringMatching(/^SSLServerAuthentication .*CN=localhost.*, OK, true$/),
      "SSLStatus",
      "ConnectionStatus SSL handshake complete, 0",
      expect.stringMatching(/^PITrail 0 EHLO /),
      expect.stringMatching(/^PITrail 1 250 /),
      expect.stringMatching(/^PITrail 0 AUTH CRAM-MD5/),
      expect.stringMatching(/^PITrail 1 334/),
      expect.stringMatching(/^PITrail 0 /),
      expect.stringMatching(/^PITrail 1 235 /),
      expect.stringMatching(/^PITrail 0 MAIL FROM:<ann@example\.com>/),
      expect.stringMatching(/^PITrail 1 250 /),
      expect.stringMatching(/^PITrail 0 RCPT TO:<bob@example\.org>/),
      expect.stringMatching(/^PITrail 1 250 /),
      "PITrail 0 DATA",
      expect.stringMatching(/^PITrail 1 354 /),
      "StartTransfer 0",
      "Transfer 7, 100%, 7 bytes",
      "EndTransfer 0",
      expect.stringMatching(/^PITrail 1 250 /),
      "PITrail 0 QUIT",
      expect.stringMatching(/^PITrail 1 221 /),
      "ConnectionStatus Remote host disconnected, 0",
    ]);
    // The answer to the challenge is the name and a digest, in base64; neither may be seen.
    const hidden = Buffer.from("ann ").toString("base64").slice(0, 4);
    expect(lines.join("\n")).not.toMatch(new RegExp(`secret|PITrail 0 ${hidden}`));
  });

  it.each(["selfSigned", "wrongHost", "expired", "unknownAuthority"] as const)(
    "B7: a certificate that is not accepted (%s): 280, and nothing secret was sent",
    async (identity) => {
      await using mx = await recordingServer({ tls: identities[identity], users: USERS });
      const lines = await said(programs["b7-refused"], mx, {
        ...LOGIN,
        host: "localhost",
        trust: identities.ca,
      });
      expect(lines.at(-1)).toMatch(/^280, connected: false, .*CN=/);
      const asked = lines.findIndex((line) => line.startsWith("SSLServerAuthentication"));
      expect(lines[asked]).toMatch(/, not OK, false$/);
      expect(lines.slice(asked + 1, -1).filter((line) => !line.startsWith("SSLStatus"))).toEqual([
        "ConnectionStatus Remote host disconnected, 280",
      ]);
      expect([mx.messages.length, mx.logins.length]).toEqual([0, 0]);
    },
  );

  it("B7: certificates known to both sides: nobody is asked", async () => {
    const { selfSigned, client, ca } = identities;
    await using mx = await recordingServer({
      tls: selfSigned,
      implicitTls: true,
      server: { requestCert: true, rejectUnauthorized: true, ca },
    });
    const folder = mkdtempSync(join(tmpdir(), "wirepost-ipworks-"));
    try {
      const certificateFile = join(folder, "server.pem");
      const keyFile = join(folder, "client.pem");
      writeFileSync(certificateFile, selfSigned.certificate);
      writeFileSync(keyFile, client.key + client.certificate);
      const more = { host: "localhost", certificateFile, keyFile };
      expect(await said(programs["b7-own-certificates"], mx, more)).toEqual([
        expect.stringMatching(/^true, .*CN=localhost/),
      ]);
      expect(mx.messages.map(({ secure }) => secure)).toEqual([true]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
