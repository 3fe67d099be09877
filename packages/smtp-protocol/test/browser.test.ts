// Where there is no Node: the package as a browser would bundle it, run with the globals that a browser has.
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { expect, it } from "vitest";

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

it("bundles for a browser without a module of Node, and runs there", async () => {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `
        import { NEED_DATA, ReplyParser, serializeCommand, DataEncoder } from "./index.js";
        const parser = new ReplyParser();
        parser.push(new TextEncoder().encode("250-" + "x".repeat(60) + "\\r\\n250 gr\\u00fc\\u00dfe\\r\\n"));
        const encoder = new DataEncoder({ dotStuffing: true });
        const target = new Uint8Array(40);
        encoder.encodeInto(new TextEncoder().encode(".a\\nb"), 0, target, 0);
        const size = encoder.written + encoder.finishInto(target, encoder.written);
        globalThis.result = JSON.stringify([
          parser.next(true).lines[1],
          parser.next(true) === NEED_DATA,
          serializeCommand({ verb: "RCPT", to: { localPart: "a", domain: "b\\u00fccher.example" } }),
          String.fromCharCode(...target.subarray(0, size)),
        ]);`,
      resolveDir: path("../src"),
    },
    alias: { "@wirepost/mail-address": path("../../mail-address/src/index.ts") },
    bundle: true,
    write: false,
    metafile: true,
    platform: "browser",
    format: "iife",
    logLevel: "silent",
  });
  expect(
    Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external }) => external)),
  ).toEqual([]);
  const browser = createContext({ TextEncoder, TextDecoder, URL, Uint8Array }) as { result?: string };
  runInContext(outputFiles[0]!.text, browser);
  expect(JSON.parse(browser.result!)).toEqual([
    "grüße",
    true,
    "RCPT TO:<a@xn--bcher-kva.example>\r\n",
    "..a\r\nb\r\n.\r\n",
  ]);
});
