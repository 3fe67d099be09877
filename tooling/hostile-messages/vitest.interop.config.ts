import { defineConfig } from "vitest/config";
import { sourceAliases } from "../config/vitest.mjs";

// As in tooling/interop: a forked process owns the servers, because they are bound to end when their parent does.
export default defineConfig({
  resolve: { alias: sourceAliases() },
  test: {
    include: ["test/**/*.interop.ts"],
    globalSetup: ["../interop/src/machine/prepare.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
    reporters: ["default", "json"],
    outputFile: { json: "../../.tmp/hostile-messages/real-servers.json" },
  },
});
