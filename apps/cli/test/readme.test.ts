import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CLI_ERRORS } from "../src/errors.js";
import { EXIT_CODE_MEANINGS, EXIT_CODES } from "../src/exit-code.js";
import * as server from "../src/server.js";
import { Conversation } from "./conversation.js";
import { runCommand } from "./run-command.js";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The rows of every table that begin with this cell. */
function row(first: string): string | undefined {
  const line = README.split("\n").find((text) => text.replace(/ +/g, " ").startsWith(`| ${first} |`));
  return line?.split("|")[2]?.trim();
}

describe("README", () => {
  it.each(Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[])("tells what exit code %s means", (name) => {
    expect(row(String(EXIT_CODES[name]))).toBe(EXIT_CODE_MEANINGS[name]);
  });

  it.each(Object.entries(CLI_ERRORS))("tells what %s means", (code, meaning) => {
    expect(row(`\`${code}\``)).toBe(meaning);
  });

  it.each(["send", "probe", "serve"])(
    "names no flag of %s that does not exist, and every command line can be parsed",
    async (name) => {
      const { stdout } = await runCommand([name, "--help"]);
      const section = README.split("\n### ").find((text) => text.startsWith(`${name}\n`)) ?? "";
      for (const flag of section.match(/(?<![\w-])--[a-z][a-z-]+/g) ?? []) expect(stdout).toContain(flag);
    },
  );

  it("its program runs", async () => {
    const code = /```ts\n([\s\S]*?)```/.exec(README)?.[1] ?? "";
    const body = code
      .replace(/^import (\{.*\}) from "@wirepost\/cli\/server";$/m, "const $1 = door;")
      .replace(/^\/\/ … your program.*$/m, "await send(server);")
      .replace(/^(message\??\.\S.*;)$/gm, "seen.push($1)")
      .replace(/;\)$/gm, ");");
    const seen: unknown[] = [];
    const AsyncFunction = (async () => {}).constructor as new (
      ...text: string[]
    ) => (...values: unknown[]) => Promise<void>;
    await new AsyncFunction("door", "send", "seen", body)(server, send, seen);
    expect(seen).toEqual(["Hello", ["bob@example.org"]]);
  });
});

async function send({ port, ca }: server.EmbeddedServer): Promise<void> {
  const client = await Conversation.open(port);
  await client.say("EHLO client.example");
  await client.startTls(ca!);
  await client.say("EHLO client.example");
  await client.say(`AUTH PLAIN ${Buffer.from("\0ann\0s3cret").toString("base64")}`);
  await client.deliver("ann@example.com", ["bob@example.org"], "Subject: Hello\n\nx");
  await client.say("QUIT");
  client.close();
}
