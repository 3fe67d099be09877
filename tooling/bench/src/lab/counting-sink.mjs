import { once } from "node:events";
import { join } from "node:path";
import { PROGRAMS } from "./paths.mjs";
import { start } from "./processes.mjs";

/** Our own sink in a process of its own; see programs/counting-sink.mjs for its options. */
export class CountingSink {
  static async start(options = {}) {
    const { core, ...rest } = options;
    const child = start(process.execPath, [join(PROGRAMS, "counting-sink.mjs"), JSON.stringify(rest)], {
      core,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const [{ port, ca }] = await once(child, "message");
    return new CountingSink(child, port, ca);
  }

  constructor(child, port, ca) {
    this.child = child;
    this.port = port;
    this.ca = ca;
  }

  async #ask(message) {
    const answer = once(this.child, "message");
    this.child.send(message);
    return (await answer)[0];
  }

  /** What arrived since the last `reset()`. */
  counts() {
    return this.#ask("counts");
  }

  reset() {
    return this.#ask("reset");
  }

  /** @throws when others arrived than were sent */
  async verify(messages) {
    let counts;
    for (let attempt = 0; attempt < 200; attempt++) {
      counts = await this.counts();
      if (counts.messages >= messages) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (counts.messages !== messages) {
      throw new Error(`${messages} messages were sent, the sink took ${counts.messages}`);
    }
    return counts;
  }

  async stop() {
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}
