// The `wirepost` command as a shell runs it.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ACCOUNTS } from "../../src/servers/mail-server.js";
import type { MessageKind } from "../matrix/messages.js";

const BIN = join(
  dirname(createRequire(import.meta.url).resolve("@wirepost/cli/package.json")),
  "dist",
  "bin.js",
);

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Where the command looks for what no flag and no URL has. */
export interface Secrets {
  readonly WIREPOST_PASSWORD: string;
  readonly WIREPOST_TOKEN?: string;
}

const RIGHT: Secrets = { WIREPOST_PASSWORD: ACCOUNTS.ann.password };

export class WirepostCommand {
  readonly #folder: string;

  constructor() {
    if (!existsSync(BIN)) throw new Error(`${BIN} is not there: build first (pnpm turbo run build)`);
    this.#folder = mkdtempSync(join(tmpdir(), "wirepost-interop-"));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The path of the file of that name. It is written once: another command may be reading it. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.#folder, name);
    if (!existsSync(path)) writeFileSync(path, content);
    return path;
  }

  run(words: readonly string[], input = "", secrets: Secrets = RIGHT): Promise<Ran> {
    return new Promise((resolve) => {
      const env = { ...process.env, ...secrets };
      const child = spawn(process.execPath, [BIN, ...words], { env, stdio: ["pipe", "pipe", "pipe"] });
      let out = "";
      let error = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        out += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        error += text;
      });
      child.on("close", (code) => resolve({ code, out, error }));
      child.stdin.on("error", () => {});
      child.stdin.end(input);
    });
  }

  /** `wirepost send` of one message; the text comes by standard input, the rest by flags and files. */
  send(target: readonly string[], kind: MessageKind, subject: string): Promise<Ran> {
    const { raw, from, to, text, html, attachments } = kind.build(subject);
    const words = ["send", ...target, "--from", kind.from ?? "ann@example.test"];
    if (raw !== undefined) {
      const file = this.file(`${subject}.eml`, written(raw));
      return this.run([...words, "--to", kind.to ?? "bob@example.test", "--raw", file]);
    }
    words.splice(-1, 1, written(from), "--to", written(to), "--subject", subject, "--text-file", "-");
    if (html !== undefined) words.push("--html", written(html));
    for (const { filename, content } of (attachments ?? []) as readonly AttachedFile[])
      words.push("--attach", this.file(filename, content));
    return this.run(words, written(text));
  }
}

/** As the messages of the matrix have it. */
interface AttachedFile {
  readonly filename: string;
  readonly content: Uint8Array;
}

/** The messages of the matrix are written as a person writes them. */
function written(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("a kind of message that the command has no flags for");
  return value;
}
