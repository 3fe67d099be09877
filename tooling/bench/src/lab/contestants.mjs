// Who is measured, under one small interface: open, send so many, close.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FROM, rawMessage, TO } from "../clients/messages.mjs";
import { PROGRAMS, scratchFolder } from "./paths.mjs";
import { ClientProcess, has, timed } from "./processes.mjs";

/** A program that is started anew for each run. Its start counts; runs are long enough for that not to matter. */
export class Program {
  constructor(run) {
    this.run = run;
  }
  async open(job) {
    this.job = job;
  }
  async send(count) {
    const { seconds, cpuSeconds } = await this.run(this.job, count);
    return { seconds, cpuSeconds };
  }
  async close() {}
  async end() {}
}

export function smtpSource(tools, options) {
  return new Program(({ port, connections = 1, bytes = 2048 }, count) =>
    timed(
      tools.source,
      [
        ...["-d", "-l", String(bytes), "-m", String(count), "-s", String(connections)],
        ...["-f", FROM, "-t", TO, "-M", "bench.example", `127.0.0.1:${port}`],
      ],
      { ...options, env: tools.env },
    ),
  );
}

function messageFile(bytes) {
  const file = join(scratchFolder("messages"), `${bytes}.eml`);
  writeFileSync(file, rawMessage(bytes));
  return file;
}

/** libcurl by way of its command: one transfer a URL, all over one connection. */
export function libcurl(options) {
  if (!has("curl")) return undefined;
  return new Program(({ port, bytes = 2048 }, count) =>
    timed(
      "curl",
      [
        ...["-sS", "--fail-early", "--mail-from", FROM, "--mail-rcpt", TO, "-T", messageFile(bytes)],
        `smtp://127.0.0.1:${port}/[1-${count}]`,
      ],
      options,
    ),
  );
}

export function smtplib(options) {
  if (!has("python3")) return undefined;
  return new Program(({ port, bytes = 2048 }, count) =>
    timed(
      "python3",
      ["-I", join(PROGRAMS, "smtplib-send.py"), String(port), String(count), messageFile(bytes)],
      options,
    ),
  );
}

export function client(name, options) {
  return ClientProcess.start(name, options);
}
