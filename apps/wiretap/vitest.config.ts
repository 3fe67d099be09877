import { packageTests } from "../../tooling/config/vitest.mjs";

export default packageTests({ timeoutMs: 30_000 });
