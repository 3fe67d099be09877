// Code in a README is compiled as a user would write it, against the built declarations: TypeScript strictly, JavaScript
// with types checked as far as they can be inferred.
import { dirname, join } from "node:path";
import ts from "typescript";

/**
 * @typedef {object} Block
 * @property {number} line of its first line of code, from 1
 * @property {string} code
 * @property {"ts" | "js"} language
 * @property {string | undefined} reason why it is not compiled, if so
 */

/**
 * The ts and js blocks of a page. `ts continued` goes on where the block before it ended. On the line above a block,
 * `<!-- given: declare const pem: string; -->` says what its reader has at hand, and `<!-- not compiled: reason -->` lets
 * it off.
 * @param {string} text @returns {Block[]}
 */
export function codeBlocks(text) {
  const lines = text.split("\n");
  const blocks = [];
  for (let i = 0; i < lines.length; i++) {
    const fence = /^(\s*)(`{3,})\s*(ts|typescript|mts|js|javascript|mjs)\b(.*)$/.exec(lines[i]);
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
    const language = /^(ts|typescript|mts)$/.test(fence[3]) ? "ts" : "js";
    const given = /^\s*<!-- given: (.+) -->\s*$/.exec(lines[first - 2] ?? "")?.[1];
    const reason = /^\s*<!-- not compiled: (.+) -->\s*$/.exec(lines[first - 2] ?? "")?.[1];
    const last = blocks.at(-1);
    if (/\bcontinued\b/.test(fence[4]) && last !== undefined && reason === undefined) {
      const gap = "\n".repeat(Math.max(0, first + 1 - (last.line + last.code.split("\n").length)));
      last.code += `${gap}\n${code.join("\n")}`;
    } else if (given === undefined) blocks.push({ line: first + 1, code: code.join("\n"), language, reason });
    else blocks.push({ line: first, code: [given, ...code].join("\n"), language, reason });
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
const JAVASCRIPT = {
  ...OPTIONS,
  allowJs: true,
  checkJs: true,
  noImplicitAny: false,
  strictNullChecks: false,
  exactOptionalPropertyTypes: false,
};

/** @typedef {Map<string, { path: string, block: Block }>} Files */

/** @param {Files} files @param {ts.CompilerOptions} options @returns {{ broken: Set<string>, problems: string[] }} */
function compile(files, options) {
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
  return { broken, problems };
}

/**
 * Compiles the blocks of several pages. The code is seen as a file beside its page, so that it finds what that package
 * depends on, and every door of this workspace by its name.
 * @param {{ path: string, text: string }[]} pages
 * @param {string} root where @types/node is installed
 * @param {Record<string, string[]>} [doors] specifier -> declarations
 * @returns {{ passed: number, skipped: number, problems: string[] }}
 */
export function compilePages(pages, root, doors = {}) {
  /** @type {Record<"ts" | "js", Files>} */
  const files = { ts: new Map(), js: new Map() };
  const outcome = { passed: 0, skipped: 0, problems: [] };
  for (const { path, text } of pages) {
    codeBlocks(text).forEach((block, i) => {
      if (block.reason !== undefined) outcome.skipped += 1;
      else
        files[block.language].set(join(dirname(path), `__readme-${i}.m${block.language}`), { path, block });
    });
  }
  const typeRoots = [join(root, "node_modules", "@types")];
  for (const [language, options] of /** @type {const} */ ([
    ["ts", OPTIONS],
    ["js", JAVASCRIPT],
  ])) {
    if (files[language].size === 0) continue;
    const { broken, problems } = compile(files[language], { ...options, typeRoots, paths: doors });
    outcome.passed += files[language].size - broken.size;
    outcome.problems.push(...problems);
  }
  return outcome;
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
