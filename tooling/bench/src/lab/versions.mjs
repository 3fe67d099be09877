import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { BENCH, ROOT } from "./paths.mjs";
import { has } from "./processes.mjs";

function packageVersion(name) {
  return JSON.parse(readFileSync(join(BENCH, "node_modules", name, "package.json"), "utf8")).version;
}

function firstLine(program, ...args) {
  if (!has(program)) return undefined;
  const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  return (stdout || stderr).split("\n")[0].trim();
}

/** What stood beside what, and on what. */
export function versions(tools) {
  const git = (...words) => spawnSync("git", words, { cwd: ROOT, encoding: "utf8" }).stdout?.trim();
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    openssl: process.versions.openssl,
    wirepost:
      git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "packages") === "" ? "" : "+"),
    nodemailer: packageVersion("nodemailer"),
    emailjs: packageVersion("emailjs"),
    upyo: packageVersion("@upyo/smtp"),
    postfix: tools?.version,
    curl: firstLine("curl", "--version")?.split(" ").slice(0, 2).join(" "),
    python: firstLine("python3", "--version"),
    system: `${type()} ${release()}`,
    processor: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    memoryGib: Math.round(totalmem() / 2 ** 30),
  };
}
