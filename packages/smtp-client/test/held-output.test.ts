import { expect, it } from "vitest";
import { SmtpClient } from "../src/index.js";
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
