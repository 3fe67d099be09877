import { once } from "node:events";
import { scratchFolder } from "./paths.mjs";
import { start } from "./processes.mjs";

/** Runs a program of ours to its end and reads the JSON that it prints last. */
export async function printed(file, { argument, profile, core, nodeArguments = [], env } = {}) {
  const args = [...nodeArguments];
  if (profile !== undefined) {
    args.push(
      "--cpu-prof",
      `--cpu-prof-dir=${scratchFolder("profiles")}`,
      `--cpu-prof-name=${profile}.cpuprofile`,
    );
  }
  const child = start(
    process.execPath,
    [...args, file, ...(argument === undefined ? [] : [JSON.stringify(argument)])],
    {
      core,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${file} ended with ${code}`);
  return JSON.parse(output.trim().split("\n").at(-1));
}
