import { connect } from "@wirepost/socket-core";
import { describe, expect, it } from "vitest";
import { type ConnectionOptions, type RecipientOutcome, SendError, SmtpConnection } from "../src/index.js";
import { type Truth, type TruthOptions, truthServer } from "./truth-server.js";
import { type Cut, wire } from "./wire.js";

/**
 * The law of outcomes, held against a server that knows the truth: the connection is cut behind every octet of either direction.
 * Never `accepted` without the server's acceptance; never `rejected` or `not-sent` when the server has the message.
 */

interface Session {
  readonly name: string;
  readonly server: TruthOptions;
  readonly client: Partial<ConnectionOptions>;
}

const PIPELINED = ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"];
const refuse: TruthOptions["reply"] = (what, argument) =>
  what === "RCPT" && argument.includes("refused") ? "550 5.1.1 no such user" : undefined;

const SESSIONS: readonly Session[] = [
  { name: "DATA, one command at a time", server: { extensions: ["8BITMIME"], reply: refuse }, client: {} },
  {
    name: "DATA, pipelined within messages",
    server: { extensions: PIPELINED, reply: refuse },
    client: { pipelining: "envelope" },
  },
  { name: "DATA, pipelined across messages", server: { extensions: PIPELINED, reply: refuse }, client: {} },
  {
    name: "BDAT behind its envelope",
    server: { extensions: [...PIPELINED, "CHUNKING"], reply: refuse },
    client: {},
  },
  {
    name: "BDAT in a window",
    server: { extensions: [...PIPELINED, "CHUNKING"], reply: refuse },
    client: { window: { maxMessages: 4 } },
  },
  {
    name: "LMTP",
    server: { extensions: PIPELINED, lmtp: true, reply: refuse },
    client: { protocol: "lmtp" },
  },
];

const MESSAGES = [0, 1, 2].map((i) => ({
  from: "ann@example.com",
  to: ["bob@example.org", "refused@example.org", "cy@example.org"],
  subject: `message-${i}`,
  messageId: `<${i}@example.com>`,
  date: new Date(0),
  text: `Hello ${i}\n.dot\n`,
}));

interface Run {
  readonly truth: Truth;
  readonly outcomes: ReadonlyMap<string, RecipientOutcome["outcome"]>;
  readonly clientBytes: number;
}

async function run({ server, client }: Session, cut?: Cut): Promise<Run> {
  const ends = wire(cut);
  let clientBytes = 0;
  ends.server.on("data", (piece: Buffer) => {
    clientBytes += piece.length;
  });
  const truth = truthServer(ends.server, server);
  const outcomes = new Map<string, RecipientOutcome["outcome"]>();
  try {
    const connection = await SmtpConnection.connect({
      host: "mail.example",
      socket: await connect({ socket: ends.client }),
      tls: "none",
      clientName: "client.example",
      timeouts: {
        greetingMs: 5_000,
        commandMs: 5_000,
        mailMs: 5_000,
        rcptMs: 5_000,
        dataMs: 5_000,
        endOfDataMs: 5_000,
        quitMs: 200,
      },
      ...client,
    });
    await Promise.all(
      MESSAGES.map(async (message) => {
        const note = (recipients: readonly RecipientOutcome[]): void => {
          for (const { address, outcome } of recipients)
            outcomes.set(`${address} ${message.subject}`, outcome);
        };
        try {
          note((await connection.send(message)).recipients);
        } catch (error) {
          if (!SendError.is(error)) throw error;
          if (error.code === "ERR_CLIENT_TIMEOUT") throw error;
          note(error.recipients);
        }
      }),
    );
    await connection.close();
  } catch (error) {
    if (!SendError.is(error) || error.code === "ERR_CLIENT_TIMEOUT") throw error;
  }
  // What is on its way to the server still arrives there.
  for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
  ends.client.destroy();
  ends.server.destroy();
  return { truth, outcomes, clientBytes };
}

function breaches({ truth, outcomes }: Run): string[] {
  const found: string[] = [];
  for (const message of MESSAGES) {
    for (const to of message.to) {
      const key = `${to} ${message.subject}`;
      const copies = truth.delivered.get(key) ?? 0;
      const outcome = outcomes.get(key) ?? "not-sent";
      if (copies > 1) found.push(`${key} arrived ${copies} times`);
      if (outcome === "accepted" && copies === 0)
        found.push(`${key} is "accepted" and the server does not have it`);
      if ((outcome === "rejected" || outcome === "not-sent") && copies > 0)
        found.push(`${key} is "${outcome}" and the server has it`);
    }
  }
  return found;
}

describe.each(SESSIONS)("$name", (session) => {
  it("ends as it should when nothing is cut", async () => {
    const whole = await run(session);
    expect(breaches(whole)).toEqual([]);
    for (const { subject } of MESSAGES) {
      expect(whole.outcomes.get(`bob@example.org ${subject}`)).toBe("accepted");
      expect(whole.outcomes.get(`cy@example.org ${subject}`)).toBe("accepted");
      expect(whole.outcomes.get(`refused@example.org ${subject}`)).toBe("rejected");
    }
  });

  it.each(["client", "server"] as const)(
    "holds the law when the %s's stream is cut behind any octet",
    async (direction) => {
      const whole = await run(session);
      const length = direction === "client" ? whole.clientBytes : whole.truth.sentBytes;
      expect(length).toBeGreaterThan(200);
      const seen = new Set<string>();
      for (let afterBytes = 0; afterBytes <= length; afterBytes++) {
        const result = await run(session, { direction, afterBytes });
        expect(breaches(result), `cut behind octet ${afterBytes}`).toEqual([]);
        for (const outcome of result.outcomes.values()) seen.add(outcome);
      }
      // The cuts reach every kind of end; otherwise the law would hold of nothing.
      expect([...seen].sort()).toEqual(expect.arrayContaining(["accepted", "rejected", "unknown"]));
    },
    60_000,
  );
});
