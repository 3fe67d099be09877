import { afterEach, describe, expect, it } from "vitest";
import { type ConnectionOptions, SmtpClient, type SmtpConnection } from "../src/index.js";
import { failure, settled } from "./outcomes.js";
import { connectTo, type Peer, type PeerScript, SHORT } from "./scripted-peer.js";
import { loopbackServer } from "./truth-connection.js";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("AUTH LOGIN", () => {
  const PROMPTS = [
    { prompts: [base64("Username:"), base64("Password:")] },
    { prompts: [base64("User Name\0"), base64("Password\0")] },
    { prompts: ["Username:", "Password:"] },
  ];
  const PASSWORDS = ["Password", "Password:", "Username", "name", "word"];

  it.each(PROMPTS.flatMap(({ prompts }) => PASSWORDS.map((password) => ({ prompts, password }))))(
    "with the password $password and the prompts $prompts",
    async ({ prompts, password }) => {
      const said: string[] = [];
      const script: PeerScript = {
        ehlo: "250-mail.example\r\n250 AUTH LOGIN\r\n",
        other: (line) => {
          said.push(line);
          const prompt = prompts[said.length - 1];
          return prompt === undefined ? "235 ok\r\n" : `334 ${prompt}\r\n`;
        },
      };
      const auth = { username: "ann", password, allowClearText: true };
      const { connection } = await connectTo(script, { auth, transcript: true });
      expect(said).toEqual(["AUTH LOGIN", base64("ann"), base64(password)]);
      await connection.close();
    },
  );
});

/** Promises of token functions that tests settle when they like. */
function lateToken() {
  const calls: { resolve(token: string): void; reject(error: Error): void }[] = [];
  const token = (): Promise<string> =>
    new Promise((resolve, reject) => {
      calls.push({ resolve, reject });
    });
  return { calls, token };
}

describe("a token that does not come", () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  afterEach(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(unhandled).toEqual([]);
  });

  const EHLO = "250-mail.example\r\n250 AUTH XOAUTH2\r\n";
  const REFUSED = { state: "not-sent", phase: "auth" };

  interface Waiting {
    readonly calls: ReturnType<typeof lateToken>["calls"];
    readonly peer: Peer;
    readonly abort: AbortController;
    readonly seen: string[];
  }
  async function waitForToken(
    options: Partial<ConnectionOptions> = {},
  ): Promise<Waiting & { connecting: Promise<{ connection: SmtpConnection } | unknown> }> {
    const { calls, token } = lateToken();
    const abort = new AbortController();
    const seen: string[] = [];
    let peer: Peer | undefined;
    const connecting = settled(
      connectTo(
        {
          ehlo: (one) => {
            peer = one;
            one.send(EHLO);
          },
          other: (line) => {
            seen.push(line);
            return "235 ok\r\n";
          },
        },
        {
          auth: { username: "ann", token, allowClearText: true },
          signal: abort.signal,
          timeouts: { ...SHORT, commandMs: 60_000 },
          ...options,
        },
      ),
    );
    await expect.poll(() => calls.length).toBe(1);
    return { calls, abort, seen, connecting, peer: peer as unknown as Peer };
  }

  const ENDS: { name: string; end: (waiting: Waiting) => void; code: string }[] = [
    { name: "the caller's signal", end: ({ abort }) => abort.abort(), code: "ERR_CLIENT_ABORTED" },
    { name: "a connection that is lost", end: ({ peer }) => peer.end(), code: "ERR_CLIENT_CONNECTION_LOST" },
    {
      name: "a server that goes",
      end: ({ peer }) => peer.send("421 4.3.2 bye\r\n"),
      code: "ERR_CLIENT_CONNECTION_LOST",
    },
  ];
  const LATE: { late: string; come: (waiting: Waiting) => void }[] = [
    { late: "never comes", come: () => undefined },
    { late: "comes late", come: ({ calls }) => calls[0]?.resolve("token") },
    { late: "fails late", come: ({ calls }) => calls[0]?.reject(new Error("the vault is closed")) },
  ];

  it.each(ENDS.flatMap((one) => LATE.map((other) => ({ ...one, ...other }))))(
    "is not waited for beyond $name; one that $late is dropped",
    async ({ end, code, come }) => {
      const waiting = await waitForToken();
      end(waiting);
      expect(await waiting.connecting).toMatchObject({ ...REFUSED, code });
      come(waiting);
      expect(waiting.seen).toEqual([]);
    },
  );

  it("is waited for `commandMs`", async () => {
    const waiting = await waitForToken({ timeouts: { ...SHORT, commandMs: 60 } });
    expect(await waiting.connecting).toMatchObject({
      ...REFUSED,
      code: "ERR_CLIENT_TIMEOUT",
      retryable: true,
      message: "waited too long for what AUTH XOAUTH2 needs of the caller",
    });
    waiting.calls[0]?.resolve("token");
    expect(waiting.seen).toEqual([]);
  });

  it("that comes in time logs in", async () => {
    const waiting = await waitForToken();
    waiting.calls[0]?.resolve("token");
    const { connection } = (await waiting.connecting) as { connection: SmtpConnection };
    expect(waiting.seen).toEqual([`AUTH XOAUTH2 ${base64("user=ann\x01auth=Bearer token\x01\x01")}`]);
    await connection.close();
  });

  it("leaves a connection that logs in by hand as it was", async () => {
    const { calls, token } = lateToken();
    const timeouts = { ...SHORT, commandMs: 100 };
    const { connection } = await connectTo({ ehlo: EHLO }, { timeouts });
    const auth = { username: "ann", token, allowClearText: true };
    expect(await failure(connection.authenticate(auth))).toMatchObject({ code: "ERR_CLIENT_TIMEOUT" });
    calls[0]?.resolve("token");
    expect((await connection.noop()).code).toBe(250);
    await connection.close();
  });

  it("does not keep authenticate() from its signal", async () => {
    const { calls, token } = lateToken();
    const { connection } = await connectTo({ ehlo: EHLO }, { timeouts: undefined });
    const abort = new AbortController();
    const auth = { username: "ann", token, allowClearText: true };
    const waiting = failure(connection.authenticate(auth, { signal: abort.signal }));
    await expect.poll(() => calls.length).toBe(1);
    abort.abort();
    expect(await waiting).toMatchObject({ code: "ERR_CLIENT_ABORTED", phase: "auth" });
    expect(connection.closed).toBe(true);
  });

  it.each(["verify() by its signal", "send() by destroy()"] as const)("ends a client's %s", async (what) => {
    const server = await loopbackServer((socket) => {
      socket.write("220 x\r\n");
      socket.on("data", (line) => {
        if (/^EHLO/.test(line.toString())) socket.write(EHLO);
      });
    });
    const { calls, token } = lateToken();
    const client = new SmtpClient({
      host: "127.0.0.1",
      port: server.port,
      tls: "none",
      auth: { username: "ann", token, allowClearText: true },
    });
    const abort = new AbortController();
    const verifies = what.startsWith("verify");
    const waiting = failure(
      verifies
        ? client.verify({ signal: abort.signal })
        : client.send({ from: "ann@example.com", to: "bob@example.org", subject: "x", text: "x" }),
    );
    await expect.poll(() => calls.length).toBe(1);
    if (verifies) abort.abort();
    else client.destroy();
    expect((await waiting).code).toBe(verifies ? "ERR_CLIENT_ABORTED" : "ERR_CLIENT_CLOSED");
    client.destroy();
    await expect.poll(() => server.open, { timeout: 10_000 }).toBe(0);
    await server.close();
  });
});
