// How a floor is run: two files at a time, one for each core.
import { fileURLToPath } from "node:url";
import { packageTests } from "../config/vitest.mjs";

/** @param {string} floor the folder, and the ending of its files */
export function floorTests(floor) {
  const config = packageTests({ include: [`${floor}/**/*.${floor}.ts`] });
  config.test.maxWorkers = 2;
  // Most cases of a hostile server wait for something.
  config.test.maxConcurrency = 16;
  config.resolve.alias.push({
    find: /^@wirepost\/wiretap$/,
    replacement: fileURLToPath(new URL("../../apps/wiretap/src/index.ts", import.meta.url)),
  });
  return config;
}
