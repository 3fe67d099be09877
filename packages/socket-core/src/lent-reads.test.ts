import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket as NetSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Authority, type Issued } from "../test/authority.js";
import { codeOf, plainServer, readBytes, type TestServer, until } from "../test/servers.js";
import { connect, type Socket, SocketError } from "./index.js";

let authority: Authority;
let own: Issued;
const servers: TestServer[] = [];
const sockets: Socket[] = [];
beforeAll(async () => {
  authority = await Authority.create();
  own = await authority.issue({ dnsNames: ["localhost"] });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function dial(onConnection: (peer: NetSocket) => void, options: object = {}): Promise<Socket> {
  const server = await plainServer(onConnection, true);
  servers.push(server);
  const socket = await connect({
    host: "localhost",
    port: server.port,
    family: 4,
    lendReads: true,
    ...options,
  });
  sockets.push(socket);
  return socket;
}

/** Sends each line when it is asked for the next one. */
function oneByOne(lines: readonly string[]): (peer: NetSocket) => void {
  return (peer) => {
    let next = 0;
    peer.write(lines[next++]!);
    peer.on("data", () => (next < lines.length ? peer.write(lines[next++]!) : peer.end()));
  };
}

const NEXT = Buffer.from("?");
const text = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");

/** A receiver that keeps the octets themselves, as one that borrows must not, and what they said when they came. */
function keeper(
  socket: Socket,
  borrows = true,
): { kept: Uint8Array[]; said: string[]; ended: () => boolean } {
  const kept: Uint8Array[] = [];
  const said: string[] = [];
  let ended = false;
  socket.setReceiver({
    onData(chunk) {
      kept.push(chunk);
      said.push(text(chunk));
      socket.write(NEXT);
    },
    onEnd: () => (ended = true),
    onError: (error) => said.push(error.code),
    borrows,
  });
  return { kept, said, ended: () => ended };
}

describe("octets that are lent to a receiver", () => {
  it.each([
    [true, true, "lines"],
    [true, false, "first"],
    [false, true, "first"],
  ])(
    "lendReads %s, borrows %s: what was kept of the first chunk reads %j after the second",
    async (lendReads, borrows, first) => {
      const socket = await dial(oneByOne(["first", "lines"]), { lendReads });
      const { kept, said, ended } = keeper(socket, borrows);
      await until(ended);
      expect(said).toEqual(["first", "lines"]);
      expect(kept.map(text)).toEqual([first, "lines"]);
      expect(socket.bytesReceived).toBe(10);
    },
  );

  it("have nothing of other connections around them where they are not borrowed", async () => {
    const other = keeper(await dial(oneByOne(["a secret of others"])));
    await until(() => other.said.length > 0);
    const { kept, ended } = keeper(await dial(oneByOne(["x"])), false);
    await until(ended);
    expect(kept.map(({ buffer }) => text(new Uint8Array(buffer)))).toEqual(["x"]);
    expect(Buffer.isBuffer(kept[0])).toBe(true);
  });

  it("are those of this connection, whatever others read in between", async () => {
    const lines = (name: string) => Array.from({ length: 40 }, (_, i) => `${name}${i}\r\n`);
    const names = ["a", "b", "c"];
    const all = await Promise.all(names.map(async (name) => keeper(await dial(oneByOne(lines(name))))));
    await until(() => all.every(({ ended }) => ended()));
    expect(all.map(({ said }) => said.join(""))).toEqual(names.map((name) => lines(name).join("")));
  });

  it("fill the place and more", async () => {
    const sent = Buffer.alloc(1_000_003, "0123456789");
    const socket = await dial((peer) => peer.end(sent));
    const copies: Buffer[] = [];
    let ended = false;
    const onEnd = () => (ended = true);
    const onData = (chunk: Uint8Array) => copies.push(Buffer.from(chunk));
    socket.setReceiver({ onData, onEnd, onError: onEnd, borrows: true });
    await until(() => ended);
    expect(Buffer.concat(copies).equals(sent)).toBe(true);
  });

  it("come over a path too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lent-"));
    const path = join(folder, "socket");
    const server = createServer(oneByOne(["first", "lines"]));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    try {
      const socket = await connect({ path, lendReads: true });
      sockets.push(socket);
      const { kept, ended } = keeper(socket);
      await until(ended);
      expect(kept.map(text)).toEqual(["lines", "lines"]);
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe("octets that nobody was there to borrow", () => {
  it("wait as copies for the receiver, the end behind them", async () => {
    const socket = await dial(oneByOne(["first", "lines"]));
    await until(() => socket.bytesAvailable === 5);
    socket.write(NEXT);
    await until(() => socket.bytesAvailable === 10);
    socket.write(NEXT);
    await until(() => socket.ended);
    const { said, ended } = keeper(socket);
    await until(ended);
    expect(said).toEqual(["first", "lines"]);
  });

  it("are the caller's own where they are pulled", async () => {
    const socket = await dial(oneByOne(["first", "lines"]));
    const first = await socket.read();
    socket.write(NEXT);
    const second = await socket.read();
    expect([first!, second!].map(text)).toEqual(["first", "lines"]);
  });

  it("are not read while the socket is paused", async () => {
    const socket = await dial((peer) => peer.write("first"));
    socket.pause();
    const { said } = keeper(socket);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(said).toEqual([]);
    socket.resume();
    await until(() => said.length > 0);
    expect(said).toEqual(["first"]);
  });

  it("are heard with the end, once the socket is no longer paused", async () => {
    const socket = await dial((peer) => peer.end("first"));
    socket.pause();
    const { said, ended } = keeper(socket);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([said, ended(), socket.ended]).toEqual([[], false, false]);
    socket.resume();
    await until(ended);
    expect(said).toEqual(["first"]);
  });

  it("are not kept without limit", async () => {
    const socket = await dial((peer) => {
      const block = Buffer.alloc(65_536);
      const more = (): void => {
        for (let i = 0; i < 256 && peer.write(block); i++);
      };
      peer.on("drain", more);
      more();
    });
    await until(() => socket.bytesAvailable >= 65_536);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(socket.bytesAvailable).toBeLessThan(1024 * 1024);
  });
});

describe("what lending leaves as it was", () => {
  it("STARTTLS in the turn of the reply; octets over TLS are not lent", async () => {
    const socket = await dial((peer) => {
      peer.once("data", () => {
        peer.write("220 go\r\n");
        const secure = new TLSSocket(peer, { isServer: true, cert: own.pem, key: own.key });
        secure.on("error", () => {});
        oneByOne(["first", "lines"])(secure);
      });
    });
    const kept: Uint8Array[] = [];
    let upgrade: Promise<unknown> | undefined;
    let ended = false;
    socket.setReceiver({
      onData(chunk) {
        if (upgrade === undefined) upgrade = socket.startTls({ ca: authority.pem });
        else {
          kept.push(chunk);
          socket.write(NEXT);
        }
      },
      onEnd: () => (ended = true),
      onError: () => (ended = true),
      borrows: true,
    });
    socket.write(Buffer.from("STARTTLS\r\n"));
    await until(() => ended);
    await upgrade;
    expect(kept.map(text)).toEqual(["first", "lines"]);
    expect(socket.tls?.verified).toBe(true);
  });

  it("octets that wait before STARTTLS are an error", async () => {
    const socket = await dial((peer) => peer.write("220 go\r\n250 forged\r\n"));
    await until(() => socket.bytesAvailable > 0);
    expect(await codeOf(socket.startTls({ ca: authority.pem }))).toBe("ERR_SOCKET_TLS_LEFTOVER");
    expect(socket.closed || socket.error !== undefined).toBe(true);
  });

  it("silence ends the connection after idleTimeoutMs", async () => {
    const socket = await dial(oneByOne(["first"]), { idleTimeoutMs: 80 });
    const errors: SocketError[] = [];
    socket.setReceiver({ onData: () => {}, onEnd: () => {}, onError: (error) => errors.push(error) });
    await until(() => errors.length > 0);
    expect(errors[0]!.code).toBe("ERR_SOCKET_IDLE_TIMEOUT");
    expect(socket.bytesReceived).toBe(5);
  });

  it("a reset by the peer is told as an error", async () => {
    const socket = await dial((peer) => peer.once("data", () => peer.resetAndDestroy()));
    const { said } = keeper(socket);
    socket.write(NEXT);
    await until(() => said.length > 0);
    expect(said).toEqual(["ERR_SOCKET_RESET"]);
  });

  it("maxBytesPerSecond slows what is read", async () => {
    const socket = await dial((peer) => peer.end(Buffer.alloc(60_000)), { maxBytesPerSecond: 200_000 });
    const began = performance.now();
    let received = 0;
    let ended = false;
    socket.setReceiver({
      onData: (chunk) => (received += chunk.length),
      onEnd: () => (ended = true),
      onError: () => (ended = true),
      borrows: true,
    });
    await until(() => ended);
    expect(received).toBe(60_000);
    expect(performance.now() - began).toBeGreaterThan(150);
  });

  it("TLS from the first octet", async () => {
    const server = await plainServer((peer) => {
      const secure = new TLSSocket(peer, { isServer: true, cert: own.pem, key: own.key });
      secure.on("error", () => {});
      secure.write("hello");
    });
    servers.push(server);
    const tls = { ca: authority.pem };
    const socket = await connect({ host: "localhost", port: server.port, family: 4, lendReads: true, tls });
    sockets.push(socket);
    expect((await readBytes(socket, 5)).toString()).toBe("hello");
    expect(SocketError.is(socket.error)).toBe(false);
  });
});
