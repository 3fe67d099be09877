// Writes src/generated/*.ts and MEMBERS.md from the table. With --check it only compares.
import { fileURLToPath } from "node:url";
import { generatedFiles } from "../../../tooling/config/generated.mjs";
import { GENERATED, TABLE } from "../table/index.mjs";
import { classSource } from "./class-source.mjs";
import { membersPage } from "./members-page.mjs";

const sources = () => GENERATED.map((one) => [`generated/${one.file}.ts`, classSource(one)]);

const pages = () => [["MEMBERS.md", membersPage(TABLE)]];

export const { generateAll, staleFiles, main } = generatedFiles(new URL("..", import.meta.url), {
  sources,
  pages,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
