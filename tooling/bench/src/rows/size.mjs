import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { firstMessageFile } from "../../../size/src/first-message.mjs";
import { measure } from "../../../size/src/measure.mjs";
import { atMost, line } from "../lab/lines.mjs";
import { BENCH, ROOT } from "../lab/paths.mjs";

/** Loaded when octets are looked at, not before. */
const DOORS_OF_SMTP_PROTOCOL = /^make-unit-/;

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
      line(
        "… with the grammar of every command, by commandLine()",
        kilobytes(await shaken("ClientProtocol, commandLine", "@wirepost/smtp-protocol")),
        "KB",
      ),
    ];
  },
};

/** What names of a package cost in a bundle that loads the rest of it when it is needed. */
async function shaken(names, specifier) {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names} } from "${specifier}";`, resolveDir: BENCH, sourcefile: "door.js" },
    bundle: true,
    minify: true,
    splitting: true,
    outdir: "out",
    format: "esm",
    platform: "browser",
    conditions: ["module", "import"],
    target: "node20",
    write: false,
    legalComments: "none",
    logLevel: "silent",
  });
  const [door, ...others] = outputFiles;
  const lazy = others.map(({ path }) => basename(path)).filter((name) => !DOORS_OF_SMTP_PROTOCOL.test(name));
  if (lazy.length > 0) throw new Error(`${names} shares ${lazy} with what is loaded later: count that too`);
  return gzipSync(door.contents, { level: 9 }).length;
}
