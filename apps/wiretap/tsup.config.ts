import { packageBuild } from "../../tooling/config/tsup.mjs";

export default packageBuild({ index: "src/index.ts", bin: "src/bin.ts" }, { platform: "node" });
