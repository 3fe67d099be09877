// B1 to B7 against Postfix with Dovecot's SASL. Its ports are free ones of the loopback address; where a program looks at the port's
// number, a proxy gives them their numbers.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type PostfixPort,
  type SandboxedMailServer,
  type StoredMessage,
  startPostfixDovecot,
  startTokenEndpoint,
  type TokenEndpoint,
} from "@wirepost/interop";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Server } from "../../src/program.js";
import { EDITIONS, parts, said } from "../editions.js";
import { portsProxy } from "../ports-proxy.js";

let tokens: TokenEndpoint;
let postfix: SandboxedMailServer<PostfixPort>;
let trust: string;
beforeAll(async () => {
  tokens = await startTokenEndpoint();
  postfix = await startPostfixDovecot({ introspectionUrl: tokens.introspectionUrl });
  trust = readFileSync(postfix.caFile, "utf8");
});
afterAll(async () => {
  await postfix?.stop();
  await tokens?.stop();
});

const REFUSED = { refused: "refused@example.org" };
let tags = 0;

describe.each(EDITIONS)("%s programs and Postfix", (_, programs) => {
  /** Something that stands in the subjects of one run alone. */
  const newTag = (): string => `(run ${process.pid}-${++tags})`;

  const tagged =
    (tag: string) =>
    ({ subject }: StoredMessage): boolean =>
      subject?.endsWith(tag) === true;

  /** Runs a program; what it said, and what was stored when `count` copies of its messages had come. */
  async function run(
    name: keyof typeof programs,
    port: PostfixPort,
    count: number,
    more: Partial<Server> = {},
  ): Promise<{ lines: string[]; stored: Record<string, readonly string[]>; messages: StoredMessage[] }> {
    const tag = newTag();
    const lines = await said(programs[name], { port: postfix.ports[port] }, { tag, ...more });
    const messages = count === 0 ? [] : await postfix.waitForMessages(count, tagged(tag));
    const stored: Record<string, string[]> = {};
    for (const { subject = "", recipient = "" } of messages) {
      const bare = subject.slice(0, -tag.length - 1);
      stored[bare] = [...(stored[bare] ?? []), recipient].sort();
    }
    return { lines, stored, messages };
  }

  it.each(["additional-header", "connect-and-send", "send", "recipient-options", "listener"] as const)(
    "sample: %s",
    async (name) => {
      const { messages } = await run(name, "plain", 1);
      expect(messages[0]?.returnPath).toBe("me@example.com");
      expect(text(messages[0])).toContain("\r\n\r\nThis is the message body");
    },
  );

  it("sample: Verify, Expand, SendCommand", async () => {
    // Postfix knows no EXPN.
    expect((await run("asking", "plain", 0)).lines).toEqual(["252", "161: 500", "250"]);
  });

  it("sample: the lines about TLS", async () => {
    expect((await run("tls-settings", "starttls", 1, { trust })).lines).toEqual(["TLSv1.2", "270"]);
  });

  it("sample: a body from a stream", async () => {
    const { lines, messages } = await run("from-stream", "plain", 1);
    expect(messages[0]?.returnPath).toBe("bounces@example.com");
    expect(lines).toEqual(["closed: true", text(messages[0])]);
  });

  it("B1: Send alone; nobody vouches for the certificate, and the listener accepts it", async () => {
    const { lines, messages } = await run("b1", "starttls", 1);
    expect(lines).toEqual([
      "Remote host connected, 0",
      expect.stringMatching(/^certificate of .*, accept false$/),
      "SSL handshake complete, 0",
      "Remote host disconnected, 0",
      "sent, connected: false",
      "disconnected",
    ]);
    expect(messages[0]?.trace.find(([field]) => field === "received")?.[1]).toMatch(/ESMTPS/);
  });

  it("B2: two messages over one connection", async () => {
    const { stored, messages } = await run("b2", "plain", 4);
    expect(stored).toEqual({
      First: ["bea@example.org", "bob@example.org", "cora@example.org"],
      Second: ["dan@example.org"],
    });
    const second = messages.find(({ recipient }) => recipient === "dan@example.org");
    const { fields } = parts(text(second));
    expect(Object.keys(fields)).toEqual(
      expect.arrayContaining(["Date", "From", "Message-Id", "Subject", "To"]),
    );
    expect(Object.keys(fields).join()).not.toMatch(
      /Reply-To|Cc|Priority|Importance|Sensitivity|X-Campaign|-To,/,
    );
    expect(messages.filter((message) => parts(text(message)).fields["Date"] === undefined)).toEqual([]);
  });

  it("B3: OtherHeaders, appended and in place of all", async () => {
    const { stored, messages } = await run("b3", "plain", 4);
    expect(stored).toEqual({
      "With attachment": ["bea@example.org", "bob@example.org"],
      "All my own": ["bea@example.org", "bob@example.org"],
    });
    const own = messages.find(({ subject }) => subject?.startsWith("All my own"));
    expect(text(own)).toMatch(/^From: The Shop <shop@example\.com>\r\nTo: our customers:;\r\nSubject: /);
    expect(messages.map(({ returnPath }) => returnPath)).toEqual(Array(4).fill("ann@example.com"));
  });

  it("B4: recipients", async () => {
    const { lines, stored } = await run("b4", "plain", 5, REFUSED);
    expect(lines).toEqual([
      "Bob <bob@example.org> / cora@example.org",
      "Error 161: 550",
      "sent",
      "161: 550, as LastReply: true",
      "connected: true",
      "165",
      "sent",
    ]);
    expect(stored).toEqual({
      Notify: ["bob@example.org", "cora@example.org"],
      Blind: ["bea@example.org", "bob@example.org"],
      Undisclosed: ["bea@example.org"],
    });
  });

  it("B5: the queue", async () => {
    const queueDir = mkdtempSync(join(tmpdir(), "wirepost-ipworks-"));
    try {
      const { lines, stored, messages } = await run("b5", "plain", 3, { ...REFUSED, queueDir });
      expect(lines).toEqual([
        ".queued",
        ".queued .queued .queued",
        "161: 550",
        ".failed .queued",
        ".failed .sent",
        "true, .failed .sent",
      ]);
      expect(stored).toEqual({
        "Queued 1": ["bea@example.org", "bob@example.org"],
        "Queued 3": ["cora@example.org"],
      });
      for (const message of messages)
        expect(text(message)).toMatch(/\r\n\r\nIt waited\r\n\.\r\nfor you\r\n$/);
    } finally {
      rmSync(queueDir, { recursive: true, force: true });
    }
  });

  it("B6: what the object says is what arrived", async () => {
    const tag = newTag();
    const raw = await said(programs.b6, { port: postfix.ports.plain }, { tag });
    // The subject is folded, so the messages are found by their octets.
    const arrived = await postfix.waitForMessages(8, (message) => raw.includes(text(message)));
    expect(arrived).toHaveLength(8);
    expect(new Set(arrived.map((message) => text(message)))).toEqual(new Set(raw));
  });

  describe("B7: SSLStartMode on the ports of the world", () => {
    it.each([
      ["b7-none", 25, ["SSLEnabled: false", "sent"]],
      ["b7-automatic", 25, ["SSLEnabled: true", "SSL handshake complete", "sent"]],
      ["b7-automatic", 465, ["SSLEnabled: true", "SSL handshake complete", "sent"]],
      ["b7-automatic", 587, ["SSLEnabled: true", "276"]],
      ["b7-automatic", 2525, ["SSLEnabled: true", "276"]],
      ["b7-implicit", 465, ["SSLEnabled: true", "SSL handshake complete", "sent"]],
      ["b7-explicit", 2525, ["SSLEnabled: true", "SSL handshake complete", "sent"]],
    ] as const)("%s, port %d", async (name, port, expected) => {
      const { ports } = postfix;
      await using proxy = await portsProxy({
        25: ports.starttls,
        465: ports.implicit,
        587: ports.submission,
        2525: ports.starttls,
      });
      const tag = newTag();
      const more = { tag, trust, proxy, timeout: 10 };
      expect(await said(programs[name], { port }, more)).toEqual(expected);
      expect(proxy.asked).toEqual([port]);
      if (expected.at(-1) !== "sent") return;
      const [message] = await postfix.waitForMessages(1, tagged(tag));
      const received = message?.trace.find(([field]) => field === "received")?.[1] ?? "";
      expect(/with ESMTPS/.test(received)).toBe(expected.length === 3);
    });
  });

  it("B7: CRAM-MD5 on the submission port", async () => {
    const login = { trust, user: "ann", password: postfix.users.ann.password };
    expect((await run("b7-cram-md5", "submission", 1, login)).lines).toEqual(["sent"]);
    const wrong = await run("b7-cram-md5", "submission", 0, { ...login, password: "wrong" });
    expect(wrong.lines).toEqual(["161: 535"]);
  });

  it("B7: XOAUTH2 on the submission port", async () => {
    const login = { trust, user: "ann", token: tokens.token };
    expect((await run("b7-xoauth2", "submission", 1, login)).lines).toEqual(["sent"]);
    const expired = await run("b7-xoauth2", "submission", 0, { ...login, token: tokens.expiredToken });
    expect(expired.lines).toEqual(["161: 535"]);
  });

  it("B7: the order of the events", async () => {
    const login = { trust, user: "ann", password: postfix.users.ann.password };
    const { lines } = await run("b7-events", "submission", 1, login);
    const short = lines.map((line) =>
      line.replace(/^(PITrail \d \w+).*/, "$1").replace(/^(SSL\w+) .*/, "$1"),
    );
    expect(short.filter((line, at) => line !== short[at - 1])).toEqual([
      "ConnectionStatus Remote host connected, 0",
      "PITrail 1 220",
      "PITrail 0 EHLO",
      "PITrail 1 250",
      "SSLStatus",
      "PITrail 0 STARTTLS",
      "PITrail 1 220",
      "SSLServerAuthentication",
      "SSLStatus",
      "ConnectionStatus SSL handshake complete, 0",
      "PITrail 0 EHLO",
      "PITrail 1 250",
      "PITrail 0 AUTH",
      "PITrail 1 334",
      expect.stringMatching(/^PITrail 0 /),
      "PITrail 1 235",
      "PITrail 0 MAIL",
      "PITrail 1 250",
      "PITrail 0 RCPT",
      "PITrail 1 250",
      "PITrail 0 DATA",
      "PITrail 1 354",
      "StartTransfer 0",
      "Transfer 7, 100%, 7 bytes",
      "EndTransfer 0",
      "PITrail 1 250",
      "PITrail 0 QUIT",
      "PITrail 1 221",
      "ConnectionStatus Remote host disconnected, 0",
    ]);
  });

  it("B7: a certificate that is not accepted: 280", async () => {
    const { lines } = await run("b7-refused", "submission", 0, { user: "ann", password: "never said" });
    expect(lines.at(-1)).toMatch(/^280, connected: false, .*CN=/);
    expect(lines.join("\n")).not.toMatch(/PITrail 0 AUTH/);
  });
});

/** One character per octet. */
function text(message: StoredMessage | undefined): string {
  return Buffer.from(message?.content ?? []).toString("latin1");
}
