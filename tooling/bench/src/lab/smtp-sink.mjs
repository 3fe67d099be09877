import { once } from "node:events";
import { closeSync, fstatSync, openSync, readSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { scratchFolder } from "./paths.mjs";
import { start } from "./processes.mjs";

/** A port that nobody listened on a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Postfix's C program that takes mail and forgets it. Its running counters tell how many messages it took. */
export class SmtpSink {
  static async start(tools, { core } = {}) {
    const port = await freePort();
    const file = join(scratchFolder("sinks"), `${process.pid}-${port}`);
    const output = openSync(file, "w+");
    const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
    const child = start(tools.sink, [...user, "-c", `127.0.0.1:${port}`, "1000"], {
      core,
      env: { ...process.env, ...tools.env },
      stdio: ["ignore", output, "inherit"],
    });
    const sink = new SmtpSink(child, port, output, file);
    await sink.#listening();
    return sink;
  }

  constructor(child, port, output, file) {
    this.child = child;
    this.port = port;
    this.output = output;
    this.file = file;
    this.expected = 0;
  }

  async #listening() {
    for (let attempt = 0; attempt < 100; attempt++) {
      const reached = await new Promise((resolve) => {
        const socket = connect(this.port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
        socket.once("data", () => socket.end("QUIT\r\n"));
      });
      if (reached) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("smtp-sink does not listen");
  }

  #messages() {
    const { size } = fstatSync(this.output);
    const tail = Buffer.alloc(Math.min(256, size));
    readSync(this.output, tail, 0, tail.length, size - tail.length);
    return Number(
      tail
        .toString("latin1")
        .match(/mesg=(\d+)/g)
        ?.at(-1)
        ?.slice(5) ?? 0,
    );
  }

  /** Waits until `count` more messages have arrived, and not one more. @throws when others arrived than were sent */
  async verify(count) {
    this.expected += count;
    let messages = 0;
    for (let attempt = 0; attempt < 200; attempt++) {
      messages = this.#messages();
      if (messages >= this.expected) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (messages !== this.expected) {
      throw new Error(`${this.expected} messages were sent, smtp-sink took ${messages}`);
    }
  }

  async stop() {
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
    closeSync(this.output);
    rmSync(this.file, { force: true });
  }
}
