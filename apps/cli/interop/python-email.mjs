// `wirepost send` to `wirepost serve` over TLS with a login: does Python's email package read what was sent?
// Needs python3 and the built package. Exits 0 when it agrees.
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

const BIN = fileURLToPath(new URL("../dist/bin.js", import.meta.url));
const READER = fileURLToPath(new URL("./read-message.py", import.meta.url));
const env = { ...process.env, WIREPOST_PASSWORD: "s3cret" };
const folder = await mkdtemp(join(tmpdir(), "wirepost-"));
const out = join(folder, "Maildir");
const ca = join(folder, "ca.pem");
const name = "Übersicht – 報告.pdf";
const file = randomBytes(5 * 1024 * 1024);
await writeFile(join(folder, name), file);

const serveFlags = [
  "--port",
  "0",
  "--json",
  "--user",
  "ann",
  "--ca-file",
  ca,
  "--out",
  out,
  "--exit-after",
  "1",
];
const server = spawn(process.execPath, [BIN, "serve", ...serveFlags], {
  env,
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = once(server, "close");
const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
const { port } = JSON.parse((await lines.next()).value);

const fields = [
  "--from",
  "Zoë Müller <zoe@example.com>",
  "--to",
  "Renée <rene@example.org>",
  "--subject",
  "Grüße: 見積書",
];
const sendFlags = [
  `smtp://ann@127.0.0.1:${port}`,
  "--starttls",
  "required",
  "--ca",
  ca,
  "--json",
  "--attach",
  join(folder, name),
];
const input = "Schöne Grüße\n.\n.dot\nFrom the end\n";
const receipt = JSON.parse(
  execFileSync(process.execPath, [BIN, "send", ...sendFlags, ...fields], { env, input }),
);
for await (const _event of { [Symbol.asyncIterator]: () => lines });
await ended;

const [caught] = await readdir(join(out, "new"));
const read = JSON.parse(execFileSync("python3", [READER, join(out, "new", caught)]));
await rm(folder, { recursive: true });
const expected = {
  defects: [],
  subject: "Grüße: 見積書",
  from: [["Zoë Müller", "zoe@example.com"]],
  to: [["Renée", "rene@example.org"]],
  messageId: receipt.messageId,
  text: input,
  attachments: [{ name, type: "application/pdf", sha256: createHash("sha256").update(file).digest("hex") }],
};
const agrees = isDeepStrictEqual(read, expected);
console.log(
  agrees ? "Python's email package agrees" : `Python's email package reads ${JSON.stringify(read, null, 2)}`,
);
process.exitCode = agrees ? 0 : 1;
