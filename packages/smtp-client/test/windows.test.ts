import { connect } from "@wirepost/socket-core";
import { describe, expect, it } from "vitest";
import { type SendOptions, SmtpConnection } from "../src/index.js";
import { settled, told } from "./outcomes.js";
import { connectToTruth } from "./truth-connection.js";
import { truthServer } from "./truth-server.js";
import { wire } from "./wire.js";

const MESSAGE = { from: "ann@example.com", to: ["bob@example.org"], subject: "first", text: "Hello\n" };
const CHUNKING = ["PIPELINING", "CHUNKING", "8BITMIME"];
const WINDOW = { window: { maxMessages: 10 } };

function readers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `r${i}@a.example`);
}

describe("a message with more recipients than one group in a window", () => {
  it.each([250, 251, 300, 750])("of %i: goes out whole, with no RCPT behind its content", async (count) => {
    const { connection, server } = await connectToTruth({ extensions: CHUNKING }, WINDOW);
    const receipt = await connection.send({ ...MESSAGE, to: readers(count) });
    await connection.close();
    expect(receipt.accepted.length).toBe(count);
    expect([...server.delivered]).toEqual(readers(count).map((address) => [`${address} first`, 1]));
    const verbs = server.commands.map((line) => line.split(" ")[0]);
    expect(verbs.lastIndexOf("RCPT")).toBeLessThan(verbs.indexOf("BDAT"));
  });

  it.each([
    { name: "small", text: "Hello\n" },
    { name: "large", text: `${"x".repeat(70)}\n`.repeat(3_000) },
  ])("leaves no recipient to a $name message behind it", async ({ text }) => {
    const { connection, server } = await connectToTruth({ extensions: CHUNKING }, WINDOW);
    const [first, second] = await Promise.all([
      connection.send({ ...MESSAGE, to: readers(300) }),
      connection.send({ ...MESSAGE, to: ["boss@b.example"], subject: "second", text }),
    ]);
    await connection.close();
    expect(first.accepted.length).toBe(300);
    expect(told(second)).toEqual(["boss@b.example accepted 250"]);
    expect([...server.delivered]).toEqual([
      ...readers(300).map((address) => [`${address} first`, 1]),
      ["boss@b.example second", 1],
    ]);
  });

  it("takes none from a message before it", async () => {
    const { connection, server } = await connectToTruth({ extensions: CHUNKING }, WINDOW);
    const results = await Promise.all([
      connection.send({ ...MESSAGE, to: ["boss@b.example"], subject: "zero" }),
      connection.send({ ...MESSAGE, to: readers(251) }),
      connection.send({ ...MESSAGE, subject: "last" }),
    ]);
    await connection.close();
    expect(results.map(({ accepted }) => accepted.length)).toEqual([1, 251, 1]);
    expect(server.delivered.get("boss@b.example zero")).toBe(1);
    expect(server.delivered.get("bob@example.org last")).toBe(1);
    expect(server.delivered.size).toBe(253);
  });
});

describe("neighbours in a window or a pipeline", () => {
  const SETTINGS = [
    { name: "in a window", extensions: CHUNKING, client: WINDOW },
    { name: "with chunks", extensions: CHUNKING, client: {} },
    { name: "with DATA", extensions: ["PIPELINING", "8BITMIME"], client: {} },
    { name: "without pipelining", extensions: ["8BITMIME"], client: {} },
  ];

  it.each(SETTINGS)("$name: are all delivered beside one whose progress is watched", async (setting) => {
    const { connection, server } = await connectToTruth({ extensions: setting.extensions }, setting.client);
    const seen: number[] = [];
    const options: SendOptions = { onProgress: ({ sentBytes }) => void seen.push(sentBytes) };
    await Promise.all([
      connection.send(MESSAGE),
      connection.send({ ...MESSAGE, subject: "watched" }, options),
      connection.send({ ...MESSAGE, subject: "last" }),
    ]);
    await connection.close();
    expect([...server.delivered]).toEqual([
      ["bob@example.org first", 1],
      ["bob@example.org watched", 1],
      ["bob@example.org last", 1],
    ]);
    expect(seen.length).toBeGreaterThan(0);
  });

  it.each(SETTINGS)("$name: are safe from one whose onProgress throws", async (setting) => {
    const { connection, server } = await connectToTruth({ extensions: setting.extensions }, setting.client);
    const options: SendOptions = {
      onProgress: () => {
        throw new Error("mine");
      },
    };
    const results = await Promise.all([
      settled(connection.send(MESSAGE)),
      settled(connection.send({ ...MESSAGE, subject: "broken" }, options)),
      settled(connection.send({ ...MESSAGE, subject: "last" })),
    ]);
    connection.destroy();
    expect(results.map(told)).toEqual([
      ["bob@example.org accepted 250"],
      ["ERR_CLIENT_CALLBACK not-sent", "bob@example.org not-sent ERR_CLIENT_CALLBACK"],
      ["ERR_CLIENT_CONNECTION_LOST not-sent", "bob@example.org not-sent ERR_CLIENT_CONNECTION_LOST"],
    ]);
    expect(results[2]).toMatchObject({ retryable: true });
    expect([...server.delivered]).toEqual([["bob@example.org first", 1]]);
  });

  it("are all delivered beside content with lines longer than 998 octets", async () => {
    const { connection, server } = await connectToTruth({ extensions: CHUNKING }, WINDOW);
    const raw = new TextEncoder().encode(`Subject: long\r\n\r\n${"z".repeat(1_200)}\r\n`);
    await Promise.all([
      connection.send(MESSAGE),
      connection.send({ raw }, { envelope: { from: "ann@example.com", to: ["bob@example.org"] } }),
      connection.send({ ...MESSAGE, subject: "last" }),
    ]);
    await connection.close();
    expect([...server.delivered.keys()]).toEqual([
      "bob@example.org first",
      "bob@example.org long",
      "bob@example.org last",
    ]);
  });

  const ENVELOPES: { name: string; envelope: unknown; code: string }[] = [
    {
      name: "an empty domain",
      envelope: { from: "ann@example.com", to: [{ localPart: "postmaster", domain: "" }] },
      code: "ERR_ADDRESS_NO_DOMAIN",
    },
    {
      name: "an address of more than 254 octets",
      envelope: {
        from: "ann@example.com",
        to: [{ localPart: "a".repeat(64), domain: `${`${"d".repeat(60)}.`.repeat(4)}example` }],
      },
      code: "ERR_ADDRESS_TOO_LONG",
    },
    {
      name: "a command within an address",
      envelope: {
        from: "ann@example.com",
        to: [{ localPart: "a\r\nRCPT TO:<evil@x>", domain: "a.example" }],
      },
      code: "ERR_ADDRESS_CONTROL_CHARACTER",
    },
    {
      name: "an undefined recipient",
      envelope: { from: "ann@example.com", to: [undefined] },
      code: "ERR_CLIENT_OPTION",
    },
    { name: "no sender", envelope: { to: ["bob@example.org"] }, code: "ERR_CLIENT_OPTION" },
    {
      name: "a misspelt name",
      envelope: { from: "ann@example.com", rcpt: ["bob@example.org"] },
      code: "ERR_CLIENT_UNKNOWN_OPTION",
    },
  ];
  it.each(ENVELOPES)("are all delivered beside an envelope with $name", async ({ envelope, code }) => {
    const { connection, server } = await connectToTruth();
    const results = await Promise.all([
      settled(connection.send(MESSAGE)),
      settled(connection.send(MESSAGE, { envelope } as SendOptions)),
      settled(connection.send({ ...MESSAGE, subject: "last" })),
    ]);
    await connection.close();
    expect(results[1]).toMatchObject({ code, state: "not-sent", phase: "compose" });
    expect([...server.delivered]).toEqual([
      ["bob@example.org first", 1],
      ["bob@example.org last", 1],
    ]);
  });
});

describe("chunks without pipelining", () => {
  it.each([
    { name: "that is off", extensions: CHUNKING, pipelining: "off" },
    { name: "that is not announced", extensions: ["CHUNKING", "8BITMIME"], pipelining: "full" },
  ] as const)("$name wait each for its reply", async ({ extensions, pipelining }) => {
    const ends = wire();
    let received = 0;
    let answered = 0;
    let ahead = 0;
    const server = truthServer(ends.server, {
      extensions,
      reply: (what) => {
        if (what !== "CHUNK") return undefined;
        ahead = Math.max(ahead, ++received - answered);
        return "250 2.0.0 a chunk";
      },
    });
    // Replies to chunks take their time; whoever does not wait for them is ahead by then.
    const write = ends.server.write.bind(ends.server) as (octets: Uint8Array) => boolean;
    ends.server.write = (octets: Uint8Array): boolean => {
      if (!octets.toString().includes("a chunk")) return write(octets);
      setTimeout(() => {
        answered++;
        write(octets);
      }, 20);
      return true;
    };
    const connection = await SmtpConnection.connect({
      host: "mail.example",
      socket: await connect({ socket: ends.client }),
      tls: "none",
      pipelining,
    });
    await connection.send({ ...MESSAGE, text: `${"x".repeat(70)}\n`.repeat(6_000) });
    await connection.close();
    expect(received).toBeGreaterThan(1);
    expect(ahead).toBe(1);
    expect(server.delivered.size).toBe(1);
  });
});
