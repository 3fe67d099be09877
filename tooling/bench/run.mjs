// `npm run bench`, or `pnpm --filter @wirepost/bench run bench [--quick] [--record] [--profile] [--list] [row …]`
import { run } from "./src/run.mjs";

process.exitCode = await run(process.argv.slice(2));
