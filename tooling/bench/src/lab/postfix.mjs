import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT, scratchFolder } from "./paths.mjs";

/**
 * Postfix's smtp-source and smtp-sink: from the image of the interop suite where it is unpacked, else from Debian's package,
 * unpacked here. No daemon runs.
 * @returns {{ source: string, sink: string, env: Record<string, string>, version: string } | undefined}
 */
export function postfixTools() {
  const images = join(ROOT, ".tmp", "interop", "images");
  const unpacked = existsSync(images) ? readdirSync(images).map((name) => join(images, name)) : [];
  const own = scratchFolder("postfix");
  for (const folder of [...unpacked, own]) {
    const tools = toolsIn(folder);
    if (tools !== undefined) return tools;
  }
  spawnSync("apt-get", ["download", "postfix"], { cwd: own, stdio: "ignore" });
  const archive = readdirSync(own).find((name) => name.endsWith(".deb"));
  if (archive === undefined) return undefined;
  spawnSync("dpkg", ["-x", join(own, archive), own], { stdio: "ignore" });
  return toolsIn(own);
}

function toolsIn(folder) {
  const source = join(folder, "usr/sbin/smtp-source");
  const sink = join(folder, "usr/sbin/smtp-sink");
  const libraries = join(folder, "usr/lib/postfix");
  if (![source, sink, libraries].every((path) => existsSync(path))) return undefined;
  const env = { LD_LIBRARY_PATH: libraries };
  // The library's name holds the version: libpostfix-util.so is built for one release alone.
  const probe = spawnSync(sink, [], { env: { ...process.env, ...env }, encoding: "utf8" });
  if (probe.status === 127 || probe.error !== undefined) return undefined;
  return { source, sink, env, version: debianVersion(folder) };
}

function debianVersion(folder) {
  for (const place of [folder, join(folder, "usr/share/doc/postfix")]) {
    const list = join(place, ".packages");
    if (existsSync(list)) {
      const found = spawnSync("grep", ["-o", "^postfix_[^_]*", list], { encoding: "utf8" }).stdout.trim();
      if (found !== "") return found.slice("postfix_".length);
    }
  }
  const archive = readdirSync(folder).find((name) => name.startsWith("postfix_"));
  return archive?.split("_")[1] ?? "unknown";
}
