// base64-lines.wat -> the module as TypeScript. The result is committed: users need no assembler.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { moduleSource } from "../../../tooling/config/wat.mjs";

const FOLDER = dirname(fileURLToPath(import.meta.url));
export const TARGET = join(FOLDER, "..", "src", "generated", "base64-module.ts");

/** The text of src/generated/base64-module.ts. */
export const base64ModuleSource = () => moduleSource(join(FOLDER, "base64-lines.wat"), "BASE64_MODULE");
