import { type Receipt, SendError, type SmtpClient } from "@wirepost/smtp-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAiosmtpd } from "../../src/servers/aiosmtpd.js";
import { startDovecotLmtp } from "../../src/servers/dovecot-lmtp.js";
import { startExim } from "../../src/servers/exim.js";
import type { MailServer } from "../../src/servers/mail-server.js";
import { startOpenSmtpd } from "../../src/servers/opensmtpd.js";
import { startPostfixDovecot } from "../../src/servers/postfix-dovecot.js";
import { startSmtpServer } from "../../src/servers/smtp-server.js";
import { clientFor, newSubject } from "./matrix.js";

function message(subject: string, headers: Record<string, string> = {}) {
  return { from: "ann@example.test", to: "bob@example.test", subject, text: "one line\n", headers };
}

/** What a send came to, in the words of the promises. */
async function settled(sending: Promise<Receipt>) {
  try {
    const receipt = await sending;
    return {
      state: "accepted",
      code: receipt.reply.code,
      outcomes: receipt.recipients.map(({ outcome }) => outcome),
    };
  } catch (error) {
    if (!SendError.is(error)) throw error;
    const outcomes = error.recipients.map(({ outcome }) => outcome);
    return {
      state: error.state,
      code: error.reply?.code,
      outcomes,
      retryable: error.retryable,
      phase: error.phase,
    };
  }
}

const REFUSED = (code: number, phase: string) => ({
  state: "rejected",
  code,
  outcomes: ["rejected"],
  retryable: code < 500,
  phase,
});

const SERVERS = [
  ["Postfix", startPostfixDovecot, { header: true, atData: true, deferredEnd: true }],
  ["Exim", startExim, { header: true, atData: true, deferredEnd: true }],
  ["OpenSMTPD", startOpenSmtpd, { header: false, atData: true, deferredEnd: true }],
  ["aiosmtpd", startAiosmtpd, { header: false, atData: false, deferredEnd: false }],
  ["smtp-server", startSmtpServer, { header: false, atData: false, deferredEnd: false }],
] as const;

describe.each(SERVERS)("%s", (_name, start, can) => {
  let server: MailServer<"plain">;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());

  async function withClient(
    more: Parameters<typeof clientFor>[2],
    work: (client: SmtpClient) => Promise<void>,
  ): Promise<void> {
    const client = clientFor(server, { port: "plain", tls: "none" }, { maxConnections: 1, ...more });
    try {
      await work(client);
    } finally {
      await client.close();
    }
  }

  test.each([
    ["full pipelining", {}],
    ["full pipelining, DATA", { chunking: "off" }],
    ["no pipelining", { pipelining: "off" }],
  ] as const)(
    "%s: a refusal at any step is told, and the next message of the connection arrives",
    (_how, more) =>
      withClient(more, async (client) => {
        const envelope = (from: string, to: string) => ({
          envelope: { from: `${from}@example.test`, to: `${to}@example.test` },
        });
        const cases: [ReturnType<typeof REFUSED>, ReturnType<typeof envelope>, Record<string, string>?][] = [
          [REFUSED(550, "rcpt"), envelope("ann", "refused")],
          [REFUSED(450, "rcpt"), envelope("ann", "deferred")],
          [REFUSED(554, "end-of-data"), envelope("refuse-at-end", "bob")],
        ];
        if (can.atData) {
          // With BDAT there is no DATA to refuse: those servers refuse at the end, or not at all.
          cases.push([REFUSED(550, "mail"), envelope("refused-sender", "bob")]);
          if ("chunking" in more) cases.push([REFUSED(554, "data"), envelope("refuse-at-data", "bob")]);
        }
        if (can.deferredEnd) cases.push([REFUSED(450, "end-of-data"), envelope("defer-at-end", "bob")]);
        if (can.header) {
          cases.push([REFUSED(550, "end-of-data"), envelope("ann", "bob"), { "X-Refuse": "permanent" }]);
          cases.push([REFUSED(451, "end-of-data"), envelope("ann", "bob"), { "X-Refuse": "temporary" }]);
        }
        for (const [expected, options, headers] of cases) {
          const [refused, good] = [newSubject(), newSubject()];
          const results = await Promise.all([
            settled(client.send(message(refused, headers), options)),
            settled(client.send(message(good))),
          ]);
          expect(results).toEqual([expected, { state: "accepted", code: 250, outcomes: ["accepted"] }]);
          await server.waitForMessages(1, ({ subject }) => subject === good);
          expect(server.readMessages().filter(({ subject }) => subject === refused)).toEqual([]);
        }
      }),
  );

  test("200 recipients, some refused: each has its own outcome, and each accepted one a copy", () =>
    withClient({}, async (client) => {
      const subject = newSubject();
      const addresses = Array.from({ length: 200 }, (_, index) => {
        const name =
          index % 10 === 3 ? `refused-${index}` : index % 10 === 7 ? `deferred-${index}` : `r${index}`;
        return `${name}@example.test`;
      });
      const receipt = await client.send(message(subject), {
        envelope: { from: "ann@example.test", to: addresses },
      });
      expect(receipt.recipients.map(({ address }) => address)).toEqual(addresses);
      for (const { address, outcome, reply } of receipt.recipients) {
        const code = address.startsWith("refused") ? 550 : address.startsWith("deferred") ? 450 : 250;
        expect([address, outcome, reply?.code]).toEqual([
          address,
          code === 250 ? "accepted" : "rejected",
          code,
        ]);
      }
      const stored = await server.waitForMessages(160, (found) => found.subject === subject);
      expect(stored).toHaveLength(160);
    }));

  test.each(["auto", "off"] as const)(
    "acceptance all, chunking %s: one refusal, and nothing is sent",
    (chunking) =>
      withClient({ chunking }, async (client) => {
        const subject = newSubject();
        const to = ["bob@example.test", "refused@example.test"];
        const options = { envelope: { from: "ann@example.test", to }, acceptance: "all" } as const;
        const result = await settled(client.send(message(subject), options));
        expect(result).toMatchObject({ outcomes: ["not-sent", "rejected"] });
        const next = newSubject();
        await client.send(message(next));
        await server.waitForMessages(1, (found) => found.subject === next);
        expect(server.readMessages().filter((found) => found.subject === subject)).toEqual([]);
      }),
  );

  test("300 messages over three connections: what is told is what arrived, once each", async () => {
    const client = clientFor(server, { port: "plain", tls: "none" }, { maxConnections: 3 });
    const prefix = newSubject();
    const plan = Array.from({ length: 300 }, (_, index) => ({
      subject: `${prefix}-${index}`,
      from: index % 17 === 5 ? "refuse-at-end@example.test" : "ann@example.test",
      to: index % 13 === 4 ? "refused@example.test" : "bob@example.test",
    }));
    async function* source() {
      for (const { subject, from, to } of plan) yield { message: { ...message(subject), from, to } };
    }
    const told: string[] = [];
    for await (const result of client.sendAll(source())) {
      if ("receipt" in result && result.receipt !== undefined) told.push(plan[result.index]!.subject);
      else expect((result.error as SendError).state).toBe("rejected");
    }
    await client.close();
    const expected = plan.filter(({ from, to }) => from.startsWith("ann") && to.startsWith("bob"));
    expect([...told].sort()).toEqual(expected.map(({ subject }) => subject).sort());
    const ours = ({ subject }: { subject: string | undefined }) => subject?.startsWith(`${prefix}-`) === true;
    const stored = await server.waitForMessages(expected.length, ours);
    expect(stored.map(({ subject }) => subject).sort()).toEqual([...told].sort());
  });
});

describe("Dovecot LMTP", () => {
  let server: MailServer<"plain">;
  beforeAll(async () => {
    server = await startDovecotLmtp();
  });
  afterAll(() => server?.stop());

  test.each(["auto", "off"] as const)(
    "chunking %s: each recipient has the reply that is its own",
    async (chunking) => {
      const way = { port: "plain", tls: "none", more: { protocol: "lmtp", chunking } } as const;
      const client = clientFor(server, way, { maxConnections: 1 });
      const names = ["bob", "nobody", "full", "broken", "eve"];
      const to = names.map((name) => `${name}@example.test`);
      const subject = newSubject();
      const receipt = await client.send(message(subject), { envelope: { from: "ann@example.test", to } });
      expect(receipt.recipients.map(({ outcome, reply }) => [outcome, reply?.code])).toEqual([
        ["accepted", 250],
        ["rejected", 550],
        ["rejected", 552],
        ["rejected", 451],
        ["accepted", 250],
      ]);
      const next = newSubject();
      await client.send(message(next));
      await client.close();
      await server.waitForMessages(2, (found) => found.subject === subject);
      await server.waitForMessages(1, (found) => found.subject === next);
    },
  );

  test("200 recipients", async () => {
    const client = clientFor(server, { port: "plain", tls: "none", more: { protocol: "lmtp" } });
    const subject = newSubject();
    const to = Array.from(
      { length: 200 },
      (_, index) => `${index % 10 === 3 ? "nobody" : "r"}${index}@example.test`,
    );
    const receipt = await client.send(message(subject), { envelope: { from: "ann@example.test", to } });
    await client.close();
    expect(receipt.accepted).toHaveLength(180);
    expect(receipt.rejected).toHaveLength(20);
    const stored = await server.waitForMessages(180, (found) => found.subject === subject);
    expect(stored).toHaveLength(180);
  });
});
