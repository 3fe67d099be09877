// scan.wat -> the module as TypeScript. The result is committed: users need no assembler.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import wabt from "wabt";

const FOLDER = dirname(fileURLToPath(import.meta.url));
export const TARGET = join(FOLDER, "..", "src", "generated", "scan-module.ts");

/** The text of src/generated/scan-module.ts. */
export async function scanModuleSource() {
  const { parseWat } = await wabt();
  const source = parseWat("scan.wat", readFileSync(join(FOLDER, "scan.wat"), "utf8"), { simd: true });
  try {
    source.validate();
    const { buffer } = source.toBinary({});
    const text = Buffer.from(buffer).toString("base64");
    return `// Made from generate/scan.wat by \`pnpm generate\`; do not edit.\n\n/** The module in base64; ${buffer.length} octets. */\nexport const SCAN_MODULE =\n  "${text}";\n`;
  } finally {
    source.destroy();
  }
}
