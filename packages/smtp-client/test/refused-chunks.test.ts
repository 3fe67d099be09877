import { describe, expect, it } from "vitest";
import { type SendOptions, SmtpClient } from "../src/index.js";
import { failure, told } from "./outcomes.js";
import { loopbackServer } from "./truth-connection.js";

const EHLO = "250-mail.example\r\n250-PIPELINING\r\n250 CHUNKING\r\n";
const MESSAGE = {
  from: "ann@example.com",
  to: ["bob@example.org"],
  subject: "x",
  text: "Hello\n".repeat(30_000),
};

/** Takes chunks; answers all but the last with 552, and the last never. `onRefusal` runs when that one has come. */
function refusesChunks(onRefusal: () => void) {
  return loopbackServer((socket) => {
    socket.write("220 mail.example\r\n");
    let input = Buffer.alloc(0);
    let chunk: { octets: number; last: boolean } | undefined;
    socket.on("data", (piece: Buffer) => {
      input = Buffer.concat([input, piece]);
      for (;;) {
        if (chunk !== undefined) {
          if (input.length < chunk.octets) return;
          input = input.subarray(chunk.octets);
          if (chunk.last) setTimeout(onRefusal, 50);
          else socket.write("552 5.3.4 too big\r\n");
          chunk = undefined;
        }
        const end = input.indexOf("\r\n");
        if (end === -1) return;
        const line = input.toString("latin1", 0, end);
        input = input.subarray(end + 2);
        const begun = /^BDAT (\d+)( LAST)?$/.exec(line);
        if (begun === null) socket.write(line.startsWith("EHLO") ? EHLO : "250 ok\r\n");
        else chunk = { octets: Number(begun[1]), last: begun[2] !== undefined };
      }
    });
  });
}

describe("content of which a chunk was refused, while the last has no reply", () => {
  const WAYS: [string, (client: SmtpClient) => { options: SendOptions; end(): void }][] = [
    [
      "the signal is aborted",
      () => {
        const controller = new AbortController();
        return { options: { signal: controller.signal }, end: () => controller.abort() };
      },
    ],
    ["the client is destroyed", (client) => ({ options: {}, end: () => client.destroy() })],
    ["the send takes too long", () => ({ options: { sendTimeoutMs: 400 }, end: () => undefined })],
  ];
  it.each(WAYS)("is refused, and not unknown (RFC 3030 2): %s", async (_name, make) => {
    let end = (): void => undefined;
    const server = await refusesChunks(() => end());
    const client = new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "none" });
    const way = make(client);
    end = way.end;
    const error = await failure(client.send(MESSAGE, way.options));
    expect(told(error)).toEqual(["ERR_CLIENT_CONTENT_REFUSED rejected", "bob@example.org rejected 552"]);
    client.destroy();
    await server.close();
  });
});
