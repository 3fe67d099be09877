import { defineConfig } from "vitest/config";
import { sourceAliases } from "../config/vitest.mjs";

export default defineConfig({
  resolve: { alias: sourceAliases() },
  test: {
    include: ["src/**/*.test.ts"],
    maxConcurrency: 24,
    testTimeout: 60_000,
    passWithNoTests: false,
    reporters: ["default", "json"],
    outputFile: { json: "../../.tmp/hostile-messages/report.json" },
  },
});
