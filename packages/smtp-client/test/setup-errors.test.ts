import { describe, expect, it } from "vitest";
import { type ConnectionOptions, type Observer, SmtpClient, SmtpConnection } from "../src/index.js";
import { failure } from "./outcomes.js";
import { connectTo, type PeerScript } from "./scripted-peer.js";
import { loopbackServer } from "./truth-connection.js";

const AUTH = { username: "ann", password: "s3cretpw", allowClearText: true };
const OFFERS = (...extensions: string[]): string =>
  ["x", ...extensions].map((one, i) => `250${i === extensions.length ? " " : "-"}${one}\r\n`).join("");

function thrown(): never {
  throw new Error("mine");
}

describe("a function of the caller that throws while a connection is made", () => {
  const login = (line: string): string => (line.startsWith("AUTH") ? "334 VXNlcm5hbWU6\r\n" : "235 ok\r\n");
  const CASES: {
    name: string;
    phase: string;
    ehlo: string;
    options: Partial<ConnectionOptions>;
    observer: Observer;
  }[] = [
    {
      name: "onTranscript at a response",
      phase: "auth",
      ehlo: OFFERS("AUTH LOGIN"),
      options: { auth: AUTH },
      observer: { onTranscript: ({ text }) => (text === "<redacted>" ? thrown() : undefined) },
    },
    {
      name: "onTranscript at a mechanism that is not used",
      phase: "auth",
      ehlo: OFFERS("AUTH LOGIN PLAIN SCRAM-SHA-1-PLUS"),
      options: { auth: AUTH },
      observer: { onTranscript: ({ text }) => (text.includes("not used") ? thrown() : undefined) },
    },
    {
      name: "onCommand at AUTH",
      phase: "auth",
      ehlo: OFFERS("AUTH LOGIN"),
      options: { auth: AUTH },
      observer: { onCommand: ({ verb }) => (verb === "AUTH" ? thrown() : undefined) },
    },
    {
      name: "onReply at a challenge",
      phase: "auth",
      ehlo: OFFERS("AUTH LOGIN"),
      options: { auth: AUTH },
      observer: { onReply: (_verb, { code }) => (code === 334 ? thrown() : undefined) },
    },
    {
      name: "onCommand at STARTTLS",
      phase: "tls",
      ehlo: OFFERS("STARTTLS"),
      options: { tls: "required" },
      observer: { onCommand: ({ verb }) => (verb === "STARTTLS" ? thrown() : undefined) },
    },
    {
      name: "onTranscript at STARTTLS",
      phase: "tls",
      ehlo: OFFERS("STARTTLS"),
      options: { tls: "opportunistic" },
      observer: { onTranscript: ({ text }) => (text === "STARTTLS" ? thrown() : undefined) },
    },
  ];

  it.each(CASES)("$name: connect() rejects with a SendError", async ({ phase, ehlo, options, observer }) => {
    const error = await failure(connectTo({ ehlo, other: login }, { ...options, observer }));
    expect(error).toMatchObject({
      code: "ERR_CLIENT_CALLBACK",
      phase,
      state: "not-sent",
      message: "mine",
      cause: { message: "mine" },
    });
  });

  it.each(CASES)("$name: send() tells the code and the phase", async ({ phase, ehlo, options, observer }) => {
    const server = await loopbackServer((socket) => {
      socket.write("220 x\r\n");
      socket.on("data", (line) => {
        socket.write(line.toString().startsWith("EHLO") ? ehlo : login(line.toString()));
      });
    });
    const client = new SmtpClient({
      host: "127.0.0.1",
      port: server.port,
      tls: "none",
      ...options,
      observer,
    });
    const error = await failure(
      client.send({ from: "ann@example.com", to: "bob@example.org", subject: "x", text: "x" }),
    );
    expect(error).toMatchObject({ code: "ERR_CLIENT_CALLBACK", phase, state: "not-sent" });
    await expect.poll(() => server.open, { timeout: 10_000 }).toBe(0);
    await client.close();
    await server.close();
  });
});

describe("startTls()", () => {
  const STARTTLS: PeerScript = { ehlo: OFFERS("STARTTLS"), other: () => undefined };

  it("while another reply is awaited is refused with a SendError, and the connection goes on", async () => {
    const { connection } = await connectTo({ ehlo: OFFERS("STARTTLS"), other: () => "250 ok\r\n" });
    const noop = connection.noop();
    const error = await failure(connection.startTls());
    expect(error).toMatchObject({ code: "ERR_SMTP_WRONG_STATE", phase: "tls" });
    expect((await noop).code).toBe(250);
    expect(connection.closed).toBe(false);
    await connection.close();
  });

  it("on a connection that is over says why it is over", async () => {
    const { connection } = await connectTo(STARTTLS);
    connection.destroy();
    expect(await failure(connection.startTls())).toMatchObject({ code: "ERR_CLIENT_CLOSED" });
  });
});

describe("errors name the server that the options name", () => {
  /** What a loopback server does with a line; nothing by default. */
  const SILENT = (): void => undefined;
  const TIMES = { greetingMs: 60, commandMs: 60, quitMs: 10 };

  async function errorOf(
    greeting: string | undefined,
    end: boolean,
    options: (port: number) => ConnectionOptions,
  ): Promise<{ message: string; code: string; port: number }> {
    const server = await loopbackServer((socket) => {
      socket.on("data", SILENT);
      if (greeting !== undefined) socket.write(greeting);
      if (end) socket.end();
    });
    const { message, code } = await failure(SmtpConnection.connect(options(server.port)));
    await server.close();
    return { message, code, port: server.port };
  }
  const plain = (port: number): ConnectionOptions => ({
    host: "127.0.0.1",
    port,
    tls: "none",
    timeouts: TIMES,
  });

  it.each([
    {
      name: "a connection that ends",
      greeting: undefined,
      end: true,
      options: plain,
      message: (port: number) => `127.0.0.1:${port} closed the connection`,
    },
    {
      name: "… by another name",
      greeting: undefined,
      end: true,
      options: (port: number) => ({ ...plain(port), host: "localhost", family: 4 as const }),
      message: (port: number) => `localhost:${port} closed the connection`,
    },
    {
      name: "no greeting",
      greeting: undefined,
      end: false,
      options: plain,
      message: (port: number) => `waited too long for the greeting of 127.0.0.1:${port}`,
    },
    {
      name: "no reply to EHLO",
      greeting: "220 x\r\n",
      end: false,
      options: plain,
      message: (port: number) => `waited too long for the reply of 127.0.0.1:${port} to EHLO`,
    },
    {
      name: "a 421 nobody asked for",
      greeting: "220 x\r\n421 bye\r\n",
      end: false,
      options: plain,
      message: (port: number) => `127.0.0.1:${port} is closing the connection (421)`,
    },
  ])("$name", async ({ greeting, end, options, message }) => {
    const error = await errorOf(greeting, end, options);
    expect(error.message).toBe(message(error.port));
  });

  it("of a socket that the caller brought the host, where it is given", async () => {
    const named = await failure(connectTo({ greeting: (peer) => peer.end() }));
    expect(named.message).toBe("mail.example closed the connection");
    const unnamed = await failure(connectTo({ greeting: (peer) => peer.end() }, { host: undefined }));
    expect(unnamed.message).toBe("the server closed the connection");
  });
});

describe("what is refused later has the phase of what comes next, not of the set-up", () => {
  const CASES: { name: string; ehlo: string; options: Partial<ConnectionOptions> }[] = [
    {
      name: "plaintext, STARTTLS not announced",
      ehlo: OFFERS("SIZE 0"),
      options: { tls: "opportunistic" },
    },
    { name: "plaintext, STARTTLS refused", ehlo: OFFERS("STARTTLS"), options: { tls: "opportunistic" } },
    { name: "logged in", ehlo: OFFERS("AUTH PLAIN"), options: { auth: AUTH } },
  ];

  it.each(CASES)("$name", async ({ ehlo, options }) => {
    const other = (line: string): string => (line.startsWith("AUTH") ? "235 ok\r\n" : "454 no\r\n");
    const { connection } = await connectTo({ ehlo, other }, options);
    const error = await failure(connection.command("NOOP\r\nRSET"));
    expect(error).toMatchObject({ phase: "ehlo", state: "not-sent" });
    await connection.close();
  });

  it("after a STARTTLS of the caller's own that was refused", async () => {
    const { connection } = await connectTo({ ehlo: OFFERS("STARTTLS"), other: () => "454 no\r\n" });
    expect((await failure(connection.startTls())).phase).toBe("tls");
    expect(await failure(connection.command("NOOP\r\nRSET"))).toMatchObject({ phase: "ehlo" });
    await connection.close();
  });

  it("after a login of the caller's own that was refused", async () => {
    const { connection } = await connectTo({ ehlo: OFFERS("AUTH PLAIN"), other: () => "535 no\r\n" });
    expect((await failure(connection.authenticate(AUTH))).phase).toBe("auth");
    expect(await failure(connection.command("NOOP\r\nRSET"))).toMatchObject({ phase: "ehlo" });
    await connection.close();
  });
});
