import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { plainServer } from "../test/servers.js";
import { type ConnectOptions, connect, listen, SocketError } from "./index.js";

const README = readFileSync(fileURLToPath(new URL("../README.md", import.meta.url)), "utf8");

/** The code blocks, without their imports: what they import is handed in. */
const BLOCKS = [...README.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map((match) =>
  match[1]!.replace(/^import .*$/gm, ""),
);
const AsyncFunction = (async () => {}).constructor as new (
  ...parameters: string[]
) => (...values: unknown[]) => Promise<void>;

describe("the README's code runs", () => {
  it("the opening example", async () => {
    const server = await plainServer((peer) => {
      peer.write("220 mail.example.com ESMTP\r\n");
      peer.once("data", () => peer.end("221 bye\r\n"));
    });
    const shown: unknown[] = [];
    const local = (options: ConnectOptions) =>
      connect({
        ...options,
        port: server.port,
        lookup: (_host, _options, done) => done(null, "127.0.0.1", 4),
      });
    const log = { log: (...values: unknown[]) => shown.push(...values) };
    await new AsyncFunction("connect", "SocketError", "console", BLOCKS[0]!)(local, SocketError, log);
    expect(shown).toEqual(["220 mail.example.com ESMTP\r\n", "221 bye\r\n"]);
    await server.close();
    await new AsyncFunction("connect", "SocketError", "console", BLOCKS[0]!)(local, SocketError, log);
    expect(shown.slice(2)).toEqual(["ERR_SOCKET_REFUSED", "ECONNREFUSED", 10061]);
  });

  it("the server", async () => {
    const shown: string[] = [];
    await new AsyncFunction("connect", "listen", "console", BLOCKS[1]!)(connect, listen, {
      log: (text: string) => shown.push(text),
    });
    expect(shown).toEqual(["ping"]);
  });
});
