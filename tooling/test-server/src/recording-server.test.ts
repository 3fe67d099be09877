import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import {
  type RecordingServer,
  type RecordingServerOptions,
  recordingServer,
  testIdentities,
} from "./index.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function start(options?: RecordingServerOptions): Promise<RecordingServer> {
  const server = await recordingServer(options);
  open.push(server);
  return server;
}

/** Says the lines one after the other, waiting for a whole reply each time; returns the last line of each reply. */
async function talk(
  server: RecordingServer,
  lines: readonly (string | Uint8Array)[],
  ca?: string,
): Promise<string[]> {
  const socket =
    ca === undefined
      ? connect(server.port, server.host)
      : connectTls({ port: server.port, host: server.host, servername: "localhost", ca });
  const replies: string[] = [];
  let text = "";
  let wake = () => {};
  socket.on("data", (chunk) => {
    text += chunk.toString("utf8");
    wake();
  });
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  const reply = async () => {
    for (;;) {
      const match = /^(?:\d{3}-.*\r\n)*(\d{3} .*)\r\n/.exec(text);
      if (match !== null) {
        text = text.slice(match[0].length);
        replies.push(match[1] as string);
        return;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  await reply();
  for (const line of lines) {
    socket.write(line);
    await reply();
  }
  socket.end();
  await closed;
  return replies;
}

const codes = (replies: readonly string[]) => replies.map((line) => line.slice(0, 3)).join(" ");

describe("a message", () => {
  it("is kept octet for octet with its envelope", async () => {
    const server = await start();
    const content = Buffer.from("Subject: =?utf-8?q?x?=\r\n\r\n\xff\xfe bare\nlf\r\n.dot\r\n", "latin1");
    const stuffed = Buffer.concat([
      Buffer.from(content.toString("latin1").replace(/\r\n\./g, "\r\n.."), "latin1"),
      Buffer.from(".\r\n"),
    ]);
    const replies = await talk(server, [
      "EHLO client.example\r\n",
      "MAIL FROM:<a@example.com> BODY=8BITMIME SIZE=70\r\n",
      "RCPT TO:<b@example.org> NOTIFY=NEVER\r\n",
      "DATA\r\n",
      stuffed,
      "QUIT\r\n",
    ]);
    expect(codes(replies)).toBe("220 250 250 250 354 250 221");
    const [message] = await server.arrived(1);
    expect(message?.from).toEqual({ address: "a@example.com", parameters: { BODY: "8BITMIME", SIZE: "70" } });
    expect(message?.to).toEqual([{ address: "b@example.org", parameters: { NOTIFY: "NEVER" } }]);
    expect(Buffer.from(message?.content ?? []).equals(content)).toBe(true);
    expect(message).toMatchObject({
      clientName: "client.example",
      secure: false,
      connection: 0,
      user: undefined,
    });
  });

  it("is refused as its addresses ask", async () => {
    const server = await start();
    const replies = await talk(server, [
      "EHLO x\r\n",
      "MAIL FROM:<reject553@example.com>\r\n",
      "MAIL FROM:<>\r\n",
      "RCPT TO:<reject550@example.org>\r\n",
      "RCPT TO:<temp450@example.org>\r\n",
      "RCPT TO:<slow10@example.org>\r\n",
      "RCPT TO:<dataTemp452@example.org>\r\n",
      "DATA\r\n",
      "x\r\n.\r\n",
      "MAIL FROM:<a@example.com>\r\n",
      "RCPT TO:<dataReject@example.org>\r\n",
      "DATA\r\n",
      "x\r\n.\r\n",
    ]);
    expect(codes(replies)).toBe("220 250 553 250 550 450 250 250 354 452 250 250 354 550");
    expect(server.messages).toEqual([]);
  });

  it("over the size is refused", async () => {
    const server = await start({ sizeBytes: 10 });
    const replies = await talk(server, [
      "EHLO x\r\n",
      "MAIL FROM:<a@example.com> SIZE=11\r\n",
      "MAIL FROM:<a@example.com>\r\n",
      "RCPT TO:<b@example.org>\r\n",
      "DATA\r\n",
      "more than ten\r\n.\r\n",
    ]);
    expect(codes(replies)).toBe("220 250 552 250 250 354 552");
    expect(server.messages).toEqual([]);
  });

  it("gets one reply for each recipient by LMTP", async () => {
    const server = await start({ lmtp: true });
    const replies = await talk(server, [
      "LHLO x\r\n",
      "MAIL FROM:<a@example.com>\r\n",
      "RCPT TO:<b@example.org>\r\n",
      "RCPT TO:<dataReject@example.org>\r\n",
      "DATA\r\n",
      "x\r\n.\r\n",
      "NOOP\r\n",
    ]);
    expect(codes(replies)).toBe("220 250 250 250 250 354 250 550");
    expect(server.messages.map((message) => message.to.map((to) => to.address))).toEqual([["b@example.org"]]);
  });
});

describe("a login", () => {
  const users = { ann: "secret" };
  const plain = (user: string, password: string) =>
    `AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString("base64")}\r\n`;

  it("is wanted before MAIL and checked", async () => {
    const server = await start({ users });
    const replies = await talk(server, [
      "EHLO x\r\n",
      "MAIL FROM:<a@example.com>\r\n",
      plain("ann", "wrong"),
      plain("ann", "secret"),
      "MAIL FROM:<a@example.com>\r\n",
    ]);
    expect(codes(replies)).toBe("220 250 530 535 235 250");
    expect(server.logins).toEqual([
      { mechanism: "PLAIN", user: "ann", ok: false },
      { mechanism: "PLAIN", user: "ann", ok: true },
    ]);
  });

  it("is not taken in clear text where TLS is there", async () => {
    const { good, ca } = await testIdentities();
    const clear = await start({ users, tls: good });
    expect(codes(await talk(clear, ["EHLO x\r\n", plain("ann", "secret")]))).toBe("220 250 538");
    const implicit = await start({ users, tls: good, implicitTls: true });
    expect(codes(await talk(implicit, ["EHLO x\r\n", plain("ann", "secret")], ca))).toBe("220 250 235");
  });
});

it("announces what it is told to, and nothing else", async () => {
  const { good } = await testIdentities();
  const ehlo = async (options: RecordingServerOptions) => {
    const server = await start(options);
    const socket = connect(server.port, server.host);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
      if (/^220 .*\r\n$/.test(text)) socket.write("EHLO x\r\nQUIT\r\n");
    });
    await new Promise((resolve) => socket.on("close", resolve));
    return [...text.matchAll(/^250[- ](?!recorder)(\S+)/gm)]
      .map((match) => match[1])
      .filter((word) => word !== "OK:");
  };
  expect(await ehlo({ tls: good, users: { a: "b" }, allowClearTextAuth: true })).toEqual([
    "PIPELINING",
    "8BITMIME",
    "SMTPUTF8",
    "ENHANCEDSTATUSCODES",
    "DSN",
    "AUTH",
    "STARTTLS",
    "SIZE",
  ]);
  expect(
    await ehlo({ tls: good, without: ["PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "STARTTLS", "SIZE"] }),
  ).toEqual(["ENHANCEDSTATUSCODES"]);
});

it("closes at once although a client is still there", async () => {
  const server = await recordingServer();
  const socket = connect(server.port, server.host);
  await new Promise((resolve) => socket.once("data", resolve));
  const closed = new Promise((resolve) => socket.on("close", resolve));
  await server.close();
  await closed;
  expect(server.openConnections).toBe(0);
});
