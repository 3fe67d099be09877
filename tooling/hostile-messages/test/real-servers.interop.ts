// The objects that arrive, sent to real servers: each takes one message and no other, and stores what was sent.
import {
  type MailServer,
  startAiosmtpd,
  startExim,
  startOpenSmtpd,
  startPostfixDovecot,
} from "@wirepost/interop";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HostileObject } from "../src/hostile-object.js";
import { HOSTILE_OBJECTS } from "../src/hostile-objects.js";
import { type PythonJudge, startPythonJudge } from "../src/python-judge.js";
import { sendObject } from "../src/send.js";
import { judgeByReaders } from "../src/verdict.js";
import { WAYS } from "../src/ways.js";

const SEVEN_BIT = WAYS[0] as (typeof WAYS)[number];

/** What is about content: envelopes of other domains are relayed by none of these servers. */
const OBJECTS = HOSTILE_OBJECTS.filter(
  ({ row, refused, arrives }) =>
    row.startsWith("M") &&
    (typeof refused === "function" ? refused(SEVEN_BIT) : refused) === undefined &&
    arrives !== undefined &&
    arrives.to === undefined,
);

const SERVERS: readonly (readonly [
  name: string,
  start: () => Promise<MailServer<"plain">>,
  client: HostileObject["client"],
])[] = [
  ["Postfix, BDAT", startPostfixDovecot, {}],
  ["Postfix, DATA", startPostfixDovecot, { chunking: "off" }],
  ["Exim, DATA", startExim, { chunking: "off" }],
  ["OpenSMTPD", startOpenSmtpd as never, {}],
  ["aiosmtpd", startAiosmtpd, {}],
];

let python: PythonJudge;
beforeAll(() => {
  python = startPythonJudge();
});
afterAll(() => python.stop());

describe.each(SERVERS)("%s", (_name, start, client) => {
  let server: MailServer<"plain">;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  it.each(OBJECTS.map((object, index) => [`${object.row} ${object.name}`, object, index] as const))(
    "%s",
    async (_title, object, index) => {
      // The sender tells which message is which.
      const sender = `h${index}@example.test`;
      const { receipt, error } = await sendObject(
        {
          ...object,
          client: { ...client, clientName: "client.example.test" },
          options: { ...object.options, envelope: { from: sender, to: ["bob@example.test"] } },
        },
        server.ports.plain,
      );
      if (error !== undefined) throw error;
      expect(receipt?.accepted).toHaveLength(1);
      const stored = await server.waitForMessages(1, ({ returnPath }) => returnPath === sender);
      expect(stored).toHaveLength(1);
      const content = Buffer.from(stored[0]?.content ?? []);
      const expected = object.arrives ?? {};
      const given = typeof object.message === "function" ? object.message() : object.message;
      if ("raw" in given || expected.defective === true) {
        // Servers complete the header of a ready message; its body they leave alone.
        if (expected.octets === undefined) return;
        const body = (text: string): string => text.slice(`\r\n${text}`.indexOf("\r\n\r\n") + 2);
        expect(body(content.toString("latin1")).trimEnd()).toBe(body(expected.octets).trimEnd());
        return;
      }
      expect(await judgeByReaders(python, content, expected)).toEqual([]);
    },
  );

  it("was made to take no other message", () => {
    const senders = server.readMessages().map(({ returnPath }) => returnPath ?? "");
    expect(senders.filter((sender) => !/^h\d+@example\.test$/.test(sender))).toEqual([]);
    expect(new Set(senders).size).toBe(OBJECTS.length);
    expect(senders).toHaveLength(OBJECTS.length);
  });
});
