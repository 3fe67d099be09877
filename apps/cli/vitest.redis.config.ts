// Needs Debian's redis-server, which a fresh machine lacks, so it is not part of the unit suite.
import { packageTests } from "../../tooling/config/vitest.mjs";

export default packageTests({ include: ["test/redis/**/*.redis.ts"], timeoutMs: 60_000 });
