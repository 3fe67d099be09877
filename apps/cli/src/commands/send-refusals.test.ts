import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand, type Surroundings } from "../../test/run-command.js";
import { type EmbeddedServer, startEmbeddedServer } from "../serve/embedded-server.js";

const WHO = ["--from", "Zoë <zoe@example.com>", "--to", "Renée <rene@example.org>"];

let folder: string;
let plain: EmbeddedServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wirepost-"));
  plain = await startEmbeddedServer({ tls: "none" });
  await writeFile(join(folder, "name\r\nX: y.txt"), "x");
});
afterAll(async () => {
  await plain.close();
  await rm(folder, { recursive: true, force: true });
});

const file = (name: string) => join(folder, name);
const toPlain = (...flags: string[]) => ["send", `127.0.0.1:${plain.port}`, ...flags];

describe("wirepost send: bad input is named, and nothing is sent", () => {
  const REFUSED: {
    name: string;
    flags: string[];
    exit: number;
    code: RegExp;
    surroundings?: Surroundings;
  }[] = [
    { name: "no sender", flags: ["--to", "b@example.org"], exit: 64, code: /ERR_CLI_USAGE.*--from/ },
    { name: "no recipient", flags: ["--from", "a@example.com"], exit: 64, code: /ERR_CLI_USAGE.*recipient/ },
    {
      name: "two texts",
      flags: [...WHO, "--text", "x", "--text-file", "y"],
      exit: 64,
      code: /ERR_CLI_USAGE/,
    },
    {
      name: "a subject for a ready message",
      flags: [...WHO, "--raw", "x", "--subject", "y"],
      exit: 64,
      code: /ERR_CLI_USAGE.*--subject/,
    },
    {
      name: "an escape sequence in a flag",
      flags: [...WHO, "--\x1b[2J"],
      exit: 64,
      code: /unknown option '--\\x1b\[2J'/,
    },
    {
      name: "a line break in a file name",
      flags: [...WHO, "--attach", "name\r\nX: y.txt"],
      exit: 65,
      code: /ERR_MIME_/,
    },
    {
      name: "an unknown flag",
      flags: [...WHO, "--subjct", "y"],
      exit: 64,
      code: /unknown option '--subjct'/,
    },
    {
      name: "an unknown policy",
      flags: [...WHO, "--starttls", "maybe"],
      exit: 64,
      code: /Allowed choices are/,
    },
    { name: "a header without a colon", flags: [...WHO, "--header", "X-Y"], exit: 64, code: /ERR_CLI_USAGE/ },
    {
      name: "a condition that does not exist",
      flags: [...WHO, "--dsn", "always"],
      exit: 64,
      code: /ERR_CLI_USAGE/,
    },
    { name: "a login without a secret", flags: [...WHO, "--user", "zoe"], exit: 64, code: /ERR_CLI_USAGE/ },
    {
      name: "a secret without a login",
      flags: [...WHO, "--password-file", "x"],
      exit: 64,
      code: /ERR_CLI_USAGE/,
    },
    {
      name: "an address without a domain",
      flags: ["--from", "a@example.com", "--to", "bob"],
      exit: 65,
      code: /ERR_(MIME|ADDRESS)_/,
    },
    {
      name: "a line break in an address",
      flags: ["--from", "a@example.com", "--to", "b@example.org>\r\nRCPT TO:<c@example.org"],
      exit: 65,
      code: /ERR_(MIME|ADDRESS)_/,
    },
    {
      name: "a NUL in the sender",
      flags: ["--from", "a\0@example.com", "--to", "b@example.org"],
      exit: 65,
      code: /ERR_(MIME|ADDRESS)_/,
    },
    {
      name: "a line break in the subject",
      flags: [...WHO, "--subject", "x\r\nBcc: e@example.net"],
      exit: 65,
      code: /ERR_MIME_/,
    },
    {
      name: "a line break in a header value",
      flags: [...WHO, "--header", "X-Y: z\nBcc: e@example.net"],
      exit: 65,
      code: /ERR_MIME_/,
    },
    { name: "a space in a header name", flags: [...WHO, "--header", "X Y: z"], exit: 65, code: /ERR_MIME_/ },
    {
      name: "a second Subject",
      flags: [...WHO, "--subject", "x", "--header", "Subject: y"],
      exit: 65,
      code: /ERR_MIME_/,
    },
    {
      name: "a line break in the name for EHLO",
      flags: [...WHO, "--helo", "x\r\nMAIL FROM:<>"],
      exit: 64,
      code: /ERR_CLIENT_OPTION/,
    },
    {
      name: "an attachment that is not there",
      flags: [...WHO, "--attach", "/nowhere/report.pdf"],
      exit: 66,
      code: /report\.pdf/,
    },
    {
      name: "an attachment that is a directory",
      flags: [...WHO, "--attach", tmpdir()],
      exit: 66,
      code: /ERR_MIME_/,
    },
    {
      name: "a body file that is not there",
      flags: [...WHO, "--html-file", "/nowhere/body"],
      exit: 66,
      code: /ERR_CLI_NO_INPUT.*nowhere/,
    },
    {
      name: "a password file that is not there",
      flags: [...WHO, "--user", "z", "--password-file", "/nowhere/pw"],
      exit: 66,
      code: /ERR_CLI_NO_INPUT/,
    },
    {
      name: "an authority file that is not there",
      flags: [...WHO, "--ca", "/nowhere/ca"],
      exit: 66,
      code: /ERR_CLI_NO_INPUT/,
    },
    {
      name: "a body that is not UTF-8",
      flags: WHO,
      exit: 66,
      code: /not UTF-8/,
      surroundings: { stdin: latin1("\xfc") },
    },
  ];
  it.each(REFUSED)("$name: $exit", async ({ flags, exit, code, surroundings }) => {
    const argv = flags.map((flag) => (flag.startsWith("name\r\n") ? file(flag) : flag));
    const { exitCode, stderr, stdout } = await runCommand(
      toPlain("--text", "x", ...argv).filter(unlessStdin(surroundings)),
      surroundings,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: exit, stdout: "" });
    expect(stderr).toMatch(code);
    expect(stderr).not.toMatch(/[\0\r\x1b]/);
    expect(plain.messageCount).toBe(0);
  });

  const URLS: [string, RegExp][] = [
    ["http://127.0.0.1", /ERR_CLIENT_URL/],
    ["smtp://ann:hunter2@", /ERR_CLIENT_URL/],
    ["smtp://ann:hunter2@127.0.0.1/path", /ERR_CLIENT_URL/],
    ["smtp://ann:hunter2@127.0.0.1?tsl=none", /ERR_CLIENT_UNKNOWN_OPTION/],
    ["smtp://ann:hunter2%@127.0.0.1", /ERR_CLIENT_URL/],
  ];
  it.each(URLS)("the URL %s: 64, and it is not repeated", async (url, code) => {
    const { exitCode, stderr } = await runCommand(["send", url, "--text", "x", ...WHO]);
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(code);
    expect(stderr).not.toContain("hunter2");
  });

  it.each([
    "127.0.0.1:99999",
    "mail.example:65536",
    "[::1]:smtp",
    "smtp://ann:hunter2@127.0.0.1:123456",
    "smtps://mail.example:12x/?name=a:5",
    "smtp://ann:98765",
  ])("the port of %s: 64, named and not repeated", async (url) => {
    const { exitCode, stderr } = await runCommand(["send", url, "--text", "x", ...WHO]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 64,
      stderr: expect.stringMatching(/^wirepost: ERR_CLI_USAGE: the port behind the host/),
    });
    expect(stderr).not.toMatch(/hunter2|98765/);
  });

  it("usage errors are JSON too where JSON is asked for", async () => {
    const { exitCode, stdout } = await runCommand(["send", "--json", "--subjct", "y"]);
    expect({ exitCode, json: JSON.parse(stdout) }).toMatchObject({
      exitCode: 64,
      json: {
        ok: false,
        error: { code: "ERR_CLI_USAGE", message: expect.stringMatching(/^unknown option '--subjct'/) },
      },
    });
  });
});

async function* latin1(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, "latin1");
}

/** Leaves out `--text x` where the body is to come from standard input. */
function unlessStdin(surroundings: Surroundings | undefined): (word: string, index: number) => boolean {
  return (_word, index) => surroundings?.stdin === undefined || (index !== 2 && index !== 3);
}
