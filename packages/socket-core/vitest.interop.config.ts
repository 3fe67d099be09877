import { packageTests } from "../../tooling/config/vitest.mjs";

export default packageTests({ include: ["test/interop/**/*.interop.ts"], timeoutMs: 60_000 });
