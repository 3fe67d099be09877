// Writes src/generated/*.ts and MEMBERS.md from the table. With --check it only compares.
import { fileURLToPath } from "node:url";
import { generatedFiles } from "../../../tooling/config/generated.mjs";
import { CLASSES, CONSTANTS } from "../table/index.mjs";
import { classSource, constantsSource } from "./class-source.mjs";
import { membersPage } from "./members-page.mjs";

function* sources() {
  for (const one of CLASSES) yield [`generated/${one.file}.ts`, classSource(one)];
  yield ["generated/constants.ts", constantsSource(CONSTANTS)];
}

const pages = () => [["MEMBERS.md", membersPage(CLASSES, CONSTANTS)]];

export const { generateAll, staleFiles, main } = generatedFiles(new URL("..", import.meta.url), {
  sources,
  pages,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
