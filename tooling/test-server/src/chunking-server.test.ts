import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type ChunkingServer, type ChunkingServerOptions, chunkingServer } from "./index.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function start(options?: ChunkingServerOptions): Promise<ChunkingServer> {
  const server = await chunkingServer(options);
  open.push(server);
  return server;
}

/** Says everything at once and returns the codes of all replies. */
async function talk(server: ChunkingServer, text: string): Promise<string> {
  const socket = connect(server.port, server.host);
  let heard = "";
  socket.on("data", (chunk) => {
    heard += chunk;
  });
  socket.write(Buffer.from(text, "latin1"));
  await new Promise((resolve) => socket.on("close", resolve));
  return [...heard.matchAll(/^(\d{3}) /gm)].map((match) => match[1]).join(" ");
}

const HELLO = "EHLO x\r\n";
const ENVELOPE = "MAIL FROM:<a@example.com> SIZE=9\r\nRCPT TO:<b@example.org>\r\n";
const QUIT = "QUIT\r\n";

describe("a message", () => {
  it.each([
    {
      name: "by DATA",
      wire: "DATA\r\n..a\r\nb\r\n.\r\n",
      content: ".a\r\nb\r\n",
      codes: "354 250",
      chunks: [],
    },
    { name: "by DATA, empty", wire: "DATA\r\n.\r\n", content: "", codes: "354 250", chunks: [] },
    {
      name: "by DATA, one empty line",
      wire: "DATA\r\n\r\n.\r\n",
      content: "\r\n",
      codes: "354 250",
      chunks: [],
    },
    {
      name: "by one BDAT",
      wire: "BDAT 5 LAST\r\n.\r\n\0\xff",
      content: ".\r\n\0\xff",
      codes: "250",
      chunks: [5],
    },
    {
      name: "by several BDAT",
      wire: "BDAT 2\r\nabBDAT 1\r\ncBDAT 0 LAST\r\n",
      content: "abc",
      codes: "250 250 250",
      chunks: [2, 1, 0],
    },
  ])("$name is kept octet for octet", async ({ wire, content, codes, chunks }) => {
    const server = await start();
    expect(await talk(server, HELLO + ENVELOPE + wire + QUIT)).toBe(`220 250 250 250 ${codes} 221`);
    expect(server.messages).toHaveLength(1);
    expect(server.messages[0]).toMatchObject({ text: content, chunks, connection: 0 });
    expect(server.messages[0]?.from).toEqual({ address: "a@example.com", parameters: { SIZE: "9" } });
  });

  it("of some megabytes is no trouble", async () => {
    const server = await start();
    const body = `${"x".repeat(70)}\r\n`.repeat(70_000);
    expect(await talk(server, `${HELLO}${ENVELOPE}DATA\r\n${body}.\r\n${QUIT}`)).toBe(
      "220 250 250 250 354 250 221",
    );
    expect(server.messages[0]?.content.length).toBe(body.length);
  });

  it("is refused as its addresses ask, by LMTP one by one", async () => {
    const refusing =
      "MAIL FROM:<>\r\nRCPT TO:<temp450@x.test>\r\nRCPT TO:<dataReject@x.test>\r\nRCPT TO:<b@x.test>\r\n";
    const smtp = await start();
    expect(await talk(smtp, `${HELLO}${refusing}DATA\r\n.\r\n${QUIT}`)).toBe(
      "220 250 250 450 250 250 354 550 221",
    );
    expect(smtp.messages).toEqual([]);
    const lmtp = await start({ lmtp: true });
    expect(await talk(lmtp, `LHLO x\r\n${refusing}BDAT 0 LAST\r\n${QUIT}`)).toBe(
      "220 250 250 450 250 250 550 250 221",
    );
    expect(lmtp.messages[0]?.to.map((to) => to.address)).toEqual(["b@x.test"]);
  });
});

describe("a command", () => {
  it.each([
    { name: "out of order", text: `${HELLO}DATA\r\nRCPT TO:<a@x.test>\r\n`, codes: "503 503" },
    { name: "before a greeting", text: "MAIL FROM:<a@x.test>\r\nEHLO x\r\n", codes: "503 250", first: false },
    { name: "with a bare LF", text: `${HELLO}NOOP\n`, codes: "500" },
    { name: "with a bare CR", text: `${HELLO}NOOP\rRSET\r\n`, codes: "500" },
    { name: "twice", text: `${HELLO}MAIL FROM:<a@x.test>\r\nMAIL FROM:<a@x.test>\r\n`, codes: "250 503" },
    {
      name: "with chunks and then DATA",
      text: `${HELLO}${ENVELOPE}BDAT 1\r\nxDATA\r\n`,
      codes: "250 250 250 503",
    },
    {
      name: "BDAT refused still takes its octets",
      text: `${HELLO}BDAT 6\r\nQUIT\r\nNOOP\r\n`,
      codes: "503 250",
    },
    { name: "after RSET", text: `${HELLO}${ENVELOPE}RSET\r\nDATA\r\n`, codes: "250 250 250 503" },
  ])("$name", async ({ text, codes, first }) => {
    const server = await start();
    expect(await talk(server, text + QUIT)).toBe(`220 ${first === false ? "" : "250 "}${codes} 221`);
    await server.finished();
  });

  it("is written down", async () => {
    const server = await start();
    await talk(server, `${HELLO}NOOP\r\n${QUIT}`);
    expect(server.commands).toEqual(["EHLO x", "NOOP", "QUIT"]);
  });
});
