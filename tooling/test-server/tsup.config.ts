import { defineConfig } from "tsup";

// ESM only and without types: nothing outside this workspace ever installs it, and TypeScript reads its sources.
export default defineConfig({
  entry: { index: "src/index.ts" },
  format: ["esm"],
  target: "node20",
  platform: "node",
  clean: true,
  removeNodeProtocol: false,
});
