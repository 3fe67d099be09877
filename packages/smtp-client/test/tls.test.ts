import {
  ends,
  recordingServer,
  type Script,
  client as says,
  scriptedServer,
  server,
  stalls,
  startsTls,
  testIdentities,
} from "@wirepost/test-server";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ClientOptions, type SendError, SmtpClient, SmtpConnection } from "../src/index.js";

let identities: Awaited<ReturnType<typeof testIdentities>>;
const open: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  identities = await testIdentities();
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
function track<T extends { close(): Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

const MESSAGE = { from: "ann@example.com", to: "bob@example.org", subject: "x", text: "Hello\n" };
const EHLO = says(/^EHLO .*\r\n$/);

/** Sends to a scripted server and gives the error, and all that the server read in clear. */
async function against(
  script: Script,
  options: Partial<ClientOptions> = {},
): Promise<{ error: SendError; clear: string }> {
  const smtp = track(await scriptedServer(script));
  const client = track(
    new SmtpClient({
      host: "localhost",
      port: smtp.port,
      tls: { policy: "required", ca: identities.good.ca },
      timeouts: { greetingMs: 1_000, commandMs: 1_000, tlsMs: 1_000, quitMs: 100 },
      ...options,
    }),
  );
  const error = await client.send(MESSAGE).then(
    () => {
      throw new Error("it should have failed");
    },
    (e: SendError) => e,
  );
  await client.close();
  const peer = await smtp.connection(0);
  const clear = Buffer.concat(peer.segments.map((segment) => segment.octets)).toString("latin1");
  return { error, clear };
}

describe("TLS that is required", () => {
  const CASES: readonly { name: string; script: () => Script; code: string | RegExp }[] = [
    {
      name: "T1 STARTTLS is not announced",
      script: () => [server("220 x\r\n"), EHLO, server("250 x\r\n"), stalls()],
      code: "ERR_CLIENT_TLS_NOT_OFFERED",
    },
    {
      name: "T1 STARTTLS is made unreadable",
      script: () => [server("220 x\r\n"), EHLO, server("250-x\r\n250 XXXXXXXX\r\n"), stalls()],
      code: "ERR_CLIENT_TLS_NOT_OFFERED",
    },
    ...["454 no\r\n", "502 no\r\n"].map((answer) => ({
      name: `T2 STARTTLS is answered ${JSON.stringify(answer)}`,
      script: () => [
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250 STARTTLS\r\n"),
        says("STARTTLS\r\n"),
        server(answer),
        stalls(),
      ],
      code: "ERR_CLIENT_TLS_REFUSED",
    })),
    ...["250 ok\r\n", "354 ok\r\n"].map((answer) => ({
      name: `T2 STARTTLS is answered ${JSON.stringify(answer)}`,
      script: () => [
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250 STARTTLS\r\n"),
        says("STARTTLS\r\n"),
        server(answer),
        stalls(),
      ],
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    })),
    {
      name: "T2 220 and 454 in one reply",
      script: () => [
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250 STARTTLS\r\n"),
        says("STARTTLS\r\n"),
        server("220-a\r\n454 b\r\n"),
        stalls(),
      ],
      code: "ERR_SMTP_MIXED_CODES",
    },
    {
      name: "T3 replies behind the 220",
      script: () => [
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250 STARTTLS\r\n"),
        says("STARTTLS\r\n"),
        server("220 go\r\n250-evil\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n"),
        stalls(),
      ],
      code: "ERR_SMTP_LEFTOVER_BYTES",
    },
    {
      name: "T4 a fragment behind the 220",
      script: () => [
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250 STARTTLS\r\n"),
        says("STARTTLS\r\n"),
        server("220 go\r\n250-AUTH PLAIN "),
        stalls(),
      ],
      code: "ERR_SMTP_LEFTOVER_BYTES",
    },
    {
      name: "T6 the 220 comes with the EHLO reply",
      script: () => [server("220 x\r\n"), EHLO, server("250-x\r\n250 STARTTLS\r\n220 go\r\n"), stalls()],
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    },
    {
      name: "T8 garbage instead of a handshake",
      script: () => [
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250 STARTTLS\r\n"),
        says("STARTTLS\r\n"),
        server("220 go\r\n"),
        (peer) => peer.send("not tls at all, by any means\r\n"),
        stalls(),
      ],
      code: /^ERR_(SOCKET|SMTP)_/,
    },
    {
      name: "T8 the server closes instead of a handshake",
      script: () => [
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250 STARTTLS\r\n"),
        says("STARTTLS\r\n"),
        server("220 go\r\n"),
        ends(),
      ],
      code: /^ERR_SOCKET_/,
    },
    {
      name: "T8 silence instead of a handshake",
      script: () => [
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250 STARTTLS\r\n"),
        says("STARTTLS\r\n"),
        server("220 go\r\n"),
        stalls(),
      ],
      code: /^ERR_SOCKET_.*TIMEOUT/,
    },
  ];
  it.each(CASES)("$name: nothing but EHLO, STARTTLS and QUIT in clear", async ({ script, code }) => {
    const { error, clear } = await against(script());
    expect(error.code).toMatch(code);
    expect(error.state).toBe("not-sent");
    const lines = clear.split("\r\n").filter((line) => /^[A-Z]{4}/.test(line));
    expect(lines.every((line) => /^(EHLO |STARTTLS$|QUIT$)/.test(line))).toBe(true);
  });

  it("T7 forgets what was announced in clear, and asks again", async () => {
    const smtp = track(
      await scriptedServer([
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250-STARTTLS\r\n250-SIZE 1\r\n250 AUTH PLAIN\r\n"),
        says("STARTTLS\r\n"),
        server("220 go\r\n"),
        startsTls(identities.good),
        EHLO,
        server("250-x\r\n250 PIPELINING\r\n"),
        stalls(),
      ]),
    );
    const connection = await SmtpConnection.connect({
      host: "localhost",
      port: smtp.port,
      tls: { policy: "required", ca: identities.good.ca },
    });
    expect(connection.capabilities.keywords()).toEqual(["PIPELINING"]);
    expect(connection.tls?.verified).toBe(true);
    connection.destroy();
  });

  it.each([
    { name: "an unknown authority", identity: "good", ca: false, host: "localhost" },
    { name: "an expired certificate", identity: "expired", ca: true, host: "localhost" },
    { name: "another host's certificate", identity: "wrongHost", ca: true, host: "localhost" },
    { name: "a self-signed certificate", identity: "selfSigned", ca: false, host: "localhost" },
  ] as const)("T9 $name: refused before AUTH and MAIL, in both modes", async ({ identity, ca, host }) => {
    for (const implicitTls of [false, true]) {
      const tls = identities[identity];
      const smtp = track(await recordingServer({ tls, implicitTls, users: { ann: "secret" } }));
      const client = track(
        new SmtpClient({
          host,
          port: smtp.port,
          tls: { policy: implicitTls ? "implicit" : "required", ...(ca ? { ca: tls.ca } : {}) },
          auth: { username: "ann", password: "secret" },
        }),
      );
      const error = await client.send(MESSAGE).catch((e: SendError) => e);
      expect(error).toMatchObject({ phase: "tls", state: "not-sent" });
      expect((error as SendError).code).toMatch(/^ERR_SOCKET_/);
      expect(smtp.logins).toEqual([]);
    }
  });

  it("an observer sees the certificate and the reason, and may accept", async () => {
    const smtp = track(await recordingServer({ tls: identities.selfSigned }));
    const seen: (string | undefined)[] = [];
    const client = track(
      new SmtpClient({
        host: "localhost",
        port: smtp.port,
        tls: "required",
        observer: {
          onCertificate: (_certificate, failure) => {
            seen.push(failure?.code);
            return true;
          },
        },
      }),
    );
    await client.send(MESSAGE);
    expect(seen.length).toBe(1);
    expect(seen[0]).toMatch(/^ERR_SOCKET_/);
  });

  it("the second connection resumes the session of the first", async () => {
    const smtp = track(await recordingServer({ tls: identities.good, implicitTls: true }));
    const client = track(
      new SmtpClient({
        host: "localhost",
        port: smtp.port,
        maxConnections: 1,
        maxMessagesPerConnection: 1,
        transcript: true,
        tls: { policy: "implicit", ca: identities.good.ca },
      }),
    );
    const resumed: string[] = [];
    for (let i = 0; i < 2; i++) {
      const receipt = await client.send(MESSAGE, { transcript: true });
      resumed.push(receipt.transcript?.find((entry) => entry.text.startsWith("TLS"))?.text ?? "");
    }
    expect(resumed[0]).not.toContain("resumed");
    expect(resumed[1]).toContain("resumed");
  });
});

describe("TLS that is opportunistic", () => {
  it("uses STARTTLS without verifying", async () => {
    const smtp = track(await recordingServer({ tls: identities.selfSigned }));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port }));
    await client.send(MESSAGE);
    expect(smtp.messages[0]?.secure).toBe(true);
  });

  it("goes on in clear when STARTTLS is refused", async () => {
    const smtp = track(
      await scriptedServer([
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250 STARTTLS\r\n"),
        says("STARTTLS\r\n"),
        server("454 not now\r\n"),
        says(/^MAIL /),
        server("550 no\r\n"),
        stalls(),
      ]),
    );
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port, timeouts: { quitMs: 100 } }));
    await expect(client.send(MESSAGE)).rejects.toMatchObject({ code: "ERR_CLIENT_SENDER_REFUSED" });
  });
});

describe("a login", () => {
  const login = { username: "ann", password: "correct horse battery" };

  it("S1 shows no password without TLS", async () => {
    const smtp = track(
      await recordingServer({ users: { ann: login.password }, mechanisms: ["PLAIN", "LOGIN"] }),
    );
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port, auth: login }));
    await expect(client.send(MESSAGE)).rejects.toMatchObject({
      code: "ERR_SASL_CLEAR_TEXT_REFUSED",
      phase: "auth",
      state: "not-sent",
    });
    expect(smtp.logins).toEqual([]);
  });

  it("S1 … unless it is allowed by name", async () => {
    const smtp = track(
      await recordingServer({ users: { ann: login.password }, mechanisms: ["PLAIN", "LOGIN"] }),
    );
    const client = track(
      new SmtpClient({ host: "127.0.0.1", port: smtp.port, auth: { ...login, allowClearText: ["LOGIN"] } }),
    );
    await client.send(MESSAGE);
    expect(smtp.logins.map(({ mechanism }) => mechanism)).toEqual(["LOGIN"]);
  });

  it("S2 is not skipped when AUTH is not offered", async () => {
    const smtp = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port, auth: login }));
    await expect(client.send(MESSAGE)).rejects.toMatchObject({
      code: "ERR_CLIENT_AUTH_NOT_OFFERED",
      state: "not-sent",
    });
    expect(smtp.messages).toEqual([]);
  });

  it("S3 is tried once with a wrong password", async () => {
    const smtp = track(await recordingServer({ users: { ann: "another" } }));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port, auth: login }));
    await expect(client.send(MESSAGE)).rejects.toMatchObject({
      code: "ERR_CLIENT_AUTH_REFUSED",
      phase: "auth",
      state: "not-sent",
      retryable: false,
    });
    expect(smtp.logins.map(({ mechanism }) => mechanism)).toEqual(["CRAM-MD5"]);
  });

  it.each(["PLAIN", "LOGIN", "CRAM-MD5"])("works with %s", async (mechanism) => {
    const smtp = track(await recordingServer({ tls: identities.good, users: { ann: login.password } }));
    const client = track(
      new SmtpClient({
        host: "localhost",
        port: smtp.port,
        tls: { ca: identities.good.ca, policy: "required" },
        auth: { ...login, mechanisms: [mechanism] },
      }),
    );
    await client.send(MESSAGE);
    expect(smtp.logins).toMatchObject([{ mechanism, user: "ann", ok: true }]);
  });

  it("works with a token", async () => {
    const smtp = track(await recordingServer({ tls: identities.good, users: { ann: "a-token" } }));
    const client = track(
      new SmtpClient({
        host: "localhost",
        port: smtp.port,
        tls: { ca: identities.good.ca, policy: "required" },
        auth: { username: "ann", token: async () => "a-token" },
      }),
    );
    await client.send(MESSAGE);
    expect(smtp.logins).toMatchObject([{ mechanism: "XOAUTH2", ok: true }]);
  });

  it("S11 shows its secret nowhere, even when the server echoes it", async () => {
    const blob = Buffer.from(`\0${login.username}\0${login.password}`).toString("base64");
    const smtp = track(
      await scriptedServer([
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250 AUTH PLAIN\r\n"),
        says(/^AUTH PLAIN /),
        server(`535 no such login: ${blob} ${login.password}\r\n`),
        stalls(),
      ]),
    );
    const client = track(
      new SmtpClient({
        host: "127.0.0.1",
        port: smtp.port,
        auth: { ...login, allowClearText: true },
        transcript: true,
        timeouts: { quitMs: 100 },
      }),
    );
    const error = await client.send(MESSAGE, { transcript: true }).catch((e: SendError) => e);
    const { inspect } = await import("node:util");
    const shown = `${inspect(error, { depth: 10 })} ${JSON.stringify(error)} ${inspect(client, { depth: 10, showHidden: true })}`;
    expect(shown).toContain("AUTH PLAIN");
    expect(shown).not.toContain(login.password);
    expect(shown).not.toContain(blob);
  });

  it("S9 does not count when the server reports success before its proof", async () => {
    const smtp = track(
      await scriptedServer([
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250 AUTH SCRAM-SHA-256\r\n"),
        says(/^AUTH SCRAM-SHA-256 /),
        server("235 welcome\r\n"),
        stalls(),
      ]),
    );
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port, auth: login }));
    await expect(client.send(MESSAGE)).rejects.toMatchObject({
      code: "ERR_CLIENT_AUTH_UNPROVEN",
      state: "not-sent",
    });
  });

  it("S4 ends when the server asks on and on", async () => {
    const smtp = track(
      await scriptedServer([
        server("220 x\r\n"),
        EHLO,
        server("250-x\r\n250 AUTH LOGIN\r\n"),
        says("AUTH LOGIN\r\n"),
        server("334 VXNlcm5hbWU6\r\n"),
        says(/\r\n$/),
        server("334 UGFzc3dvcmQ6\r\n"),
        says(/\r\n$/),
        server("334 TW9yZTo=\r\n"),
        says("*\r\n"),
        server("501 cancelled\r\n"),
        stalls(),
      ]),
    );
    const client = track(
      new SmtpClient({
        host: "127.0.0.1",
        port: smtp.port,
        auth: { ...login, allowClearText: true },
        timeouts: { quitMs: 100 },
      }),
    );
    await expect(client.send(MESSAGE)).rejects.toMatchObject({ phase: "auth", state: "not-sent" });
  });
});
