import { packageBuild } from "../../tooling/config/tsup.mjs";

export default packageBuild(
  { index: "src/index.ts", server: "src/server.ts", bin: "src/bin.ts" },
  { platform: "node" },
);
