// One command for every row: measures, prints, and records what was measured with versions and date.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { figure } from "./lab/lines.mjs";
import { BENCH, FRONT_PAGE, RESULTS, scratchFolder } from "./lab/paths.mjs";
import { postfixTools } from "./lab/postfix.mjs";
import { endAll } from "./lab/processes.mjs";
import { versions } from "./lab/versions.mjs";
import { showProfile } from "./profile.mjs";
import { ORDER, recorded } from "./recorded.mjs";
import { showLine, table, withSummary } from "./table.mjs";

const ROWS = join(BENCH, "src", "rows");

const USAGE = `usage: npm run bench -- [--quick] [--record] [--rounds N] [--profile] [--list] [row …]

  --quick     few rounds of little work: a sanity check, not a measurement; not recorded
  --record    records a quick run too
  --rounds N  counted rounds of each row; default 9, with --quick 3
  --profile   writes CPU profiles of Wirepost's own processes to .tmp/bench/profiles and shows where the time went
  --list      names the rows
`;

export async function run(words) {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      record: { type: "boolean", default: false },
      profile: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      rounds: { type: "string" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const known = new Set(
    readdirSync(ROWS)
      .filter((name) => name.endsWith(".mjs"))
      .map((name) => basename(name, ".mjs")),
  );
  const names = [
    ...ORDER.filter((name) => known.has(name)),
    ...[...known].filter((name) => !ORDER.includes(name)).sort(),
  ];
  if (values.list) {
    for (const name of names) console.log(`${name.padEnd(18)}${(await load(name)).title}`);
    return 0;
  }
  const unknown = positionals.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    console.error(`there is no row ${unknown.join(", ")}\n\n${USAGE}`);
    return 64;
  }
  const { quick } = values;
  const rounds = Number(values.rounds ?? (quick ? 3 : 9));
  const record = (!quick && rounds >= 9) || values.record;
  const tools = postfixTools();
  if (tools === undefined)
    console.error("bench: Postfix's smtp-sink is not there (apt-get download postfix); its rows will fail");
  const about = versions(tools);
  console.log(
    `Node ${about.node}, ${about.processor}, ${new Date().toISOString().slice(0, 10)}, load ${loadavg()[0].toFixed(1)}; ` +
      `${rounds} rounds${quick ? ", quick: a sanity check, not a measurement" : ""}\n`,
  );

  let failed = 0;
  let missed = 0;
  for (const name of names.filter((row) => positionals.length === 0 || positionals.includes(row))) {
    const row = await load(name);
    console.log(row.title);
    const began = performance.now();
    const profiles = [];
    const profile = (what) => {
      if (!values.profile) return undefined;
      profiles.push(`${name}-${what}`);
      return `${name}-${what}`;
    };
    /** @type {{ date: string, row: string, title: string, rounds: number, quick: boolean, loadBefore: number }} */
    const result = {
      row: name,
      title: row.title,
      date: new Date().toISOString(),
      rounds,
      quick,
      loadBefore: Number(loadavg()[0].toFixed(2)),
      versions: about,
    };
    try {
      result.lines = await row.measure({ quick, rounds, tools, profile });
      missed += result.lines.filter(({ met }) => met === false).length;
      for (const one of result.lines) console.log(showLine(one));
      result.seconds = Math.round((performance.now() - began) / 100) / 10;
      if (record) save(result);
    } catch (error) {
      failed++;
      console.error(`  FAILED: ${error.stack ?? error}`);
    } finally {
      endAll();
    }
    for (const what of profiles) showProfile(join(scratchFolder("profiles"), `${what}.cpuprofile`));
    console.log("");
  }
  if (record) writeTable();
  console.log(`${figure(missed)} aims missed, ${failed} rows failed`);
  return failed > 0 ? 1 : 0;
}

function load(name) {
  return import(`./rows/${name}.mjs`).then((module) => module.default);
}

function save(result) {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${result.row}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
}

function writeTable() {
  const results = recorded();
  writeFileSync(join(BENCH, "RESULTS.md"), table(results));
  writeFileSync(FRONT_PAGE, withSummary(readFileSync(FRONT_PAGE, "utf8"), results));
}
