import { writeFileSync } from "node:fs";
import { base64ModuleSource, TARGET } from "./generate.mjs";

writeFileSync(TARGET, await base64ModuleSource());
