import { figure } from "./lab/lines.mjs";

export function showAim(aim) {
  return aim === undefined ? "" : `${aim.at === "least" ? "≥" : "≤"} ${figure(aim.value)}`;
}

function showBeside({ beside, besideUnit }) {
  const cells = Object.entries(beside)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${figure(value)}`);
  return cells.length === 0 ? "" : `${cells.join(", ")}${besideUnit === undefined ? "" : ` ${besideUnit}`}`;
}

const verdict = (met) => (met === undefined ? "" : met ? "yes" : "NO");

/** One line for the terminal. */
export function showLine(one) {
  const aim = one.aim === undefined ? "" : `aim ${showAim(one.aim)}  ${one.met ? "met" : "NOT MET"}`;
  return `  ${one.what.padEnd(62)} ${figure(one.measured).padStart(8)} ${one.unit.padEnd(14)} ${aim.padEnd(24)} ${showBeside(one)}`;
}

/** RESULTS.md from what was recorded. */
export function table(results) {
  const out = [
    "# What was measured",
    "",
    "Written by `npm run bench`; do not edit. Each figure is a ratio to the limit program or to a peer of the same run: the",
    "median of interleaved rounds, the arrival of every message verified. Absolute figures only tell about one machine.",
  ];
  for (const { title, lines, date, rounds, quick, versions, loadBefore } of results) {
    out.push("", `## ${title}`, "", "| what | measured | aim | met | beside |", "|---|---|---|---|---|");
    for (const one of lines) {
      out.push(
        `| ${one.what} | ${figure(one.measured)} ${one.unit} | ${showAim(one.aim)} | ${verdict(one.met)} | ${showBeside(one)} |`,
      );
    }
    out.push(
      "",
      `${date.slice(0, 10)}, ${rounds} rounds${quick ? " (quick: a sanity check)" : ""}, load before ${loadBefore}; Node ${versions.node}, ${versions.processor}.`,
    );
  }
  if (results.length > 0) {
    const latest = results
      .map(({ date, versions }) => ({ date, versions }))
      .sort((a, b) => (a.date < b.date ? 1 : -1))[0];
    out.push("", "## Versions", "");
    for (const [name, version] of Object.entries(latest.versions)) {
      if (version !== undefined) out.push(`- ${name}: ${version}`);
    }
  }
  return `${out.join("\n")}\n`;
}

const BEGIN = "<!-- written by `npm run bench` -->";
const END = "<!-- end of what the bench wrote -->";

/** What the front page shows: every figure that has an aim, met or not, and what belongs to one ("… and"). */
export function summary(results) {
  const out = ["| what | measured | aim | met |", "|---|---|---|---|"];
  for (const { title, lines, date } of results) {
    if (lines.every(({ aim }) => aim === undefined)) continue;
    const aimed = lines.filter(({ aim, what }) => aim !== undefined || what.startsWith("…"));
    out.push(`| **${title}** (${date.slice(0, 10)}) | | | |`);
    for (const one of aimed) {
      out.push(
        `| ${one.what} | ${figure(one.measured)} ${one.unit} | ${showAim(one.aim)} | ${verdict(one.met)} |`,
      );
    }
  }
  return out.join("\n");
}

/** The page with its summary written anew. @throws when the page has no place for it */
export function withSummary(page, results) {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin)
    throw new Error(`the page has no place for the summary: ${BEGIN} … ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${summary(results)}\n\n${page.slice(end)}`;
}
