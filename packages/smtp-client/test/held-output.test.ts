import { Duplex } from "node:stream";
import { Socket } from "@wirepost/socket-core";
import { expect, it } from "vitest";
import { SmtpClient, SmtpConnection } from "../src/index.js";
import { failure } from "./outcomes.js";
import { loopbackServer } from "./truth-connection.js";
import { truthServer } from "./truth-server.js";

it("a socket that takes everything at once is not given more in a turn than it can give back", async () => {
  const server = await loopbackServer((socket) => truthServer(socket));
  let inTurn = 0;
  let most = 0;
  let turns = 0;
  const client = new SmtpClient({
    host: "127.0.0.1",
    port: server.port,
    tls: "none",
    observer: {
      onTransfer: ({ blockBytes }) => {
        if (inTurn === 0) {
          turns++;
          // Where the socket's callbacks come, too.
          process.nextTick(() => {
            inTurn = 0;
          });
        }
        inTurn += blockBytes;
        most = Math.max(most, inTurn);
      },
    },
  });
  const block = Buffer.from(`${"x".repeat(76)}\r\n`.repeat(500));
  // All of it is there without waiting for anything.
  const content = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("Subject: large\r\n\r\n");
    for (let i = 0; i < 100; i++) yield block;
  };
  const envelope = { from: "ann@example.com", to: "bob@example.org" };
  await client.send({ raw: content, envelope });
  await client.close();
  await server.close();
  expect(turns).toBeGreaterThan(10);
  expect(most).toBeLessThan(128 * 1024 + 2 * 64 * 1024);
});

it("a peer that stops reading is given up in time, however much the socket would still hold", async () => {
  const stream = new Duplex({
    writableHighWaterMark: 1 << 20,
    read() {},
    write(chunk, _encoding, done) {
      const text = String(chunk);
      // From here on it reads nothing more.
      if (!/^(?:EHLO|MAIL|RCPT|DATA)/.test(text)) return;
      done();
      for (const line of text.split("\r\n").filter((one) => one !== "")) {
        setImmediate(() =>
          stream.push(
            line.startsWith("EHLO")
              ? "250-x\r\n250 PIPELINING\r\n"
              : line === "DATA"
                ? "354 go\r\n"
                : "250 ok\r\n",
          ),
        );
      }
    },
  });
  stream.push("220 x\r\n");
  const connection = await SmtpConnection.connect({
    host: "mail.example",
    socket: new Socket(stream),
    tls: "none",
    timeouts: { contentMs: 80 },
  });
  const text = `${"x".repeat(70)}\r\n`.repeat(6_000);
  const error = await failure(
    connection.send({ from: "ann@example.com", to: "bob@example.org", subject: "x", text }),
  );
  expect(error).toMatchObject({ code: "ERR_CLIENT_TIMEOUT", state: "not-sent", phase: "data" });
});
