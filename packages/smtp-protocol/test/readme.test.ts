import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as door from "../src/index.js";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const EXAMPLES = [...README.matchAll(/```js run\n([\s\S]*?)```/g)].map(([, code]) => code!);

/** Runs an example; its last line is what it comes to. */
function run(code: string): string {
  const lines = code.trimEnd().split("\n");
  const last = lines.pop()!.replace(/;\s*\/\/.*$/, "");
  const body = [...lines, `return ${last};`]
    .join("\n")
    .replace(/^import (\{.*?\}) from "@wirepost\/smtp-protocol";$/m, "const $1 = door;");
  return (new Function("door", body) as (names: typeof door) => string)(door);
}

describe("README", () => {
  it("its examples come to what they say", () => {
    expect(EXAMPLES.map(run)).toEqual([
      "Subject: Hello\r\n\r\n..a line that began with a dot\r\n.\r\n",
      expect.stringMatching(/^220 .*\r\n250 .*\r\n250 .*\r\n503 .*\r\n$/),
    ]);
  });

  it("tells every error code and its kind", () => {
    const rows = [...README.matchAll(/^\| `(ERR_SMTP_[A-Z0-9_]+)` \| (\w+) \|/gm)];
    expect(Object.fromEntries(rows.map(([, code, kind]) => [code, kind]))).toEqual(door.SMTP_ERROR_KINDS);
  });
});
