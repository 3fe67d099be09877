import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.js";
import { cacheFolder } from "./paths.js";
import { type Release, sourceList } from "./sources.js";

/**
 * apt with a state of its own: it believes that nothing is installed, so what it fetches is complete by itself and
 * does not depend on the machine; the machine's own lists, cache and dpkg database are neither used nor changed.
 */
async function apt(release: Release, words: readonly string[]): Promise<string> {
  const home = cacheFolder("apt", release);
  cacheFolder("apt", release, "state", "lists", "partial");
  cacheFolder("apt", release, "cache", "archives", "partial");
  writeFileSync(join(home, "sources.list"), sourceList(release));
  if (!existsSync(join(home, "status"))) writeFileSync(join(home, "status"), "");
  const options: Record<string, string> = {
    "Dir::State": join(home, "state"),
    "Dir::State::status": join(home, "status"),
    "Dir::Cache": join(home, "cache"),
    "Dir::Etc::sourcelist": join(home, "sources.list"),
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::Etc::preferences": "/dev/null",
    "Dir::Etc::preferencesparts": "/dev/null",
    "Acquire::Languages": "none",
    "Acquire::Retries": "3",
    "APT::Sandbox::User": "root",
    "Debug::NoLocking": "true",
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return command("apt-get", ["-qq", "-y", "--no-install-recommends", ...flags, ...words]);
}

const updated = new Set<Release>();

/** Renews the package lists of the release, once in a run. */
async function update(release: Release): Promise<void> {
  if (updated.has(release)) return;
  updated.add(release);
  await apt(release, ["update"]);
}

/** Fetches the packages with everything that they depend on and gives the paths of the archives. */
export async function downloadPackages(release: Release, names: readonly string[]): Promise<string[]> {
  const archives = cacheFolder("apt", release, "cache", "archives");
  const fetch = async () => {
    // apt leaves out of its plan what the archive folder holds already; the plan is asked for without that folder.
    const emptied = ["-o", "Dir::Cache::archives=/nonexistent/"];
    const plan = await apt(release, [...emptied, "install", "--print-uris", ...names]);
    await apt(release, ["install", "--download-only", ...names]);
    // Each line of the plan is: 'uri' file-name size hash
    return plan.split("\n").flatMap((line) => /^'[^']+' (\S+)/.exec(line)?.[1] ?? []);
  };
  const lists = readdirSync(cacheFolder("apt", release, "state", "lists"));
  if (!lists.some((name) => name.endsWith("_Packages"))) await update(release);
  let files: string[];
  try {
    files = await fetch();
  } catch {
    // Lists of another day name files that a point release has replaced.
    await update(release);
    files = await fetch();
  }
  return files.map((name) => join(archives, name));
}
