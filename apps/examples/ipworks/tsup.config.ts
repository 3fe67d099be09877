import { packageBuild } from "../../../tooling/config/tsup.mjs";

export default packageBuild({ run: "src/run.ts" }, { platform: "node" });
