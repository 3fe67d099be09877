// One API report per door, made by api-extractor from the built declarations, in this process.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";

/** @typedef {import("../../config/workspace.mjs").Package} Package */
/** @typedef {import("../../config/workspace.mjs").Door} Door */

const SILENT = { logLevel: ExtractorLogLevel.None };

/** @param {Package} owner @param {Door} door @param {string} folder @returns {ExtractorConfig} */
function configure(owner, door, folder) {
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(owner.folder, "package.json"),
    configObjectFullPath: join(owner.folder, "api-extractor.json"),
    configObject: {
      projectFolder: owner.folder,
      mainEntryPointFilePath: door.types,
      newlineKind: "lf",
      compiler: {
        skipLibCheck: true,
        overrideTsconfig: {
          compilerOptions: {
            target: "es2023",
            lib: ["es2023", "esnext.disposable"],
            module: "nodenext",
            moduleResolution: "nodenext",
            strict: true,
            skipLibCheck: true,
            types: ["node"],
          },
          files: [door.types],
        },
      },
      apiReport: {
        enabled: true,
        reportFolder: folder,
        reportTempFolder: folder,
        reportFileName: `${door.name}.api.md`,
        reportVariants: ["complete"],
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: SILENT,
          // A type that users meet but cannot name is a hole in the surface: shown in the report, where a reviewer sees it.
          "ae-forgotten-export": { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: SILENT },
      },
    },
  });
}

/** @param {Package} owner @param {Door} door @returns {string} */
function reportOf(owner, door) {
  if (!existsSync(door.types)) throw new Error(`${door.types} does not exist; build first`);
  // Declarations without any export are no module, which api-extractor takes for a fault of its own.
  if (!/^(export|import)\b/m.test(readFileSync(door.types, "utf8"))) {
    return `## API Report File for "${owner.name}"\n\n> ${door.specifier} exports nothing yet.\n`;
  }
  const folder = mkdtempSync(join(tmpdir(), "wirepost-api-"));
  try {
    const config = configure(owner, door, folder);
    const problems = [];
    const result = Extractor.invoke(config, {
      localBuild: true,
      compilerState: CompilerState.create(config),
      messageCallback: (message) => {
        if (message.logLevel === ExtractorLogLevel.Error)
          problems.push(message.formatMessageWithLocation(owner.folder));
        message.handled = true;
      },
    });
    if (!result.succeeded) throw new Error(`api-extractor failed\n${problems.join("\n")}`);
    return readFileSync(join(folder, `${door.name}.api.md`), "utf8");
  } catch (error) {
    throw new Error(`${door.specifier}: ${error.message}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Names that a door exports, read from its report. */
function exportedNames(report) {
  return [
    ...report.matchAll(
      /^export (?:declare )?(?:abstract )?(?:class|interface|type|const|function|enum|namespace) (\w+)/gm,
    ),
  ].map((match) => match[1]);
}

/**
 * Makes a report depend on the surface alone: a type that another door of the package exports can be named after all, and
 * the line of a warning in the built declarations says nothing about the surface.
 */
function settled(report, names) {
  return report
    .replace(
      /^( *)\/\/ Warning: \(ae-forgotten-export\) The symbol "(\w+)" needs to be exported.*\n(?:\1\/\/\n(?=\1\/\/ @))?/gm,
      (warning, _indent, name) => (names.has(name) ? "" : warning),
    )
    .replace(
      /^\/\/ dist\/\S+:\d+:\d+ - (\(ae-forgotten-export\) The symbol "(\w+)".*\n)/gm,
      (_all, warning, name) => (names.has(name) ? "" : `// ${warning}`),
    )
    .replace(/\n\/\/ Warnings were encountered during analysis:\n\/\/\n(?!\/\/ \()/, "");
}

/**
 * The reports of all doors of a package.
 * @param {Package} owner @returns {{ door: Door, text: string }[]}
 */
export function reportsOf(owner) {
  const reports = owner.doors.map((door) => ({ door, text: reportOf(owner, door) }));
  const names = new Set(reports.flatMap(({ text }) => exportedNames(text)));
  return reports.map(({ door, text }) => ({ door, text: settled(text, names) }));
}

/** The first lines in which two texts differ, for a person. */
function difference(committed, current) {
  const [was, is] = [committed.split("\n"), current.split("\n")];
  const gone = was.filter((line) => !is.includes(line)).map((line) => `    - ${line}`);
  const come = is.filter((line) => !was.includes(line)).map((line) => `    + ${line}`);
  const lines = [...gone, ...come];
  if (lines.length === 0) return "    (the order of lines differs)";
  return [
    ...lines.slice(0, 30),
    ...(lines.length > 30 ? [`    … ${lines.length - 30} lines more`] : []),
  ].join("\n");
}

/**
 * Compares (or writes) the reports of one package in its etc/ folder.
 * @param {Package} owner @param {"check" | "update"} mode
 * @returns {{ passed: number, failures: string[], written: string[] }}
 */
export function packageReports(owner, mode) {
  const folder = join(owner.folder, "etc");
  const outcome = { passed: 0, failures: [], written: [] };
  const wanted = new Set(owner.doors.map((door) => `${door.name}.api.md`));
  for (const { door, text: current } of reportsOf(owner)) {
    const path = join(folder, `${door.name}.api.md`);
    const committed = existsSync(path) ? readFileSync(path, "utf8") : undefined;
    if (committed === current) outcome.passed += 1;
    else if (mode === "update") {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, current);
      outcome.written.push(path);
    } else if (committed === undefined) outcome.failures.push(`${door.specifier}: has no report`);
    else
      outcome.failures.push(`${door.specifier}: the surface has changed\n${difference(committed, current)}`);
  }
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!name.endsWith(".api.md") || wanted.has(name)) continue;
    if (mode === "update") rmSync(join(folder, name));
    else outcome.failures.push(`${owner.name}: etc/${name} belongs to no door`);
  }
  return outcome;
}
