// Tarballs as npm would get them.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** @typedef {import("../../config/workspace.mjs").Package} Package */

function run(program, args, cwd) {
  return new Promise((resolve, reject) => {
    let text = "";
    const child = spawn(program, args, { cwd, shell: process.platform === "win32" });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`${program} ${args.join(" ")} failed (${code})\n${text}`));
    });
  });
}

/**
 * Packs one package (workspace: versions become real ones). Returns the path of the tarball.
 * @param {Package} owner @param {string} folder
 */
export async function pack(owner, folder) {
  const own = join(folder, owner.short);
  mkdirSync(own, { recursive: true });
  await run("pnpm", ["pack", "--pack-destination", own], owner.folder);
  const [name] = readdirSync(own).filter((file) => file.endsWith(".tgz"));
  if (name === undefined) throw new Error(`pnpm pack made no tarball for ${owner.name}`);
  return join(own, name);
}

/** Unpacks a tarball into `folder`, without its leading `package/`. */
export async function unpack(tarball, folder) {
  mkdirSync(folder, { recursive: true });
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", folder], folder);
}
