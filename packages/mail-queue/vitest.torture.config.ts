// Needs strace, which a fresh machine lacks, so it is not part of the unit suite.
import { packageTests } from "../../tooling/config/vitest.mjs";

export default packageTests({ include: ["test/torture/**/*.torture.ts"], timeoutMs: 900_000 });
