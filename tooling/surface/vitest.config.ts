import { packageTests } from "../config/vitest.mjs";

export default packageTests({ include: ["src/**/*.test.mjs"], timeoutMs: 20_000 });
