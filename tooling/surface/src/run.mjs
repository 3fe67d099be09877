// node src/run.mjs                          every facade against its facts (needs their builds)
// node src/run.mjs FACTS.json MODULE.js     one
//   --export a.b   look inside this member   --min N  least percentage (100)   --strict   --no-unsure   --trust-on
//   --only a,b  --skip a,b  categories       --json   --quiet
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CATEGORIES, checkSurface } from "./check.mjs";
import { FACADES } from "./facades.mjs";

const USAGE =
  "usage: run.mjs [FACTS.json MODULE.js] [--export a.b] [--min N] [--strict] [--no-unsure] [--trust-on] [--only a,b] [--skip a,b] [--json] [--quiet]";

function parse(args) {
  const settings = { paths: [], min: 100, json: false, quiet: false, inside: [], check: {} };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    const next = () => args[++at] ?? fail(`${arg} needs a value`);
    if (arg === "--json" || arg === "--quiet") settings[arg.slice(2)] = true;
    else if (arg === "--strict") settings.check.strict = true;
    else if (arg === "--no-unsure") settings.check.withoutUnsure = true;
    else if (arg === "--trust-on") settings.check.trustOn = true;
    else if (arg === "--min") settings.min = Number(next());
    else if (arg === "--export") settings.inside = next().split(".");
    else if (arg === "--only" || arg === "--skip") {
      const categories = next().split(",");
      const unknown = categories.filter((one) => !CATEGORIES.includes(one));
      if (unknown.length > 0) fail(`no such category: ${unknown.join(", ")}`);
      settings.check[arg.slice(2)] = categories;
    } else if (arg.startsWith("--")) fail(`unknown option ${arg}`);
    else settings.paths.push(arg);
  }
  if (Number.isNaN(settings.min) || (settings.paths.length !== 0 && settings.paths.length !== 2)) fail(USAGE);
  return settings;
}

function fail(message) {
  console.error(message);
  process.exit(2);
}

function print(report, quiet) {
  console.log(`${report.product}: ${report.found} of ${report.total} names (${report.percent}%)`);
  for (const { category, found, total } of report.byCategory)
    console.log(`  ${category.padEnd(11)} ${found} / ${total}`);
  if (quiet) return;
  const lists = {
    missing: report.missing,
    "wrong numbers": report.wrongNumbers,
    "optional, not counted": report.optionalMissing,
  };
  for (const [title, rows] of Object.entries(lists)) {
    if (rows.length > 0) console.log(`${title}:`);
    for (const { category, owner, name, note } of rows) {
      console.log(
        `  ${category.padEnd(11)} ${owner === "" ? "" : `${owner}.`}${name}${note === undefined ? "" : `  (${note})`}`,
      );
    }
  }
}

async function checkOne(facts, modulePath, settings) {
  const manifest = JSON.parse(readFileSync(facts, "utf8"));
  let module = await import(pathToFileURL(resolve(modulePath)).href);
  for (const name of settings.inside)
    module = module?.[name] ?? module?.default?.[name] ?? fail(`the module has no ${name}`);
  const report = await checkSurface(manifest, module, settings.check);
  if (settings.json) console.log(JSON.stringify(report, null, 1));
  else print(report, settings.quiet);
  return report.percent >= settings.min;
}

const settings = parse(process.argv.slice(2));
let good = true;
if (settings.paths.length === 2) good = await checkOne(settings.paths[0], settings.paths[1], settings);
else {
  for (const { facts, module } of FACADES) {
    if (!existsSync(module)) fail(`${module} is not built`);
    good = (await checkOne(facts, module, settings)) && good;
  }
}
process.exitCode = good ? 0 : 1;
