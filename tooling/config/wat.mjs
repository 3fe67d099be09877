// WebAssembly as text -> TypeScript that holds the module.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import wabt from "wabt";

/** Source of a file that exports the module as base64 under `name`. @throws where the text is no valid module */
export async function moduleSource(file, name) {
  const { parseWat } = await wabt();
  const text = basename(file);
  const source = parseWat(text, readFileSync(file, "utf8"), { simd: true });
  try {
    source.validate();
    const { buffer } = source.toBinary({});
    return [
      `// Made from generate/${text} by \`pnpm generate\`; do not edit.`,
      "",
      `/** The module in base64; ${buffer.length} octets. */`,
      `export const ${name} =`,
      `  "${Buffer.from(buffer).toString("base64")}";`,
      "",
    ].join("\n");
  } finally {
    source.destroy();
  }
}
