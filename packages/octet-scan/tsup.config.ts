import { packageBuild } from "../../tooling/config/tsup.mjs";

export default packageBuild({ index: "src/index.ts", instantiate: "src/instantiate.ts" });
