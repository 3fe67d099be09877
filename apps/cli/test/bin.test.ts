import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import PostalMime from "postal-mime";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

// The real program, as it is installed: built files, real processes, real pipes.
const BIN = fileURLToPath(new URL("../dist/bin.js", import.meta.url));

let folder: string;
let children: ChildProcess[];
beforeAll(() => {
  if (!existsSync(BIN)) throw new Error("dist/bin.js is missing: build this package first (pnpm build)");
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wirepost-"));
  children = [];
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

function start(argv: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [BIN, ...argv], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  children.push(child);
  // Listened to at once: a program may be gone before a test comes to ask.
  return Object.assign(child, { ended: once(child, "close") as Promise<[number | null, string | null]> });
}

async function finish(child: ReturnType<typeof start>, stdin = "") {
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  child.stdin.end(stdin);
  const [exitCode] = await child.ended;
  return { exitCode, ...output };
}

async function serve(...flags: string[]) {
  const child = start(["serve", "--port", "0", "--json", ...flags], { WIREPOST_PASSWORD: "s3cret" });
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const event = async () => JSON.parse((await lines.next()).value as string);
  return { child, event, listening: await event() };
}

describe("the program", () => {
  it("sends 5 MB over TLS with a login to its own server, and an independent parser reads the same", async () => {
    const name = "Übersicht – 報告.bin";
    const attachment = randomBytes(5 * 1024 * 1024);
    await writeFile(join(folder, name), attachment);
    const server = await serve(
      "--user",
      "ann",
      "--ca-file",
      join(folder, "ca.pem"),
      "--out",
      join(folder, "Maildir"),
    );
    const sent = await finish(
      start(
        [
          ...[
            "send",
            `smtp://ann@127.0.0.1:${server.listening.port}`,
            "--starttls",
            "required",
            "--ca",
            join(folder, "ca.pem"),
          ],
          ...[
            "--from",
            "Zoë Müller <zoe@example.com>",
            "--to",
            "Renée <rene@example.org>",
            "--subject",
            "Grüße: 見積書",
          ],
          ...["--attach", join(folder, name), "--json", "-v"],
        ],
        { WIREPOST_PASSWORD: "s3cret" },
      ),
      "Schöne Grüße\n.\n",
    );
    expect(sent.exitCode).toBe(0);
    expect(sent.stderr).toMatch(/S: 220/);
    expect(sent.stdout + sent.stderr).not.toContain("s3cret");

    const event = await server.event();
    expect(event).toMatchObject({
      event: "message",
      session: { login: { username: "ann" } },
      subject: "Grüße: 見積書",
    });
    const [file] = await readdir(join(folder, "Maildir", "new"));
    const email = await PostalMime.parse(await readFile(join(folder, "Maildir", "new", file!)));
    expect(email).toMatchObject({
      subject: "Grüße: 見積書",
      from: { name: "Zoë Müller", address: "zoe@example.com" },
      to: [{ name: "Renée", address: "rene@example.org" }],
      // postal-mime counts the line break before a boundary to the text.
      text: "Schöne Grüße\n.\n\n",
      messageId: JSON.parse(sent.stdout).messageId,
      attachments: [{ filename: name }],
    });
    expect(sha256(new Uint8Array(email.attachments[0]!.content as ArrayBuffer))).toBe(sha256(attachment));

    server.child.kill("SIGTERM");
    expect(await server.event()).toEqual({ event: "closed", messageCount: 1 });
    expect(await server.child.ended).toEqual([0, null]);
  });

  it("serve stops by itself after so many messages", async () => {
    const server = await serve("--tls", "none", "--exit-after", "1");
    const url = `127.0.0.1:${server.listening.port}`;
    const { exitCode } = await finish(
      start(["send", url, "--from", "a@example.com", "--to", "b@example.org"]),
      "x\n",
    );
    expect(exitCode).toBe(0);
    expect(await server.child.ended).toEqual([0, null]);
  });

  it("a reader that leaves ends it", async () => {
    const child = start(["serve", "--port", "0", "--tls", "none", "--json"]);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    child.stdout.destroy();
    const { port } = JSON.parse(line.toString());
    await finish(
      start(["send", `127.0.0.1:${port}`, "--from", "a@example.com", "--to", "b@example.org"]),
      "x\n",
    );
    expect(await child.ended).toEqual([74, null]);
  });

  it("SIGINT while it waits for its body ends with 130, and nothing was sent", async () => {
    const server = await serve("--tls", "none");
    const child = start([
      "send",
      `127.0.0.1:${server.listening.port}`,
      "--from",
      "a@example.com",
      "--to",
      "b@example.org",
    ]);
    // More than a pipe holds: once it is written, the program is reading, and its signal handlers stand.
    await new Promise((resolve) => child.stdin.write("half a message\n".repeat(100_000), resolve));
    child.kill("SIGINT");
    const [exitCode] = await child.ended;
    expect(exitCode).toBe(130);
    server.child.kill("SIGTERM");
    expect(await server.event()).toEqual({ event: "closed", messageCount: 0 });
  });

  it("unknown flags end with 64", async () => {
    expect(await finish(start(["send", "--nonsense"]))).toMatchObject({ exitCode: 64, stdout: "" });
  });
});

function sha256(octets: Uint8Array): string {
  return createHash("sha256").update(octets).digest("hex");
}
