import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SmtpClient } from "@wirepost/smtp-client";
import { recordingServer, testIdentities } from "@wirepost/test-server";
import { describe, expect, it } from "vitest";
import { parseTranscript, WIRETAP_ERRORS } from "../src/index.js";
import { EXIT_CODES, run } from "../src/run.js";
import { track } from "./tap.js";

const README = await readFile(new URL("../README.md", import.meta.url), "utf8");

/** The command with its outputs as text; `ready` resolves with the port it listens on. */
function command(argv: readonly string[], isTTY = false) {
  const text = { out: "", err: "" };
  const controller = new AbortController();
  let listening: (port: number) => void = () => {};
  const ready = new Promise<number>((resolve) => {
    listening = resolve;
  });
  const done = run(argv, {
    stdout: {
      isTTY,
      write: (more) => {
        text.out += more;
        const port = /^Listening on \S+:(\d+) /.exec(text.out)?.[1];
        if (port !== undefined) listening(Number(port));
      },
    },
    stderr: {
      write: (more) => {
        text.err += more;
      },
    },
    env: {},
    signal: controller.signal,
  });
  return { text, ready, done, stop: () => controller.abort() };
}

describe("wiretap", () => {
  it("shows and records a conversation, and stops after it", async () => {
    const { good } = await testIdentities();
    const folder = await mkdtemp(join(tmpdir(), "wiretap-"));
    const file = (name: string) => join(folder, name);
    const server = track(await recordingServer({ tls: good, users: { ann: "s3cr3t-pass" } }));
    const { writeFile } = await import("node:fs/promises");
    await writeFile(file("server.pem"), good.ca);
    const running = command([
      ...["--listen", "0", "--ca-file", file("ca.pem"), "--server-ca", file("server.pem")],
      ...[
        "--record",
        file("tapes"),
        "--name",
        "mail.example.test",
        "--exit-after",
        "1",
        `localhost:${server.port}`,
      ],
    ]);
    const port = await running.ready;
    const client = track(
      new SmtpClient({
        host: "localhost",
        port,
        tls: {
          policy: "required",
          ca: await readFile(file("ca.pem"), "utf8"),
          servername: "mail.example.test",
        },
        auth: { username: "ann", password: "s3cr3t-pass" },
      }),
    );
    await client.send({ from: "ann@example.com", to: ["bob@example.org"], text: "Hello" });
    await client.close();
    expect(await running.done).toBe(EXIT_CODES.ok);
    expect(running.text.err).toBe("");
    expect(running.text.out).toContain(`Clients can verify this proxy with ${file("ca.pem")}\n`);
    expect(running.text.out).toMatch(/^#1 +\d+\.\d C: <redacted>$/m);
    expect(running.text.out).toMatch(/^#1 +\d+\.\d C= (?:DATA|BDAT) \d+ lines, \d+ octets/m);
    expect(running.text.out).not.toContain("Hello");
    const [name] = await readdir(file("tapes"));
    expect(parseTranscript(await readFile(join(file("tapes"), name!), "utf8")).at(-1)?.text).toMatch(
      /ended$/,
    );
    await rm(folder, { recursive: true });
  });

  it("colours on a terminal", async () => {
    const server = track(await recordingServer());
    const running = command(
      ["--listen", "127.0.0.1:0", "--server-tls", "none", "--tls", "none", `smtp://127.0.0.1:${server.port}`],
      true,
    );
    const client = track(new SmtpClient({ host: "127.0.0.1", port: await running.ready, tls: "none" }));
    await client.send({ from: "ann@example.com", to: ["bob@example.org"], text: "Hello" });
    await client.close();
    running.stop();
    expect(await running.done).toBe(EXIT_CODES.ok);
    expect(running.text.out).toContain("\u001b[32m");
  });

  it.each([
    ["no server", []],
    ["a server that is none", ["ann:secret@mail.example"]],
    ["a flag that is none", ["--what", "mail.example"]],
    ["a mode that is none", ["--tls", "maybe", "mail.example"]],
    ["a contradiction", ["--server-tls", "none", "smtps://mail.example"]],
    ["an authority without TLS", ["--tls", "none", "--ca-file", "ca.pem", "mail.example"]],
    ["a number that is none", ["--exit-after", "0", "mail.example"]],
    ["a port that is none", ["--listen", "99999", "mail.example"]],
  ])("%s is a usage error", async (_, argv) => {
    const running = command(argv);
    expect(await running.done).toBe(EXIT_CODES.usage);
    expect(running.text.err).not.toBe("");
    expect(running.text.err).not.toContain("secret");
  });

  it("a file that is not there, and a port that is taken", async () => {
    const missing = command(["--server-ca", "/nonexistent/ca.pem", "mail.example"]);
    expect(await missing.done).toBe(EXIT_CODES.noInput);
    const server = track(await recordingServer());
    const taken = command(["--listen", String(server.port), "mail.example"]);
    expect(await taken.done).toBe(EXIT_CODES.unavailable);
  });
});

describe("README", () => {
  it("names every flag and no other", async () => {
    const help = command(["--help"]);
    await help.done;
    const flags = (text: string) => new Set(text.match(/(?<![\w-])--[a-z][a-z-]+/g));
    expect([...flags(README)].sort()).toEqual([...flags(help.text.out)].sort());
  });

  it.each(Object.entries(WIRETAP_ERRORS))("tells what %s means", (code, meaning) => {
    expect(README).toContain(`| \`${code}\` | ${meaning} |`);
  });
});
