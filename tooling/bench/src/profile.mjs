// Where the time went, from a CPU profile that Node wrote.
import { existsSync, readFileSync } from "node:fs";

/** Functions by their own time: [{ name, place, share }], the idle part left out. */
export function ownTimes(profile) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const times = new Map();
  let total = 0;
  profile.samples.forEach((id, i) => {
    const { functionName, url, lineNumber } = nodes.get(id).callFrame;
    if (functionName === "(idle)" || functionName === "(root)") return;
    const delta = profile.timeDeltas[i];
    total += delta;
    const place =
      url === "" ? "" : `${url.replace(/^.*\/(packages|tooling|node_modules)\//, "$1/")}:${lineNumber + 1}`;
    const key = `${functionName || "(anonymous)"}\t${place}`;
    times.set(key, (times.get(key) ?? 0) + delta);
  });
  return [...times]
    .sort((a, b) => b[1] - a[1])
    .map(([key, time]) => {
      const [name, place] = key.split("\t");
      return { name, place, share: time / total };
    });
}

/** Shares by package. */
export function byPackage(functions) {
  const shares = new Map();
  for (const { name, place, share } of functions) {
    const found = /^packages\/([^/]+)|^node_modules\/((?:@[^/]+\/)?[^/]+)|^(node):/.exec(place);
    const owner =
      found?.[1] ??
      found?.[2] ??
      found?.[3] ??
      (place === "" ? (name.startsWith("(") ? name : "native") : "this bench");
    shares.set(owner, (shares.get(owner) ?? 0) + share);
  }
  return [...shares].sort((a, b) => b[1] - a[1]);
}

export function showProfile(file, most = 25) {
  if (!existsSync(file)) {
    console.log(`  no profile was written: ${file}`);
    return;
  }
  const functions = ownTimes(JSON.parse(readFileSync(file, "utf8")));
  const shares = byPackage(functions).filter(([, share]) => share >= 0.005);
  console.log(`  own time, ${file}`);
  console.log(`    ${shares.map(([owner, share]) => `${owner} ${(share * 100).toFixed(0)} %`).join(", ")}`);
  for (const { name, place, share } of functions.slice(0, most)) {
    console.log(`    ${(share * 100).toFixed(1).padStart(5)} %  ${name.padEnd(34)} ${place}`);
  }
}
