import { packageTests } from "../../tooling/config/vitest.mjs";

// Needs python3, so it is no part of `test`: `pnpm test:interop`.
export default packageTests({ include: ["test/interop/**/*.interop.ts"], timeoutMs: 120_000 });
