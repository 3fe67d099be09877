import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import {
  client,
  clientContent,
  clientEnds,
  cuts,
  eachConnection,
  replay,
  resets,
  type Script,
  type ScriptedServer,
  type ScriptedServerOptions,
  scriptedServer,
  server,
  serverBytewise,
  serverInPieces,
  stalls,
  startsTls,
  testIdentities,
} from "./index.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function start(script: Script, options?: ScriptedServerOptions): Promise<ScriptedServer> {
  const started = await replay(script, options);
  open.push(started);
  return started;
}

/** A client as small as can be: writes, and collects text until something is there. */
class Caller {
  text = "";
  chunks: string[] = [];
  error: NodeJS.ErrnoException | undefined;
  ended = false;
  readonly closed: Promise<void>;
  #wake: () => void = () => {};

  constructor(readonly socket: Socket) {
    this.listen(socket);
    this.closed = new Promise((resolve) => socket.on("close", () => resolve()));
  }

  listen(socket: Socket): void {
    socket.on("data", (chunk) => {
      this.chunks.push(chunk.toString("latin1"));
      this.text += chunk.toString("latin1");
      this.#wake();
    });
    socket.on("error", (error) => {
      this.error = error;
    });
    socket.on("end", () => {
      this.ended = true;
      this.#wake();
    });
  }

  async until(mark: string): Promise<string> {
    while (!this.text.includes(mark)) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.text;
  }
}

function call(target: ScriptedServer): Caller {
  return new Caller(connect(target.port, target.host).setNoDelay(true));
}

describe("a transcript", () => {
  it("is played to a client that keeps to it", async () => {
    const target = await start([
      server("220 mx.example.test ESMTP\r\n"),
      client("EHLO client.example\r\n"),
      server("250 mx.example.test\r\n"),
      client(/^MAIL FROM:<.*>\r\n$/),
      server("250 ok\r\n"),
      client("QUIT\r\n"),
      server("221 bye\r\n"),
    ]);
    const caller = call(target);
    await caller.until("220");
    caller.socket.write("EHLO cli");
    caller.socket.write("ent.example\r\n");
    await caller.until("250 mx");
    caller.socket.write("MAIL FROM:<a@example.com>\r\nQUIT\r\n");
    await caller.closed;
    await target.finished();
    expect(caller.text).toBe("220 mx.example.test ESMTP\r\n250 mx.example.test\r\n250 ok\r\n221 bye\r\n");
    expect(target.connections[0]?.receivedText).toBe(
      "EHLO client.example\r\nMAIL FROM:<a@example.com>\r\nQUIT\r\n",
    );
  });

  const WRONG: { name: string; sent: string; end?: boolean; message: RegExp }[] = [
    {
      name: "other octets",
      sent: "EHLO other\r\n",
      message: /the client sent "EHLO other\\r\\n", expected "EHLO x/,
    },
    { name: "fewer octets", sent: "EHLO", end: true, message: /ended the connection after "EHLO", expected/ },
    {
      name: "more octets",
      sent: "EHLO x\r\nMAIL",
      message: /the script is over, but the client had sent "MAIL"/,
    },
  ];
  it.each(WRONG)("fails on $name and resets the connection", async ({ sent, end, message }) => {
    const target = await start([client("EHLO x\r\n")]);
    const caller = call(target);
    caller.socket.write(sent);
    if (end) caller.socket.end();
    await caller.closed;
    await expect(target.finished()).rejects.toThrow(message);
  });

  it("differs per connection", async () => {
    const target = await start(eachConnection([server("421 busy\r\n"), server("220 welcome\r\n")]));
    for (const greeting of ["421 busy\r\n", "220 welcome\r\n", "220 welcome\r\n"]) {
      const caller = call(target);
      await caller.closed;
      expect(caller.text).toBe(greeting);
    }
    expect(target.connections.map((peer) => peer.index)).toEqual([0, 1, 2]);
  });

  it("takes content up to the end of data", async () => {
    const target = await start([clientContent(), server("250 queued\r\n"), clientEnds()]);
    const caller = call(target);
    caller.socket.write("Subject: x\r\n\r\n..a\r\n.");
    caller.socket.write("\r\n");
    await caller.until("250");
    caller.socket.end();
    await caller.closed;
    await target.finished();
  });
});

describe("octets", () => {
  it("leave one by one", async () => {
    const target = await start([serverBytewise("220 a\r\n", { gapMs: 5 })]);
    const caller = call(target);
    await caller.closed;
    expect(caller.text).toBe("220 a\r\n");
    expect(caller.chunks.length).toBeGreaterThan(1);
  });

  it("leave in pieces cut where the test says", async () => {
    const target = await start([serverInPieces("220 abcdef\r\n", [4, 7], { gapMs: 20 })]);
    const caller = call(target);
    await caller.closed;
    expect(caller.chunks).toEqual(["220 ", "abc", "def\r\n"]);
  });

  it("are recorded per segment", async () => {
    const target = await start([client("ab"), server("1"), client("cd"), server("2")]);
    const caller = call(target);
    caller.socket.write("ab");
    await caller.until("1");
    caller.socket.write("cd");
    await caller.closed;
    const segments = target.connections[0]?.segments ?? [];
    expect(segments.map((segment) => Buffer.from(segment.octets).toString())).toEqual(["ab", "cd"]);
    expect(segments.every((segment) => !segment.tls && segment.atMs >= 0)).toBe(true);
  });

  it("flood with back-pressure and stop when the client leaves", async () => {
    let written = 0;
    const target = await start(async (peer) => {
      written = await peer.flood("250-x\r\n", 1_000_000_000);
    });
    const caller = call(target);
    await caller.until("250-x");
    caller.socket.destroy();
    await target.finished();
    expect(written).toBeLessThan(1_000_000_000);
  });

  it("drip until the client leaves", async () => {
    const target = await start((peer) => peer.drip("250-x\r\n", 5));
    const caller = call(target);
    await caller.until("250-x\r\n250-x\r\n");
    caller.socket.destroy();
    await target.finished();
  });
});

describe("an end", () => {
  it("by FIN is an orderly end for the client", async () => {
    const target = await start([server("220 a\r\n"), cuts()]);
    const caller = call(target);
    await caller.closed;
    expect([caller.ended, caller.error]).toEqual([true, undefined]);
  });

  it("by RST is an error for the client", async () => {
    const target = await start([client("x"), resets()]);
    const caller = call(target);
    caller.socket.write("x");
    await caller.closed;
    expect(caller.error?.code).toBe("ECONNRESET");
  });

  it.each([
    { name: "the client's FIN", act: (socket: Socket) => socket.end(), ending: "client-end" },
    { name: "the client's RST", act: (socket: Socket) => socket.resetAndDestroy(), ending: "client-reset" },
  ])("by $name is told", async ({ act, ending }) => {
    const target = await start([server("220 a\r\n"), clientEnds()]);
    const caller = call(target);
    await caller.until("220");
    act(caller.socket);
    expect(await target.connections[0]?.closed).toBe(ending);
  });

  it("of the whole server drops what stalls", async () => {
    const target = await start([stalls()]);
    const caller = call(target);
    await target.connection(0);
    await target.close();
    await caller.closed;
    expect(target.failures).toEqual([]);
  });
});

describe("TLS", () => {
  async function upgraded(target: ScriptedServer): Promise<Caller> {
    const { ca } = await testIdentities();
    const caller = call(target);
    await caller.until("220 go");
    caller.socket.removeAllListeners("data");
    const secure = connectTls({ socket: caller.socket, ca, servername: "localhost" });
    caller.listen(secure);
    caller.text = "";
    await new Promise<void>((resolve, reject) => secure.once("secureConnect", resolve).once("error", reject));
    Object.defineProperty(caller, "socket", { value: secure });
    return caller;
  }

  it("starts in the middle of a transcript", async () => {
    const { good } = await testIdentities();
    const target = await start([
      server("220 go\r\n"),
      startsTls(good),
      client("EHLO x\r\n"),
      server("250 ok\r\n"),
      clientEnds(),
    ]);
    const caller = await upgraded(target);
    caller.socket.write("EHLO x\r\n");
    await caller.until("250 ok");
    caller.socket.end();
    await caller.closed;
    await target.finished();
    expect(target.connections[0]?.segments.map((segment) => segment.tls)).toEqual([true]);
  });

  it.each([
    { name: "a cut without close_notify", step: cuts(), code: undefined },
    { name: "a reset", step: resets(), code: "ECONNRESET" },
  ])("can end by $name", async ({ step, code }) => {
    const { good } = await testIdentities();
    const target = await start([server("220 go\r\n"), startsTls(good), client("x"), step]);
    const caller = await upgraded(target);
    caller.socket.write("x");
    await caller.closed;
    expect(caller.error?.code).toBe(code);
    await target.finished();
  });

  it("may come first (implicit)", async () => {
    const { good, ca } = await testIdentities();
    const target = await start([server("220 secure\r\n")], { tls: good });
    const caller = new Caller(connectTls({ host: target.host, port: target.port, ca }));
    await caller.until("220 secure");
    await caller.closed;
    await target.finished();
  });

  it("reports a client that does not trust it", async () => {
    const { selfSigned, ca } = await testIdentities();
    const target = await start([server("220 secure\r\n")], { tls: selfSigned });
    const caller = new Caller(connectTls({ host: target.host, port: target.port, ca }));
    await caller.closed;
    expect(caller.error?.code).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
    expect(caller.text).toBe("");
  });

  it("takes octets that came too early into the handshake, which then fails", async () => {
    const { good } = await testIdentities();
    const target = await start([client("STARTTLS\r\n"), server("220 go\r\n"), startsTls(good)]);
    const caller = call(target);
    caller.socket.write("STARTTLS\r\nEHLO injected\r\n");
    await caller.closed;
    await expect(target.finished()).rejects.toThrow();
  });
});

it("a script is any function over the peer", async () => {
  const target = await scriptedServer(async (peer) => {
    await peer.send("220 x\r\n");
    const line = await peer.line();
    await peer.send(`250 you said ${line}\r\n`);
    await peer.drain();
  });
  open.push(target);
  const caller = call(target);
  caller.socket.write("HELO there\r\nmore");
  await caller.until("you said HELO there");
  caller.socket.end();
  await caller.closed;
  await target.finished();
});
