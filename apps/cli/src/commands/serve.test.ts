import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Conversation } from "../../test/conversation.js";
import { run } from "../run.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wirepost-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** `wirepost serve` in this process: its output, a way to wait for a line of it, and the signal that stops it. */
function serve(...flags: string[]) {
  const controller = new AbortController();
  let output = "";
  let wake = () => {};
  const write = (text: string) => {
    output += text;
    wake();
  };
  const ended = run(["serve", "--port", "0", ...flags], {
    stdin: Object.assign((async function* () {})(), { isTTY: false }),
    stdout: { write },
    stderr: { write },
    env: {},
    signal: controller.signal,
  });
  return {
    ended,
    stop: () => controller.abort("SIGTERM"),
    output: () => output,
    async line(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

async function deliver(port: number): Promise<void> {
  const client = await Conversation.open(port);
  await client.say("EHLO client.example");
  await client.deliver(
    "ann@example.com",
    ["bob@example.org"],
    "Subject: Hello\nFrom: ann@example.com\n\nThe text\n",
  );
  await client.say("QUIT");
  client.close();
}

describe("wirepost serve", () => {
  it("prints its port, a line for each message, the message, and stops with 0 on a signal", async () => {
    const server = serve("--tls", "none", "--show");
    const [, port] = await server.line(
      /Listening on smtp:\/\/127\.0\.0\.1:(\d+) \(no TLS, no login needed\)/,
    );
    await deliver(Number(port));
    server.stop();
    expect(await server.ended).toBe(0);
    expect(server.output()).toMatch(
      /^#1 {2}\d\d:\d\d:\d\d {2}ann@example\.com -> bob@example\.org {2}"Hello"/m,
    );
    expect(server.output()).toMatch(/^ {2}The text$/m);
    expect(server.output()).toMatch(/Closed after 1 message\n$/);
  });

  it("tells events as JSON, writes what arrives, and stops after so many", async () => {
    const server = serve(
      "--tls",
      "none",
      "--json",
      "--out",
      join(folder, "out"),
      "--format",
      "json",
      "--exit-after",
      "2",
    );
    const [line] = await server.line(/^.*\n/);
    const { event, host, port } = JSON.parse(line);
    expect({ event, host }).toEqual({ event: "listening", host: "127.0.0.1" });
    await deliver(port);
    await deliver(port);
    expect(await server.ended).toBe(0);
    const events = server
      .output()
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text));
    expect(events.map((one) => one.event)).toEqual(["listening", "message", "message", "closed"]);
    expect(events[1]).toMatchObject({ number: 1, subject: "Hello", envelope: { from: "ann@example.com" } });
    const files = await readdir(join(folder, "out"));
    expect(files).toHaveLength(2);
    expect(JSON.parse(await readFile(events[1].path, "utf8"))).toMatchObject({
      subject: "Hello",
      text: "The text\n\n",
    });
  });

  it("writes the authority for its clients", async () => {
    const server = serve("--ca-file", join(folder, "ca.pem"));
    const [, port] = await server.line(/:(\d+) \(STARTTLS offered/);
    const client = await Conversation.open(Number(port));
    await client.say("EHLO client.example");
    await client.startTls(await readFile(join(folder, "ca.pem"), "utf8"));
    expect(await client.say("EHLO client.example")).toMatch(/^250/);
    client.close();
    server.stop();
    expect(await server.ended).toBe(0);
  });

  it.each([
    { flags: ["--host", "192.0.2.1"], exit: 69, code: "ERR_CLI_LISTEN" },
    { flags: ["--out", "/dev/null/mail"], exit: 73, code: "ERR_CLI_CANNOT_CREATE" },
    { flags: ["--ca-file", "/dev/null/ca.pem"], exit: 73, code: "ERR_CLI_CANNOT_CREATE" },
    { flags: ["--cert", "/nowhere", "--key", "/nowhere"], exit: 66, code: "ERR_CLI_NO_INPUT" },
    { flags: ["--cert", "package.json", "--key", "package.json"], exit: 65, code: "ERR_CLI_CERTIFICATE" },
  ])("$flags: $exit", async ({ flags, exit, code }) => {
    const server = serve(...flags);
    expect(await server.ended).toBe(exit);
    expect(server.output()).toContain(code);
  });
});
