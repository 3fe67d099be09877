// What the facades' generators share: how a generated file begins, how its comments are wrapped, how files are written or compared.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const BIOME = fileURLToPath(new URL("../../node_modules/.bin/biome", import.meta.url));

export const HEAD =
  "// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.\n";

/**
 * A doc comment.
 * @param {string} doc
 * @param {string} [note] a remark that becomes a sentence of its own
 * @param {string} [thrown] a paragraph of its own, from `@throws` on
 */
export function docComment(doc, note, thrown) {
  const lines = [doc.trim()];
  if (note !== undefined) lines.push(`${note.charAt(0).toUpperCase()}${note.slice(1)}.`);
  const body = lines.join(" ");
  if (thrown === undefined && body.length < 100) return `/** ${body} */`;
  const wrapped = wrap(body);
  if (thrown !== undefined) wrapped.push("", ...wrap(thrown.trim()));
  return ["/**", ...wrapped.map((line) => ` * ${line}`.trimEnd()), " */"].join("\n");
}

function wrap(text) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    if (lines[last].length + word.length > 104) lines.push(word);
    else lines[last] += lines[last] === "" ? word : ` ${word}`;
  }
  return lines;
}

/**
 * The generated files of one package.
 * @param {URL} packageUrl its folder
 * @param {{ sources: () => Iterable<[string, string]>, pages: () => Iterable<[string, string]> }} makers
 *   texts by path: sources below `src`, formatted here, and pages as they are
 */
export function generatedFiles(packageUrl, { sources, pages }) {
  const folder = fileURLToPath(packageUrl);

  /** Formats as `npm run format` does, so that the committed files are neither's but both's. */
  function formatted(all) {
    // Inside the package: Biome finds the workspace's settings by the place of a file.
    const draft = mkdtempSync(join(folder, "generate", "draft-"));
    try {
      for (const [name, text] of all) write(join(draft, name), text);
      execFileSync(BIOME, ["check", "--write", "--vcs-enabled=false", draft], { stdio: "pipe" });
      return all.map(([name]) => [join("src", name), readFileSync(join(draft, name), "utf8")]);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }

  /** Every generated file by its path in the package. */
  const generateAll = () => new Map([...formatted([...sources()]), ...pages()]);

  /** Paths whose committed content is not what the table gives. */
  const staleFiles = () =>
    [...generateAll()].filter(([path, text]) => committed(join(folder, path)) !== text).map(([path]) => path);

  /** The program: writes all of them, or with `--check` only compares. */
  function main() {
    if (!process.argv.includes("--check")) {
      for (const [path, text] of generateAll()) write(join(folder, path), text);
      return;
    }
    const stale = staleFiles();
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    for (const path of stale)
      console.error(`${path} is not what the table gives: pnpm --filter ${name} generate`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  }

  return { generateAll, staleFiles, main };
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function committed(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
