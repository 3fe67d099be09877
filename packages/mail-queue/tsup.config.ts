import { packageBuild } from "../../tooling/config/tsup.mjs";

export default packageBuild(
  { index: "src/index.ts", folder: "src/folder.ts", redis: "src/redis.ts" },
  { platform: "node", external: ["bullmq", "ioredis"] },
);
