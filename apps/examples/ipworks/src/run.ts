// node dist/run.js java|dotnet PROGRAM [--host localhost] [--port 25] [--user NAME --password WORD | --token TOKEN] [--ca FILE]
//   [--certificate FILE] [--key FILE] [--queue DIRECTORY] [--refused ADDRESS]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { DOTNET } from "./dotnet/programs.js";
import { JAVA } from "./java/programs.js";
import type { Program, Programs } from "./program.js";

const EDITIONS: Readonly<Record<string, Programs>> = { java: JAVA, dotnet: DOTNET };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: "string", default: "localhost" },
    port: { type: "string", default: "25" },
    user: { type: "string" },
    password: { type: "string" },
    token: { type: "string" },
    ca: { type: "string" },
    certificate: { type: "string" },
    key: { type: "string" },
    queue: { type: "string" },
    refused: { type: "string" },
  },
});
const [edition = "", name = ""] = positionals;
const programs: Readonly<Record<string, Program>> | undefined = EDITIONS[edition];
const program = programs?.[name];
if (program === undefined) {
  console.error(`java or dotnet, then one of: ${Object.keys(JAVA).join(", ")}`);
  process.exitCode = 2;
} else {
  const { host, port, user, password, token, ca, certificate, key, queue, refused } = values;
  program(
    {
      host,
      port: Number(port),
      user,
      password,
      token,
      refused,
      trust: ca === undefined ? undefined : readFileSync(ca, "utf8"),
      certificateFile: certificate,
      keyFile: key,
      queueDir: queue,
    },
    console.log,
  ).catch((error: unknown) => {
    console.error(String(error));
    process.exitCode = 1;
  });
}
