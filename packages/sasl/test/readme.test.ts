import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../src/catalogue.js";
import { SASL_ERROR_CODES } from "../src/index.js";
import { logIn } from "./readme-example.js";
import { ScramServer } from "./scram-server.js";

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");
const readme = read("../README.md");

describe("the README", () => {
  it("shows the example that is run here", () => {
    const example = read("readme-example.ts")
      .replace("../src/index.js", "@wirepost/sasl")
      .replace("../src/node.js", "@wirepost/sasl/node");
    expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
  });

  it("has an example that logs in", async () => {
    const server = new ScramServer({ digest: "sha256", password: "pencil" });
    const sent: string[] = [];
    const answers = [
      (octets: Buffer) => server.first(octets),
      (octets: Buffer) => server.final(octets),
      () => undefined,
    ];
    const send = async (line: string): Promise<{ code: number; challenge: Buffer }> => {
      const answer = answers[sent.push(line) - 1]!(Buffer.from(line.split(" ").at(-1)!, "base64"));
      return answer === undefined
        ? { code: 235, challenge: Buffer.alloc(0) }
        : { code: 334, challenge: Buffer.from(answer) };
    };
    expect(await logIn(["PLAIN", "SCRAM-SHA-256"], send)).toBe(true);
    expect(sent[0]).toMatch(/^AUTH SCRAM-SHA-256 /);
    expect(sent[2]).toBe("");
  });

  it("has a row for each mechanism, strongest first, and names each error", () => {
    const rows = Array.from(readme.matchAll(/^\| `([A-Z0-9-]+)` +\|/gm), (match) => match[1]);
    expect(rows).toEqual(CATALOGUE.map(({ name }) => name));
    for (const code of Object.keys(SASL_ERROR_CODES)) expect(readme).toContain(`\`${code}\``);
  });
});
