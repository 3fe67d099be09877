import { defineConfig } from "vitest/config";
import { sourceAliases } from "../config/vitest.mjs";

// One file at a time: each starts the servers it needs, and two cores are better spent on one conversation.
// A forked process (not a thread) owns the servers, because they are bound to end when their parent does.
export default defineConfig({
  resolve: { alias: sourceAliases() },
  test: {
    include: ["test/**/*.interop.ts"],
    globalSetup: ["src/machine/prepare.ts"],
    pool: "forks",
    fileParallelism: false,
    // Where tests wait for a program to start, two of them may.
    maxConcurrency: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
    reporters: ["default", "json"],
    outputFile: { json: "../../.tmp/interop/report.json" },
  },
});
