import { describe, expect, it } from "vitest";
import type { RecipientOutcome, SendOptions } from "../src/index.js";
import { SendError } from "../src/index.js";
import { connectTo, type Peer, type PeerScript, SHORT } from "./scripted-peer.js";

const MESSAGE = {
  from: "ann@example.com",
  to: ["bob@example.org"],
  subject: "x",
  text: "Hello\n",
};

interface Ended {
  readonly code?: string;
  readonly phase?: string;
  readonly state?: string;
  readonly retryable?: boolean;
  readonly outcomes: readonly RecipientOutcome["outcome"][];
  readonly content: string;
}

async function send(script: PeerScript, message: object = MESSAGE, options?: SendOptions): Promise<Ended> {
  let content = "";
  try {
    const { connection, seen } = await connectTo(script);
    try {
      const receipt = await connection.send({ ...MESSAGE, ...message }, options);
      return { outcomes: receipt.recipients.map(({ outcome }) => outcome), content: seen.content };
    } finally {
      content = seen.content;
      await connection.close();
    }
  } catch (error) {
    if (!SendError.is(error)) throw error;
    return {
      code: error.code,
      phase: error.phase,
      state: error.state,
      retryable: error.retryable,
      outcomes: error.recipients.map(({ outcome }) => outcome),
      content,
    };
  }
}

const bytewise = (text: string) => (peer: Peer) => {
  for (const octet of Buffer.from(text)) peer.send(Uint8Array.of(octet));
};

describe("accepted", () => {
  const CASES: readonly { name: string; script: PeerScript }[] = [
    {
      name: "R1 every octet comes alone",
      script: {
        greeting: bytewise("220 x\r\n"),
        mail: bytewise("250-a\r\n250 b\r\n"),
        end: bytewise("250 queued\r\n"),
      },
    },
    {
      name: "R2 a bare code, an empty text, a greeting of several lines, 251",
      script: {
        greeting: "220-one\r\n220 two\r\n",
        mail: "250\r\n",
        rcpt: () => "251 will forward\r\n",
        end: "250 \r\n",
      },
    },
    { name: "R2 252 to RCPT", script: { rcpt: () => "252 cannot verify\r\n" } },
    {
      name: "R7 octets beyond ASCII, NUL, escapes in the text",
      script: { end: "250 \xfc\xdf\u0000\u001b[2J\r\n" },
    },
    { name: "LF alone ends a line", script: { end: "250 queued\n" } },
    { name: "R15 QUIT is answered with 500", script: { quit: "500 what\r\n" } },
    { name: "R15 QUIT is not answered", script: { quit: undefined } },
    { name: "R15 QUIT is answered by a reset", script: { quit: (peer) => peer.reset() } },
    {
      name: "R17 SIZE is zero, huge, or no number",
      script: { ehlo: "250-x\r\n250-SIZE 99999999999999999999\r\n250-SIZE lots\r\n250 PIPELINING\r\n" },
    },
    {
      name: "R20 capabilities named like properties",
      script: { ehlo: "250-x\r\n250-__proto__\r\n250-constructor\r\n250 PIPELINING\r\n" },
    },
    { name: "EHLO ends with an empty line", script: { ehlo: "250-x\r\n250-PIPELINING\r\n250 \r\n" } },
    { name: "EHLO is unknown, HELO is not", script: { ehlo: "502 no\r\n" } },
    {
      name: "the connection drops after the final reply",
      script: {
        end: (peer) => {
          peer.send("250 queued\r\n");
          peer.reset();
        },
      },
    },
  ];
  it.each(CASES)("$name", async ({ script }) => {
    expect(await send(script)).toMatchObject({ outcomes: ["accepted"] });
  });
});

describe("not accepted, and said so", () => {
  const PROTOCOL = "ERR_SMTP_UNEXPECTED_REPLY";
  const CASES: readonly { name: string; script: PeerScript; ends: Partial<Ended> }[] = [
    {
      name: "R3 codes differ in one reply to MAIL",
      script: { mail: "250-fine\r\n550 no\r\n" },
      ends: { code: "ERR_SMTP_MIXED_CODES", state: "not-sent" },
    },
    {
      name: "R3 codes differ at the end of data",
      script: { end: "550-no\r\n250 queued\r\n" },
      ends: { code: "ERR_SMTP_MIXED_CODES", state: "unknown", outcomes: ["unknown"], retryable: false },
    },
    ...[
      "HTTP/1.1 400\r\n",
      "SSH-2.0\r\n",
      "2200 x\r\n",
      "650 x\r\n",
      "020 x\r\n",
      "22 x\r\n",
      "220_x\r\n",
    ].map((greeting) => ({
      name: `R4 ${JSON.stringify(greeting)} is no greeting`,
      script: { greeting },
      ends: { code: "ERR_SMTP_REPLY_SYNTAX", phase: "greeting", state: "not-sent" },
    })),
    {
      name: "R5 a line without end",
      script: { greeting: "220 ".padEnd(200_000, "x") },
      ends: { code: "ERR_SMTP_REPLY_TOO_LONG" },
    },
    {
      name: "R5 lines without end",
      script: { greeting: "220-x\r\n".repeat(100_000) },
      ends: { code: "ERR_SMTP_REPLY_TOO_LONG" },
    },
    { name: "R8 354 to MAIL", script: { mail: "354 go\r\n" }, ends: { code: PROTOCOL, state: "not-sent" } },
    {
      name: "R8 250 to DATA",
      script: { data: "250 ok\r\n" },
      ends: { code: PROTOCOL, state: "not-sent", content: "" },
    },
    {
      name: "R8 150 to RCPT",
      script: { rcpt: () => "150 hm\r\n" },
      ends: { code: "ERR_SMTP_REPLY_SYNTAX", state: "not-sent" },
    },
    {
      name: "R9 MAIL answered twice",
      script: { mail: "250 ok\r\n250 ok\r\n" },
      ends: { code: PROTOCOL, state: "not-sent" },
    },
    {
      name: "R9 two greetings",
      script: { greeting: "220 a\r\n220 b\r\n" },
      ends: { code: PROTOCOL, state: "not-sent" },
    },
    {
      name: "R9 354 and 250 in one segment",
      script: { data: "354 go\r\n250 queued\r\n" },
      ends: { code: PROTOCOL, state: "not-sent", content: "" },
    },
    {
      name: "R9 every reply with the greeting",
      script: { greeting: "220 a\r\n250 x\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n" },
      ends: { code: PROTOCOL, content: "" },
    },
    {
      name: "R10 421 as greeting",
      script: { greeting: "421 busy\r\n" },
      ends: { code: "ERR_CLIENT_GREETING_REFUSED", phase: "greeting", retryable: true },
    },
    {
      name: "554 as greeting",
      script: { greeting: "554 go\r\n" },
      ends: { code: "ERR_CLIENT_GREETING_REFUSED", retryable: false },
    },
    {
      name: "R10 421 to MAIL",
      script: { mail: "421 busy\r\n" },
      ends: { state: "rejected", retryable: true, outcomes: ["rejected"] },
    },
    {
      name: "R10 421 to RCPT",
      script: { rcpt: () => "421 busy\r\n" },
      ends: { state: "rejected", retryable: true },
    },
    {
      name: "R10 421 to DATA",
      script: { data: "421 busy\r\n" },
      ends: { state: "rejected", retryable: true },
    },
    {
      name: "R10 421 at the end of data",
      script: { end: "421 busy\r\n" },
      ends: { state: "rejected", phase: "end-of-data", retryable: true },
    },
    {
      name: "R11 silence instead of a greeting",
      script: { greeting: undefined },
      ends: { code: "ERR_CLIENT_TIMEOUT", phase: "greeting", state: "not-sent" },
    },
    {
      name: "R11 silence after EHLO",
      script: { ehlo: undefined },
      ends: { code: "ERR_CLIENT_TIMEOUT", phase: "ehlo" },
    },
    {
      name: "R11 silence after MAIL",
      script: { mail: undefined, rcpt: () => undefined, data: undefined },
      ends: { code: "ERR_CLIENT_TIMEOUT", state: "not-sent", retryable: true },
    },
    {
      name: "R11 silence after DATA",
      script: { data: undefined },
      ends: { code: "ERR_CLIENT_TIMEOUT", state: "not-sent" },
    },
    {
      name: "R13 silence at the end of data",
      script: { end: undefined },
      ends: { code: "ERR_CLIENT_TIMEOUT", phase: "end-of-data", state: "unknown", retryable: false },
    },
    {
      name: "R13 FIN at the end of data",
      script: { end: (peer) => peer.end() },
      ends: { state: "unknown", retryable: false },
    },
    {
      name: "R13 a reset at the end of data",
      script: { end: (peer) => peer.reset() },
      ends: { state: "unknown" },
    },
    ...["2", "250 queued", "250-", "250-a\r\n"].map((text) => ({
      name: `R13 ${JSON.stringify(text)} and FIN at the end of data`,
      script: {
        end: (peer: Peer) => {
          peer.send(text);
          peer.end();
        },
      },
      ends: { state: "unknown", outcomes: ["unknown" as const] },
    })),
    {
      name: "R13 garbage at the end of data",
      script: { end: "?!\r\n" },
      ends: { state: "unknown", code: "ERR_SMTP_REPLY_SYNTAX" },
    },
    {
      name: "R13 354 at the end of data",
      script: { end: "354 again\r\n" },
      ends: { state: "unknown", code: PROTOCOL },
    },
    {
      name: "R16 the only recipient is refused with 550",
      script: { rcpt: () => "550 5.1.1 no\r\n", data: "554 no recipients\r\n" },
      ends: {
        code: "ERR_CLIENT_RECIPIENTS_REFUSED",
        state: "rejected",
        phase: "rcpt",
        retryable: false,
        content: "",
      },
    },
    {
      name: "R16 … with 450",
      script: { rcpt: () => "450 4.2.0 later\r\n", data: "554 no recipients\r\n" },
      ends: { state: "rejected", retryable: true },
    },
    {
      name: "R16 every recipient is refused, yet DATA gets 354: a lone dot",
      script: { rcpt: () => "550 5.1.1 no\r\n", end: "554 no\r\n" },
      ends: { state: "rejected", content: ".\r\n" },
    },
    {
      name: "354 after a refused MAIL: nothing is sent, not even a dot",
      script: { mail: "550 no\r\n", rcpt: () => "503 no\r\n" },
      ends: { state: "rejected", content: "" },
    },
    {
      name: "R17 552 to MAIL",
      script: { mail: "552 too big\r\n", rcpt: () => "503 no\r\n", data: "503 no\r\n" },
      ends: { code: "ERR_CLIENT_SENDER_REFUSED", phase: "mail", state: "rejected" },
    },
    {
      name: "R17 the message is larger than SIZE",
      script: { ehlo: "250-x\r\n250 SIZE 100\r\n" },
      ends: { code: "ERR_CLIENT_TOO_LARGE", state: "not-sent", content: "" },
    },
    {
      name: "a server that refuses EHLO and HELO",
      script: { ehlo: "550 no\r\n", other: () => "550 no\r\n" },
      ends: { code: "ERR_CLIENT_HELLO_REFUSED", phase: "ehlo" },
    },
  ];
  it.each(CASES)("$name", async ({ script, ends }) => {
    const ended = await send(script);
    expect(ended).toMatchObject(ends);
    expect(ended.outcomes).not.toContain("accepted");
  });

  it("R6 one octet at a time for ever: the deadline is for the whole reply", async () => {
    let timer: NodeJS.Timeout | undefined;
    const began = performance.now();
    const ended = await send({
      mail: (peer) => {
        timer = setInterval(() => peer.send("250-more\r\n"), 20);
      },
      rcpt: () => undefined,
      data: undefined,
    });
    clearInterval(timer);
    expect(ended).toMatchObject({ code: "ERR_CLIENT_TIMEOUT", state: "not-sent" });
    expect(performance.now() - began).toBeLessThan(SHORT.mailMs * 10);
  });

  it("R12 the server stops reading", async () => {
    const big = { attachments: [{ filename: "a", content: Buffer.alloc(16 * 1024 * 1024) }] };
    const ended = await send({ data: "354 go\r\n", contentBegins: (peer) => peer.stopReading() }, big);
    expect(ended).toMatchObject({ code: "ERR_CLIENT_TIMEOUT", state: "not-sent" });
  });

  it("R14 the server refuses content before its end, and keeps the connection", async () => {
    const big = { attachments: [{ filename: "a", content: Buffer.alloc(4 * 1024 * 1024) }] };
    const ended = await send({ contentBegins: "552 5.3.4 too big\r\n", end: undefined }, big);
    expect(ended).toMatchObject({
      code: "ERR_CLIENT_CONTENT_REFUSED",
      state: "rejected",
      phase: "data",
      retryable: false,
    });
    expect(ended.content).not.toContain("\r\n.\r\n");
  });

  it("R14 … or closes it", async () => {
    const big = { attachments: [{ filename: "a", content: Buffer.alloc(4 * 1024 * 1024) }] };
    const refuseAndClose = (peer: Peer): void => {
      peer.send("421 4.3.0 enough\r\n");
      peer.end();
    };
    const ended = await send({ contentBegins: refuseAndClose, end: undefined }, big);
    expect(ended).toMatchObject({ state: "rejected", retryable: true });
  });

  it("2yz while content is going out is no acceptance", async () => {
    const big = { attachments: [{ filename: "a", content: Buffer.alloc(4 * 1024 * 1024) }] };
    const ended = await send({ contentBegins: "250 queued already\r\n", end: undefined }, big);
    expect(ended).toMatchObject({
      code: "ERR_SMTP_UNEXPECTED_REPLY",
      state: "not-sent",
      outcomes: ["not-sent"],
    });
  });

  it("R16 some recipients are refused: the outcome is each one's own", async () => {
    const answers: Record<string, string> = {
      "b@example.org": "550 5.1.1 no\r\n",
      "c@example.org": "450 4.2.0 later\r\n",
    };
    const to = ["a@example.org", "b@example.org", "c@example.org"];
    const { connection } = await connectTo({ rcpt: (address) => answers[address] ?? "250 ok\r\n" });
    const receipt = await connection.send({ ...MESSAGE, to });
    expect(receipt.recipients.map(({ outcome, reply }) => [outcome, reply?.code, reply?.enhanced])).toEqual([
      ["accepted", 250, "2.0.0"],
      ["rejected", 550, "5.1.1"],
      ["rejected", 450, "4.2.0"],
    ]);
    await connection.close();
  });

  it("R19 a failed transaction is followed by RSET and a good one", async () => {
    let first = true;
    const { connection, seen } = await connectTo({
      mail: (peer) => {
        peer.send(first ? "550 no\r\n" : "250 ok\r\n");
      },
      rcpt: () => (first ? "503 no\r\n" : "250 ok\r\n"),
      data: "503 no\r\n",
    });
    await expect(connection.send(MESSAGE)).rejects.toMatchObject({ state: "rejected" });
    first = false;
    const again = connection.send(MESSAGE).catch((error: SendError) => error);
    await again;
    expect(
      seen.commands.filter((line) => !line.startsWith("EHLO")).map((line) => line.split(/[ :]/)[0]),
    ).toEqual(["MAIL", "RCPT", "DATA", "RSET", "MAIL", "RCPT", "DATA"]);
    await connection.close();
  });

  it("R7 the server's text reaches an error escaped", async () => {
    const { connection } = await connectTo({
      mail: "550 \u001b[2J\u0000evil\r\n",
      rcpt: () => "503 x\r\n",
      data: "503 x\r\n",
    });
    const error = await connection.send(MESSAGE).catch((e: SendError) => e);
    expect(SendError.is(error) && /[\u0000-\u001f]/.test(error.message)).toBe(false);
    await connection.close();
  });
});
