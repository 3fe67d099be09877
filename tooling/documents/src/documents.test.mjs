import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ROOT } from "../../config/workspace.mjs";
import { checkChangesets, parseChangeset } from "./changesets.mjs";
import { checkPage, codeBlocks, compilePages } from "./readme-code.mjs";

const made = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

const fence = (code, info = "ts") => `\`\`\`${info}\n${code}\n\`\`\`\n`;

describe("the code blocks of a page", () => {
  it("are those in TypeScript, with the line they begin on", () => {
    const page = `# a\n\n${fence("const a = 1;")}\n${fence("not code", "text")}\n${fence("const b = 2;")}`;
    expect(codeBlocks(page)).toEqual([
      { line: 4, code: "const a = 1;", language: "ts", reason: undefined },
      { line: 12, code: "const b = 2;", language: "ts", reason: undefined },
    ]);
  });

  it("may continue the block before, at their own lines", () => {
    const page = `${fence("const a = 1;")}\ntext\n\n${fence("a;", "ts continued")}`;
    const [block] = codeBlocks(page);
    expect(block?.code.split("\n").indexOf("a;")).toBe(page.split("\n").indexOf("a;") - 1);
  });

  it("may be JavaScript, and may be given what the reader has at hand", () => {
    const page = `<!-- given: declare const a: number; -->\n${fence("a;")}\n${fence("b;", "js run")}`;
    expect(codeBlocks(page)).toEqual([
      { line: 2, code: "declare const a: number;\na;", language: "ts", reason: undefined },
      { line: 7, code: "b;", language: "js", reason: undefined },
    ]);
  });

  it("may be let off, with a reason", () => {
    expect(codeBlocks(`<!-- not compiled: a sketch -->\n${fence("…")}`)[0]?.reason).toBe("a sketch");
    expect(codeBlocks(`<!-- not compiled -->\n${fence("…")}`)[0]?.reason).toBeUndefined();
  });
});

describe("README code", () => {
  function page(text) {
    const folder = mkdtempSync(join(tmpdir(), "wirepost-documents-"));
    made.push(folder);
    mkdirSync(join(folder, "dist"));
    const types = { types: "./dist/index.d.ts", default: "./dist/index.js" };
    const manifest = { name: "@wirepost/sample", type: "module", exports: { ".": types } };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    writeFileSync(
      join(folder, "dist", "index.d.ts"),
      "export declare function send(to: string): Promise<number>;\n",
    );
    const result = compilePages([{ path: join(folder, "README.md"), text }], ROOT);
    return { ...result, problems: result.problems.map((problem) => problem.replace(`${folder}/`, "")) };
  }

  it("compiles against the package itself, with top-level await", () => {
    const code =
      'import { send } from "@wirepost/sample";\nconst code: number = await send("a@example.com");\nconsole.log(code);';
    expect(page(fence(code))).toEqual({ passed: 1, skipped: 0, problems: [] });
  });

  it("in JavaScript is checked as far as types are known", () => {
    const good =
      'import { send } from "@wirepost/sample";\nconst twice = (to) => [send(to), send(to)];\ntwice("a");';
    expect(page(fence(good, "js")).problems).toEqual([]);
    const wrong = 'import { send } from "@wirepost/sample";\nsend("a").gone();';
    expect(page(fence(wrong, "js")).problems).toEqual([
      expect.stringContaining("README.md:3: Property 'gone'"),
    ]);
  });

  it("sees what is given, and keeps its own lines", () => {
    const given = "<!-- given: declare const to: string; -->\n";
    const code = 'import { send } from "@wirepost/sample";\nawait send(to);';
    expect(page(given + fence(code)).problems).toEqual([]);
    expect(page(given + fence(`${code}\ngone;`)).problems).toEqual([expect.stringContaining("README.md:5:")]);
  });

  it.each([
    {
      name: "a wrong type",
      code: 'import { send } from "@wirepost/sample";\nawait send(1);',
      problem: /^README.md:3: Argument/,
    },
    {
      name: "a name that is not exported",
      code: 'import { sent } from "@wirepost/sample";\nsent;',
      problem: /no exported member/,
    },
    { name: "a name out of nowhere", code: "send();", problem: /^README.md:2: Cannot find name 'send'/ },
    { name: "no syntax at all", code: "const = ;", problem: /README.md:2/ },
  ])("fails with $name, at its line", ({ code, problem }) => {
    const { passed, problems } = page(fence(code));
    expect(passed).toBe(0);
    expect(problems.join("\n")).toMatch(problem);
  });
});

describe("a page", () => {
  it.each([
    { name: "with code first", text: `# a\n\nOne sentence.\n\n${fence("a;")}`, problems: [] },
    {
      name: "with a transcript first",
      text: `# a\n\n${fence("S: 220 mx", "text")}${fence("a;")}`,
      problems: [],
    },
    {
      name: "of prose",
      text: "# a\n\nMany words.\n",
      problems: ["does not open with a transcript or an example", "has no code that can be compiled"],
    },
  ])("$name", ({ text, problems }) => {
    expect(checkPage(text)).toEqual(problems);
  });
});

describe("changesets", () => {
  const good = '---\n"@wirepost/a": minor\n---\nIt can do something.\n';

  it("are parsed", () => {
    expect(parseChangeset(good)).toEqual({
      releases: { "@wirepost/a": "minor" },
      summary: "It can do something.",
    });
    expect(parseChangeset("no front matter")).toBeUndefined();
    expect(parseChangeset('---\n"@wirepost/a": huge\n---\nx\n')).toBeUndefined();
  });

  const known = ["@wirepost/a", "@wirepost/b"];
  it.each([
    { name: "are there", packages: ["@wirepost/a"], files: { "a.md": good }, problems: [] },
    {
      name: "are missing",
      packages: ["@wirepost/a", "@wirepost/b"],
      files: { "a.md": good },
      problems: [/@wirepost\/b has neither/],
    },
    {
      name: "name nothing",
      packages: [],
      files: { "a.md": good.replace("/a", "/x") },
      problems: [/no package here/],
    },
    {
      name: "say nothing",
      packages: [],
      files: { "a.md": '---\n"@wirepost/a": patch\n---\n' },
      problems: [/says nothing/],
    },
    { name: "are something else", packages: [], files: { "a.md": "hello" }, problems: [/is no changeset/] },
  ])("$name", ({ packages, files, problems }) => {
    const found = checkChangesets(
      packages.map((name) => ({ name, hasChangelog: false })),
      files,
      known,
    );
    expect(found).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });

  it("are not needed once there is a changelog", () => {
    expect(checkChangesets([{ name: "@wirepost/a", hasChangelog: true }], {}, known)).toEqual([]);
  });
});
