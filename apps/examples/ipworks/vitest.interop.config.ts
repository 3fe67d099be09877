// Needs a real Postfix, which a fresh machine lacks, so it is no part of `test`. A forked process, not a thread, owns the server,
// because that is bound to end with its parent.
import { packageTests } from "../../../tooling/config/vitest.mjs";

const config = packageTests({ include: ["test/interop/**/*.interop.ts"], timeoutMs: 60_000 });
export default {
  ...config,
  test: { ...config.test, pool: "forks", fileParallelism: false, hookTimeout: 300_000 },
};
