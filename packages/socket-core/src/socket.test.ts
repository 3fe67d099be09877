import { createServer, connect as rawConnect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { codeOf, plainServer, readBytes, rejection, type TestServer, until } from "../test/servers.js";
import { connect, type Socket, SocketError, type SocketReceiver } from "./index.js";

const servers: TestServer[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function dial(onConnection: Parameters<typeof plainServer>[0], options: object = {}): Promise<Socket> {
  const server = await plainServer(onConnection, true);
  servers.push(server);
  const socket = await connect({ host: "127.0.0.1", port: server.port, ...options });
  sockets.push(socket);
  return socket;
}

class Recorder implements SocketReceiver {
  readonly events: string[] = [];
  #text = "";
  onData(chunk: Uint8Array): void {
    this.#text += Buffer.from(chunk).toString();
    if (this.events.at(-1)?.startsWith("data ")) this.events.pop();
    this.events.push(`data ${this.#text}`);
  }
  onEnd(): void {
    this.events.push("end");
  }
  onError(error: SocketError): void {
    this.events.push(error.code);
  }
  onClose(): void {
    this.events.push("close");
  }
  onDrain(): void {
    this.events.push("drain");
  }
}

describe("receiving", () => {
  it("keeps what came before a receiver was set, the end too", async () => {
    const socket = await dial((peer) => peer.end("220 hello\r\n"));
    await until(() => socket.ended);
    const recorder = new Recorder();
    socket.setReceiver(recorder);
    await until(() => recorder.events.includes("close"));
    expect(recorder.events).toEqual(["data 220 hello\r\n", "end", "close"]);
    expect(socket.bytesReceived).toBe(11);
  });

  it("delivers in the turn in which octets arrive, to the receiver of that moment", async () => {
    const socket = await dial((peer) => peer.on("data", (data) => peer.write(data)));
    const first = new Recorder();
    const second = new Recorder();
    socket.setReceiver({
      ...bound(first),
      onData: (chunk) => {
        first.onData(chunk);
        socket.setReceiver(second);
        socket.write(Buffer.from("two"));
      },
    });
    socket.write(Buffer.from("one"));
    await until(() => second.events.length > 0);
    expect([first.events, second.events]).toEqual([["data one"], ["data two"]]);
  });

  it("pause holds octets back, resume lets them pass", async () => {
    const socket = await dial((peer) => peer.end("abc"));
    const recorder = new Recorder();
    socket.pause();
    socket.setReceiver(recorder);
    await until(() => socket.bytesAvailable === 3);
    expect(recorder.events).toEqual([]);
    socket.resume();
    await until(() => recorder.events.includes("close"));
    expect(recorder.events).toEqual(["data abc", "end", "close"]);
  });

  it("an unread flood is not kept without limit", async () => {
    let sent = 0;
    const socket = await dial((peer) => {
      const block = Buffer.alloc(65_536);
      const more = (): void => {
        while (sent < 64 * 1024 * 1024 && peer.write(block)) sent += block.length;
      };
      peer.on("drain", more);
      more();
    });
    await until(() => socket.bytesAvailable >= 65_536);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(socket.bytesAvailable).toBeLessThan(1024 * 1024);
  });
});

function bound(recorder: Recorder): SocketReceiver {
  return {
    onData: (chunk) => recorder.onData(chunk),
    onEnd: () => recorder.onEnd(),
    onError: (error) => recorder.onError(error),
    onClose: () => recorder.onClose(),
  };
}

describe("read()", () => {
  it("gives octets, then null for ever", async () => {
    const socket = await dial((peer) => peer.end("hello"));
    expect((await readBytes(socket, 5)).toString()).toBe("hello");
    expect(await socket.read()).toBeNull();
    expect(await socket.read()).toBeNull();
  });

  it("rejects with what ended the connection", async () => {
    const socket = await dial((peer) => peer.on("data", () => peer.resetAndDestroy()));
    socket.write(Buffer.from("x"));
    const error = (await rejection(socket.read())) as SocketError;
    expect(error).toMatchObject({ code: "ERR_SOCKET_RESET", errno: "ECONNRESET", winsockNumber: 10054 });
    expect(socket.error).toBe(error);
  });

  it("is refused beside another reader", async () => {
    const socket = await dial(() => {});
    const waiting = socket.read();
    expect(await codeOf(socket.read())).toBe("ERR_SOCKET_WRONG_STATE");
    expect(() => socket.setReceiver(new Recorder())).toThrow(SocketError);
    socket.destroy();
    expect(await waiting).toBeNull();
  });
});

describe("ending", () => {
  it("destroy() never throws and tells once", async () => {
    const socket = await dial(() => {});
    const recorder = new Recorder();
    socket.setReceiver(recorder);
    socket.destroy();
    socket.destroy(new Error("late"));
    socket.reset();
    await socket.close();
    await until(() => recorder.events.length > 0);
    expect(recorder.events).toEqual(["close"]);
    expect(socket.write(Buffer.from("x"))).toBe(false);
  });

  it("destroy(error) reports that error", async () => {
    const socket = await dial(() => {});
    const recorder = new Recorder();
    socket.setReceiver(recorder);
    socket.destroy(new SocketError("ERR_SOCKET_ABORTED"));
    await until(() => recorder.events.includes("close"));
    expect(recorder.events).toEqual(["ERR_SOCKET_ABORTED", "close"]);
  });

  it("half-close: end() lets the peer answer", async () => {
    const socket = await dial((peer) => {
      const seen: Buffer[] = [];
      peer.on("data", (data) => seen.push(data));
      peer.on("end", () => peer.end(`got ${Buffer.concat(seen).toString()}`));
    });
    socket.write(Buffer.from("all"));
    socket.end();
    expect(socket.writable).toBe(false);
    expect((await readBytes(socket, 100)).toString()).toBe("got all");
  });

  it("close() sends what waits, and ends although the peer does not close", async () => {
    let received = 0;
    const socket = await dial((peer) => peer.on("data", (data) => (received += data.length)), {
      closeTimeoutMs: 200,
    });
    const octets = Buffer.alloc(3_000_000);
    socket.write(octets);
    await socket.close();
    expect(received).toBe(octets.length);
    expect(socket.bytesSent).toBe(octets.length);
  });

  it("reset() is a reset for the peer", async () => {
    const errors: unknown[] = [];
    const socket = await dial((peer) =>
      peer.on("error", (error) => errors.push((error as { code?: string }).code)).resume(),
    );
    socket.write(Buffer.from("x"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.reset();
    await until(() => errors.length > 0);
    expect(errors).toEqual(["ECONNRESET"]);
  });

  it("octets written after the end are not sent and not an accident", async () => {
    const socket = await dial(() => {});
    socket.end();
    let done = 0;
    expect(socket.write(Buffer.from("x"), () => done++)).toBe(false);
    await until(() => done === 1);
    expect(socket.error).toBeUndefined();
  });
});

describe("back-pressure", () => {
  it("R12: write() says stop, bytesLeftToSend tells how much waits, onDrain says go; the idle timeout ends it", async () => {
    const socket = await dial((peer) => peer.pause(), { idleTimeoutMs: 300 });
    const recorder = new Recorder();
    socket.setReceiver(recorder);
    const block = Buffer.alloc(1024 * 1024);
    let writes = 0;
    while (socket.write(block) && writes < 64) writes++;
    socket.write(block.subarray(0, 16 * 1024 * 1024));
    expect(socket.bytesLeftToSend).toBeGreaterThan(0);
    await until(() => recorder.events.includes("close"));
    expect(recorder.events).toEqual(["ERR_SOCKET_IDLE_TIMEOUT", "close"]);
  });

  it("onDrain comes when the peer reads again", async () => {
    const socket = await dial((peer) => setTimeout(() => peer.resume(), 50));
    const recorder = new Recorder();
    socket.setReceiver(recorder);
    const block = Buffer.alloc(4 * 1024 * 1024);
    while (socket.write(block));
    await until(() => recorder.events.includes("drain"));
    expect(socket.bytesLeftToSend).toBe(0);
  });

  it("done is called once per write, also when the socket dies", async () => {
    const socket = await dial((peer) => peer.pause());
    let done = 0;
    for (let index = 0; index < 20; index++) socket.write(Buffer.alloc(1024 * 1024), () => done++);
    socket.destroy();
    await until(() => done === 20);
    expect(done).toBe(20);
  });
});

describe("limits of time and rate", () => {
  it("totalTimeoutMs ends a busy connection", async () => {
    const socket = await dial((peer) => setInterval(() => peer.write("x"), 10).unref(), {
      totalTimeoutMs: 100,
    });
    const recorder = new Recorder();
    socket.setReceiver(recorder);
    await until(() => recorder.events.includes("close"));
    expect(recorder.events.at(-2)).toBe("ERR_SOCKET_TOTAL_TIMEOUT");
  });

  it("maxBytesPerSecond slows both directions and loses nothing", async () => {
    const socket = await dial((peer) => peer.pipe(peer), { maxBytesPerSecond: 200_000 });
    const octets = Buffer.from(Array.from({ length: 60_000 }, (_, index) => index & 0xff));
    const begin = performance.now();
    socket.write(octets);
    expect(socket.bytesLeftToSend).toBeGreaterThan(0);
    const back = await readBytes(socket, octets.length);
    expect(back.equals(octets)).toBe(true);
    expect(performance.now() - begin).toBeGreaterThan(200);
  });

  it("maxBytesPerSecond counts each octet once, given at first or later", async () => {
    const listeners: number[] = [];
    for (const atFirst of [true, false]) {
      const server = await plainServer(() => {});
      servers.push(server);
      const raw = rawConnect(server.port, "127.0.0.1");
      const socket = await connect({ socket: raw, ...(atFirst ? { maxBytesPerSecond: 1000 } : {}) });
      sockets.push(socket);
      if (!atFirst) socket.setMaxBytesPerSecond(1000);
      listeners.push(raw.listenerCount("data"));
    }
    expect(listeners).toEqual([2, 2]);
  });

  it("maxBytesPerSecond makes a fast sender wait, pushed or pulled", async () => {
    for (const pull of [true, false]) {
      const socket = await dial((peer) => peer.end(Buffer.alloc(500_000)), { maxBytesPerSecond: 1_000_000 });
      const begin = performance.now();
      let received = 0;
      if (pull) received = (await readBytes(socket, 500_000)).length;
      else {
        socket.setReceiver({ onData: (chunk) => (received += chunk.length), onEnd() {}, onError() {} });
        await until(() => received === 500_000);
      }
      await socket.close();
      expect(received).toBe(500_000);
      expect(performance.now() - begin).toBeGreaterThan(200);
    }
  });
});

describe("connecting", () => {
  const BAD: { name: string; options: object; code: string }[] = [
    { name: "port 0", options: { host: "localhost", port: 0 }, code: "ERR_SOCKET_BAD_PORT" },
    { name: "port 70000", options: { host: "localhost", port: 70_000 }, code: "ERR_SOCKET_BAD_PORT" },
    { name: "port as text", options: { host: "localhost", port: "25" }, code: "ERR_SOCKET_BAD_PORT" },
    { name: "no port", options: { host: "localhost" }, code: "ERR_SOCKET_BAD_PORT" },
    { name: "empty host", options: { host: "", port: 25 }, code: "ERR_SOCKET_BAD_HOST" },
    { name: "no host", options: { port: 25 }, code: "ERR_SOCKET_BAD_HOST" },
    { name: "host with a line break", options: { host: "a\r\nb", port: 25 }, code: "ERR_SOCKET_BAD_HOST" },
    { name: "host with NUL", options: { host: "a\0b", port: 25 }, code: "ERR_SOCKET_BAD_HOST" },
    {
      name: "host that is an odd address",
      options: { host: "127.1", port: 25 },
      code: "ERR_SOCKET_BAD_HOST",
    },
    { name: "host with a path", options: { host: "a/b", port: 25 }, code: "ERR_SOCKET_BAD_HOST" },
    {
      name: "unknown option",
      options: { host: "a", port: 25, secure: true },
      code: "ERR_SOCKET_UNKNOWN_OPTION",
    },
    { name: "family 5", options: { host: "a", port: 25, family: 5 }, code: "ERR_SOCKET_BAD_OPTION" },
    {
      name: "negative timeout",
      options: { host: "a", port: 25, connectTimeoutMs: -1 },
      code: "ERR_SOCKET_BAD_OPTION",
    },
    { name: "path and host", options: { host: "a", port: 25, path: "/x" }, code: "ERR_SOCKET_BAD_OPTION" },
    {
      name: "a path that is not there",
      options: { path: "/nonexistent/x.sock" },
      code: "ERR_SOCKET_NO_SUCH_PATH",
    },
    {
      name: "a local address that is not ours",
      options: { host: "127.0.0.1", port: 25, localAddress: "192.0.2.1" },
      code: "ERR_SOCKET_ADDRESS_NOT_AVAILABLE",
    },
    {
      name: "an interface that is not there",
      options: { host: "127.0.0.1", port: 25, networkInterface: "nope0" },
      code: "ERR_SOCKET_ADDRESS_NOT_AVAILABLE",
    },
    {
      name: "the wrong family for an address",
      options: { host: "127.0.0.1", port: 25, family: 6 },
      code: "ERR_SOCKET_FAMILY_UNSUPPORTED",
    },
    {
      name: "tls with an unknown option",
      options: { host: "127.0.0.1", port: 25, tls: { rejectUnauthorised: false } },
      code: "ERR_SOCKET_UNKNOWN_OPTION",
    },
  ];
  it.each(BAD)("$name", async ({ options, code }) => {
    expect(await codeOf(connect(options as never))).toBe(code);
  });

  it("a refused port has the numbers of every system", async () => {
    const server = await plainServer(() => {});
    await server.close();
    const error = (await rejection(connect({ host: "127.0.0.1", port: server.port }))) as SocketError;
    expect(error).toMatchObject({
      code: "ERR_SOCKET_REFUSED",
      errno: "ECONNREFUSED",
      winsockNumber: 10061,
      phase: "connect",
      target: `127.0.0.1:${server.port}`,
    });
    expect(error.platformNumber).toBeGreaterThan(0);
  });

  it("a lookup function is used, its errors are mapped", async () => {
    const server = await plainServer((peer) => peer.end("hi"));
    servers.push(server);
    const steps: unknown[] = [];
    const socket = await connect({
      host: "Mail.Example.",
      port: server.port,
      lookup: (host, options, done) => {
        steps.push(host, options.family);
        done(null, [{ address: "127.0.0.1", family: 4 }]);
      },
      onProgress: (step) => steps.push(step.step),
    });
    expect(steps).toEqual(["mail.example", 0, "resolved", "connected"]);
    expect((await readBytes(socket, 2)).toString()).toBe("hi");
    socket.destroy();
    for (const [code, expected] of [
      ["ENOTFOUND", "ERR_SOCKET_HOST_NOT_FOUND"],
      ["EAI_AGAIN", "ERR_SOCKET_RESOLVE_TRY_AGAIN"],
      ["ENODATA", "ERR_SOCKET_HOST_NO_ADDRESS"],
    ]) {
      const failing = connect({
        host: "mail.example",
        port: 25,
        lookup: (_host, _options, done) => done(Object.assign(new Error("no"), { code }), []),
      });
      const error = (await rejection(failing)) as SocketError;
      expect([error.code, error.phase]).toEqual([expected, "resolve"]);
    }
  });

  it("goes on to the next address when one refuses, and overlaps families", async () => {
    const server = await plainServer((peer) => peer.end("hi"));
    servers.push(server);
    const socket = await connect({
      host: "mail.example",
      port: server.port,
      attemptDelayMs: 20,
      lookup: (_host, _options, done) =>
        done(null, [
          { address: "127.0.0.2", family: 4 },
          { address: "::1", family: 6 },
          { address: "127.0.0.1", family: 4 },
        ]),
    });
    expect(socket.remoteAddress).toBe("127.0.0.1");
    socket.destroy();
  });

  it("preferFamily chooses who goes first", async () => {
    const server = await plainServer((peer) => peer.end("hi"));
    servers.push(server);
    for (const preferFamily of [4, 6] as const) {
      const tried: unknown[] = [];
      const socket = await connect({
        host: "mail.example",
        port: server.port,
        preferFamily,
        lookup: (_host, _options, done) =>
          done(null, [
            { address: "2001:db8::1", family: 6 },
            { address: "127.0.0.1", family: 4 },
          ]),
        onProgress: (step) => tried.push(step.addresses?.[0]),
      });
      expect(tried).toEqual([preferFamily === 4 ? "127.0.0.1" : "2001:db8::1", "127.0.0.1"]);
      socket.destroy();
    }
  });

  it("R11: silence ends at the deadline, with the step in the error", async () => {
    const silent = connect({ host: "mail.example", port: 25, connectTimeoutMs: 30, lookup: () => {} });
    expect(await rejection(silent)).toMatchObject({ code: "ERR_SOCKET_CONNECT_TIMEOUT", phase: "resolve" });
  });

  it("a signal ends it, before and in the middle", async () => {
    const before = connect({ host: "127.0.0.1", port: 25, signal: AbortSignal.abort("why") });
    expect(await rejection(before)).toMatchObject({
      code: "ERR_SOCKET_ABORTED",
      cause: "why",
      winsockNumber: 10004,
    });
    const controller = new AbortController();
    const middle = connect({
      host: "mail.example",
      port: 25,
      signal: controller.signal,
      lookup: () => controller.abort(),
    });
    expect(await codeOf(middle)).toBe("ERR_SOCKET_ABORTED");
  });

  it("binds the local port", async () => {
    const server = await plainServer(() => {});
    servers.push(server);
    const free = await plainServer(() => {});
    await free.close();
    const socket = await connect({
      host: "127.0.0.1",
      port: server.port,
      localAddress: "127.0.0.1",
      localPort: free.port,
    });
    expect([socket.localAddress, socket.localPort]).toEqual(["127.0.0.1", free.port]);
    socket.destroy();
  });

  it("a unix socket", async () => {
    const path = join(tmpdir(), `wirepost-${process.pid}-${Date.now()}.sock`);
    const server = createServer((peer) => peer.end("unix"));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const socket = await connect({ path });
    expect((await readBytes(socket, 4)).toString()).toBe("unix");
    socket.destroy();
    server.close();
  });

  it("a socket of the caller, connecting or connected", async () => {
    const server = await plainServer((peer) => peer.end("mine"));
    servers.push(server);
    const raw = rawConnect(server.port, "127.0.0.1");
    const socket = await connect({ socket: raw });
    expect((await readBytes(socket, 4)).toString()).toBe("mine");
    socket.destroy();
    await until(() => raw.destroyed);
    expect(await codeOf(connect({ socket: raw }))).toBe("ERR_SOCKET_NOT_CONNECTED");
    expect(await codeOf(connect({ socket: rawConnect(1, "127.0.0.1") }))).toBe("ERR_SOCKET_REFUSED");
  });
});
