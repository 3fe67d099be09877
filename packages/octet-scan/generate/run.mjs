import { writeFileSync } from "node:fs";
import { scanModuleSource, TARGET } from "./generate.mjs";

writeFileSync(TARGET, await scanModuleSource());
