import { type ClientOptions, SendError } from "@wirepost/smtp-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startExim } from "../../src/servers/exim.js";
import type { SandboxedMailServer } from "../../src/servers/mail-server.js";
import { startPostfixDovecot } from "../../src/servers/postfix-dovecot.js";
import { clientFor, newSubject } from "./matrix.js";

const COUNT = 150;
const KILLS = 15;

/** How each server's conversations are ended from one moment to the next; the server itself goes on. */
const SERVERS = [
  ["Postfix", startPostfixDovecot, "pkill -9 -x smtpd", "postqueue -f"],
  // Exim's daemon is the child of the shell that is the sandbox's first process.
  ["Exim", startExim, "pkill -9 -P $(pgrep -o exim4)", "exim4 -qff"],
] as const;

const WAYS: readonly (readonly [string, Partial<ClientOptions>])[] = [
  ["BDAT", {}],
  ["BDAT, a window of 8 messages", { window: { maxMessages: 8 } }],
  ["DATA", { chunking: "off" }],
  ["DATA, no pipelining", { chunking: "off", pipelining: "off" }],
];

describe.each(SERVERS)("%s, its conversations killed while mail is sent", (_name, start, kill, flush) => {
  let server: SandboxedMailServer<"plain">;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());

  test.each(WAYS)("%s: what is told agrees with what arrived", { timeout: 120_000 }, async (_how, more) => {
    const client = clientFor(server, { port: "plain", tls: "none", more }, { maxConnections: 2 });
    const prefix = newSubject();
    const outcomes = new Map<string, string>();
    let sending = true;
    const killing = (async () => {
      for (let kills = 0; sending && kills < KILLS; kills++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await server.run(`${kill} || true`);
      }
    })();
    await Promise.all(
      Array.from({ length: COUNT }, async (_, index) => {
        const subject = `${prefix}-${index}`;
        try {
          await client.send({
            from: "ann@example.test",
            to: "bob@example.test",
            subject,
            text: "x".repeat(index % 7 === 0 ? 300_000 : 100),
          });
          outcomes.set(subject, "accepted");
        } catch (error) {
          if (!SendError.is(error)) throw error;
          outcomes.set(subject, error.state);
        }
      }),
    );
    sending = false;
    await killing;
    await client.close();
    await server.run(`${flush} || true`);

    const arrivals = new Map<string, number>();
    const count = () => {
      arrivals.clear();
      for (const { subject } of server.readMessages()) {
        if (subject?.startsWith(`${prefix}-`)) arrivals.set(subject, (arrivals.get(subject) ?? 0) + 1);
      }
    };
    const accepted = [...outcomes]
      .filter(([, outcome]) => outcome === "accepted")
      .map(([subject]) => subject);
    await server.waitForMessages(
      accepted.length,
      ({ subject }) => outcomes.get(subject ?? "") === "accepted",
    );
    // Time for what should not come.
    await new Promise((resolve) => setTimeout(resolve, 300));
    count();
    const wrong = [...outcomes].filter(([subject, outcome]) => {
      const copies = arrivals.get(subject) ?? 0;
      return outcome === "accepted" ? copies !== 1 : outcome === "unknown" ? copies > 1 : copies !== 0;
    });
    expect(wrong).toEqual([]);
    expect(outcomes.size).toBe(COUNT);
    expect(accepted.length).toBeGreaterThan(0);
  });
});

describe("Postfix that hangs up on silence", () => {
  test("a connection that was closed while idle costs no message", async () => {
    const server = await startPostfixDovecot();
    const client = clientFor(server, { port: "impatient", tls: "none" }, { maxConnections: 1 });
    try {
      for (let round = 0; round < 3; round++) {
        const subject = newSubject();
        const receipt = await client.send({
          from: "ann@example.test",
          to: "bob@example.test",
          subject,
          text: "x",
        });
        expect(receipt.accepted).toHaveLength(1);
        await server.waitForMessages(1, (found) => found.subject === subject);
        // Once well after the server hung up, once at about the same time.
        await new Promise((resolve) => setTimeout(resolve, round === 0 ? 1_500 : 990));
      }
    } finally {
      await client.close();
      await server.stop();
    }
  });
});
