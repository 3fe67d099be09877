// Writes the doors, src/generated, MEMBERS.md and SETTINGS.md from the table. With --check it only compares.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CERTIFICATE, FIREWALL, HEADER, LISTS, MESSAGE_RECIPIENT, SETTINGS } from "../table/index.mjs";
import { enumsSource, exceptionSource, listSource, typeSource } from "./class-source.mjs";
import { membersPage, settingsPage } from "./pages.mjs";
import { settingsSource } from "./settings-source.mjs";
import { doorSource, dotnetEvents, dotnetSmtp, javaEvents, javaSmtp, namesSource } from "./smtp-source.mjs";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const BIOME = join(PACKAGE, "..", "..", "node_modules", ".bin", "biome");

const fileOf = (name) => `${name.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()}.ts`;

function sources() {
  const all = new Map([["generated/settings.ts", settingsSource(SETTINGS)]]);
  for (const door of ["java", "dotnet"]) {
    const put = (name, text) => all.set(`generated/${door}/${name}`, text);
    for (const table of [CERTIFICATE, FIREWALL, HEADER, MESSAGE_RECIPIENT])
      put(fileOf(table.name), typeSource(table, door));
    for (const list of LISTS) put(fileOf(list.name), listSource(list, door));
    put("ipworks-exception.ts", exceptionSource());
    put("smtp-events.ts", door === "java" ? javaEvents() : dotnetEvents());
    put("smtp.ts", door === "java" ? javaSmtp() : dotnetSmtp());
    put("names.ts", namesSource(door));
    all.set(`${door}.ts`, doorSource(door));
  }
  all.set("generated/dotnet/enums.ts", enumsSource());
  return all;
}

/** Formats as `npm run format` does, so that the committed files are neither's but both's. */
function format(all) {
  // Inside the package: Biome finds the workspace's settings by the place of a file.
  const folder = mkdtempSync(join(PACKAGE, "generate", "draft-"));
  try {
    for (const [name, text] of all) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    execFileSync(BIOME, ["check", "--write", "--vcs-enabled=false", folder], { stdio: "pipe" });
    return [...all.keys()].map((name) => [join("src", name), readFileSync(join(folder, name), "utf8")]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every generated file by its path in the package. */
export function generateAll() {
  return new Map([...format(sources()), ["MEMBERS.md", membersPage()], ["SETTINGS.md", settingsPage()]]);
}

/** Paths whose committed content is not what the table gives. */
export function staleFiles() {
  return [...generateAll()].filter(([path, text]) => committed(path) !== text).map(([path]) => path);
}

function committed(path) {
  try {
    return readFileSync(join(PACKAGE, path), "utf8");
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--check")) {
    const stale = staleFiles();
    for (const path of stale)
      console.error(`${path} is not what the table gives: pnpm --filter @wirepost/ipworks-compat generate`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    for (const [path, text] of generateAll()) {
      mkdirSync(dirname(join(PACKAGE, path)), { recursive: true });
      writeFileSync(join(PACKAGE, path), text);
    }
  }
}
