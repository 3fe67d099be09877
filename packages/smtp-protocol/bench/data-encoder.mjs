// Dot-stuffing and line-end check against a bare walk over line ends. Build first: pnpm --filter @wirepost/smtp-protocol build
// Run: node packages/smtp-protocol/bench/data-encoder.mjs
import { loadVectorUnit } from "@wirepost/octet-scan";
import { DataEncoder } from "../dist/index.js";
import { report, rounds } from "./rounds.mjs";

await loadVectorUnit();

const SIZE = 64 * 1024;
const line = (width, end) =>
  `${"abcdefghijklmnopqrstuvwxyz0123456789+/ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/".slice(0, width)}${end}`;
const fill = (text) => Buffer.from(text.repeat(Math.floor(SIZE / text.length)), "latin1");
const BODIES = {
  "76 columns, CRLF": fill(line(76, "\r\n")),
  "76 columns, LF": fill(line(76, "\n")),
  "20 columns, CRLF": fill(line(20, "\r\n")),
  "a dot on each line": fill(`.${line(75, "\r\n")}`),
  "nothing but line ends": fill("\r\n"),
  "nothing but bare CR": fill("\r"),
  tabs: fill(`${"\t".repeat(76)}\r\n`),
};

const target = Buffer.alloc(SIZE * 2 + 8);
for (const [name, body] of Object.entries(BODIES)) {
  const walk = () => {
    for (let at = body.indexOf(0x0a); at !== -1; at = body.indexOf(0x0a, at + 1));
  };
  const encoder = new DataEncoder({ dotStuffing: true });
  const encode = () => {
    encoder.encodeInto(body, 0, target, 0);
    if (encoder.read !== body.length) throw new Error("did not fit");
    encoder.finishInto(target, encoder.written);
  };
  report(name, rounds({ "indexOf walk": walk, DataEncoder: encode }, body.length), "GB/s", 1e-9);
}
