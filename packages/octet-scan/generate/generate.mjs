// scan.wat -> the module as TypeScript. The result is committed: users need no assembler.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { moduleSource } from "../../../tooling/config/wat.mjs";

const FOLDER = dirname(fileURLToPath(import.meta.url));
export const TARGET = join(FOLDER, "..", "src", "generated", "scan-module.ts");

/** The text of src/generated/scan-module.ts. */
export const scanModuleSource = () => moduleSource(join(FOLDER, "scan.wat"), "SCAN_MODULE");
