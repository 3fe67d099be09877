import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  type Accident,
  cuttingRelay,
  delayingRelay,
  eachConnection,
  type Script,
  type ScriptedServer,
  scriptedServer,
} from "./index.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function keep<T extends { close(): Promise<void> }>(made: Promise<T>): Promise<T> {
  const one = await made;
  open.push(one);
  return one;
}

/** Answers each line with the same line, after a greeting. */
const echo: Script = async (peer) => {
  await peer.send("hello\n");
  for (;;) {
    const line = await peer.until("\n");
    await peer.send(line);
    if (Buffer.from(line).toString() === "bye\n") return;
  }
};

interface Heard {
  text: string;
  how: "end" | "reset" | "open";
  atMs: number[];
}

/** Connects, says everything at once, and listens until the end or until nothing came for a while. */
async function listen(port: number, say: string, quietMs = 150): Promise<Heard> {
  const started = performance.now();
  const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const heard: Heard = { text: "", how: "open", atMs: [] };
  socket.write(say);
  return new Promise((resolve) => {
    let timer = setTimeout(() => resolve(heard), quietMs);
    socket.on("data", (chunk) => {
      heard.text += chunk.toString("latin1");
      heard.atMs.push(performance.now() - started);
      clearTimeout(timer);
      timer = setTimeout(() => resolve(heard), quietMs);
    });
    socket.on("end", () => {
      heard.how = "end";
    });
    socket.on("error", () => {
      heard.how = "reset";
    });
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(heard);
    });
  }).then((result) => {
    socket.destroy();
    return result as Heard;
  });
}

describe("distance", () => {
  it("is added each way, order and ends are kept", async () => {
    const server = await keep(scriptedServer(echo));
    const relay = await keep(delayingRelay(server, { roundTripMs: 40 }));
    const heard = await listen(relay.port, "one\ntwo\nbye\n", 1_000);
    expect(heard).toMatchObject({ text: "hello\none\ntwo\nbye\n", how: "end" });
    // Three packets of TCP and the greeting's way back: two round trips. An upper bound would test the machine.
    expect(heard.atMs[0]).toBeGreaterThan(75);
    expect(Buffer.from(relay.seen("to-server")).toString()).toBe("one\ntwo\nbye\n");
    expect(Buffer.from(relay.seen("to-client")).toString()).toBe("hello\none\ntwo\nbye\n");
  });

  it("does not lose octets of a long stream", async () => {
    const size = 3_000_000;
    const server = await keep(
      scriptedServer(async (peer) => {
        await peer.read(size);
        await peer.flood("x", size);
      }),
    );
    const relay = await keep(delayingRelay(server, { roundTripMs: 4, handshake: false, record: false }));
    const heard = await listen(relay.port, "y".repeat(size), 2_000);
    await server.finished();
    expect(heard.how).toBe("end");
    expect(heard.text.length).toBeGreaterThanOrEqual(size);
    expect(relay.seen("to-client").length).toBe(0);
  });
});

describe("an accident", () => {
  const run = async (accident: Accident): Promise<Heard & { server: ScriptedServer }> => {
    const server = await keep(scriptedServer(echo));
    const relay = await keep(cuttingRelay(server, accident));
    const heard = await listen(relay.port, "one\ntwo\nbye\n");
    await relay.happened;
    if (accident.action !== "stall") await server.connections[0]?.closed;
    return { ...heard, server };
  };

  it.each([0, 1, 6, 9])("after %i octets to the client: fin", async (afterBytes) => {
    const { text, how } = await run({ direction: "to-client", afterBytes, action: "fin" });
    expect([text, how]).toEqual(["hello\none\ntwo\nbye\n".slice(0, afterBytes), "end"]);
  });

  it.each([0, 1, 4, 5])("after %i octets to the server: fin", async (afterBytes) => {
    const { server, how } = await run({ direction: "to-server", afterBytes, action: "fin" });
    expect([server.connections[0]?.receivedText, how]).toEqual([
      "one\ntwo\nbye\n".slice(0, afterBytes),
      "end",
    ]);
  });

  it.each([0, 3])("after %i octets to the client: reset", async (afterBytes) => {
    const { how } = await run({ direction: "to-client", afterBytes, action: "reset" });
    expect(how).toBe("reset");
  });

  it("after some octets to the client: stall", async () => {
    const { text, how } = await run({ direction: "to-client", afterBytes: 3, action: "stall" });
    expect([text, how]).toEqual(["hel", "open"]);
  });

  it("after some octets: garble, once", async () => {
    const accident = { direction: "to-client", afterBytes: 2, action: "garble", garble: () => 0x23 } as const;
    const { text, how } = await run({ ...accident, garbleBytes: 3 });
    expect([text, how]).toEqual(["he###\none\ntwo\nbye\n", "end"]);
  });

  it("may be for one connection only", async () => {
    const server = await keep(scriptedServer(eachConnection([echo])));
    const relay = await keep(
      cuttingRelay(server, (connection) =>
        connection === 1 ? { direction: "to-client", afterBytes: 2, action: "fin" } : undefined,
      ),
    );
    const texts: string[] = [];
    for (let i = 0; i < 3; i++) texts.push((await listen(relay.port, "bye\n")).text);
    expect(texts).toEqual(["hello\nbye\n", "he", "hello\nbye\n"]);
    expect(relay.connectionCount).toBe(3);
  });
});
