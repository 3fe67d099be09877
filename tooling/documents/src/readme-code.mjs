// Code in a README is compiled as a user would write it: strictly, against the built declarations.
import { dirname, join } from "node:path";
import ts from "typescript";

/**
 * @typedef {object} Block
 * @property {number} line of its first line of code, from 1
 * @property {string} code
 * @property {string | undefined} reason why it is not compiled, if so
 */

/**
 * The ```ts blocks of a page. `ts continued` goes on where the block before it ended; `<!-- not compiled: reason -->` on the
 * line above lets one off, and needs its reason.
 * @param {string} text @returns {Block[]}
 */
export function codeBlocks(text) {
  const lines = text.split("\n");
  const blocks = [];
  for (let i = 0; i < lines.length; i++) {
    const fence = /^(\s*)(`{3,})\s*(ts|typescript|mts)\b(.*)$/.exec(lines[i]);
    if (fence === null) {
      // Another fence: its content is not ours, whatever it looks like.
      const other = /^\s*(`{3,})/.exec(lines[i]);
      if (other !== null) while (++i < lines.length && !lines[i].trim().startsWith(other[1]));
      continue;
    }
    const first = i + 1;
    const code = [];
    while (++i < lines.length && !lines[i].trim().startsWith(fence[2]))
      code.push(lines[i].slice(fence[1].length));
    const reason = /^\s*<!-- not compiled: (.+) -->\s*$/.exec(lines[first - 2] ?? "")?.[1];
    const last = blocks.at(-1);
    if (/\bcontinued\b/.test(fence[4]) && last !== undefined && reason === undefined) {
      const gap = "\n".repeat(Math.max(0, first + 1 - (last.line + last.code.split("\n").length)));
      last.code += `${gap}\n${code.join("\n")}`;
    } else blocks.push({ line: first + 1, code: code.join("\n"), reason });
  }
  return blocks;
}

const OPTIONS = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  types: ["node"],
};

/**
 * Compiles the blocks of several pages in one program. The code is seen as a file beside its page, so that it finds what
 * that package depends on, and the package itself by its own name.
 * @param {{ path: string, text: string }[]} pages @param {string} root where @types/node is installed
 * @returns {{ passed: number, skipped: number, problems: string[] }}
 */
export function compilePages(pages, root) {
  /** @type {Map<string, { path: string, block: Block }>} */
  const files = new Map();
  let skipped = 0;
  for (const { path, text } of pages) {
    codeBlocks(text).forEach((block, i) => {
      if (block.reason !== undefined) skipped += 1;
      else files.set(join(dirname(path), `__readme-${i}.mts`), { path, block });
    });
  }
  const options = { ...OPTIONS, typeRoots: [join(root, "node_modules", "@types")] };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name)?.block.code ?? readFile(name);
  host.getSourceFile = (name, language, ...rest) => {
    const file = files.get(name);
    return file === undefined
      ? getSourceFile(name, language, ...rest)
      : ts.createSourceFile(name, file.block.code, language);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  const problems = program
    .getOptionsDiagnostics()
    .map((one) => ts.flattenDiagnosticMessageText(one.messageText, " "));
  const broken = new Set();
  for (const [name, { path, block }] of files) {
    const source = program.getSourceFile(name);
    for (const diagnostic of [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ]) {
      const { line } = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
      broken.add(name);
      problems.push(
        `${path}:${block.line + line}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, " ")}`,
      );
    }
  }
  return { passed: files.size - broken.size, skipped, problems };
}

/**
 * A package's page opens with a transcript or code, and says the things a reader looks for.
 * @param {string} text @returns {string[]} problems
 */
export function checkPage(text) {
  const problems = [];
  const opening = text.split("\n").slice(0, 30).join("\n");
  if (!/^\s*(`{3,}|> `?[SC]: )/m.test(opening) && !/^( {4}|\t)\S/m.test(opening)) {
    problems.push("does not open with a transcript or an example");
  }
  if (codeBlocks(text).length === 0) problems.push("has no code that can be compiled");
  return problems;
}
