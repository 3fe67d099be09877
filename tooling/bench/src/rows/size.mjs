import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { firstMessageFile } from "../../../size/src/first-message.mjs";
import { measure } from "../../../size/src/measure.mjs";
import { atMost, line } from "../lab/lines.mjs";
import { BENCH, ROOT } from "../lab/paths.mjs";

const require = createRequire(import.meta.url);

export default {
  title: "Size, minified and gzipped",
  async measure() {
    const client = await measure(join(ROOT, "packages/smtp-client/dist/index.js"), { pure: false });
    const engine = await measure(firstMessageFile(), { pure: false });
    const nodemailer = await measure(join(require.resolve("nodemailer"), "../../esm/nodemailer.js"), {
      pure: false,
    });
    const upyo = await measure(join(BENCH, "node_modules/@upyo/smtp/dist/index.js"), { pure: false });
    const kilobytes = (bytes) => bytes / 1000;
    return [
      line(
        "@wirepost/smtp-client without lazy doors",
        kilobytes(client.gzipBytes),
        "KB",
        atMost(35),
        {
          nodemailer: kilobytes(nodemailer.gzipBytes),
          upyo: kilobytes(upyo.gzipBytes),
          "lazy doors": kilobytes(client.lazyGzipBytes),
        },
        "KB",
      ),
      // Plain sending opens this door too, so the aim for the package holds for it as well.
      line("… what its first message loads", kilobytes(engine.gzipBytes), "KB", atMost(35)),
      line(
        "ClientProtocol alone, tree-shaken",
        kilobytes(await shaken("ClientProtocol", "@wirepost/smtp-protocol")),
        "KB",
        atMost(8),
      ),
    ];
  },
};

/** What one name of a package costs in a bundle. */
async function shaken(name, specifier) {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${name} } from "${specifier}";`, resolveDir: BENCH },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    conditions: ["module", "import"],
    target: "node20",
    write: false,
    legalComments: "none",
    logLevel: "silent",
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}
