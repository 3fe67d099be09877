// Needs programs that a fresh machine lacks (python3-dkim), so it is not part of the unit suite.
import { packageTests } from "../../tooling/config/vitest.mjs";

export default packageTests({ include: ["test/interop/**/*.interop.ts"], timeoutMs: 60_000 });
