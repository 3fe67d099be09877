import { packageBuild } from "../../tooling/config/tsup.mjs";

export default packageBuild(
  { index: "src/index.ts", java: "src/java.ts", dotnet: "src/dotnet.ts" },
  { platform: "node" },
);
