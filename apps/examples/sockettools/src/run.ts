// node dist/run.js PROGRAM [--host localhost] [--port 25] [--user NAME --password WORD] [--from ADDRESS] [--to ADDRESS] [--ca FILE]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Program } from "./program.js";
import { eventDriven } from "./samples/event-driven.js";
import { deliverMessage } from "./scenarios/c1-sample.js";
import { allByProperties } from "./scenarios/c2-properties.js";
import { stepByStep } from "./scenarios/c3-low-level.js";

const PROGRAMS: Readonly<Record<string, Program>> = {
  c1: deliverMessage,
  c2: allByProperties,
  c3: stepByStep,
  "event-driven": eventDriven,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: "string", default: "localhost" },
    port: { type: "string", default: "25" },
    user: { type: "string" },
    password: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    ca: { type: "string" },
  },
});
const program = PROGRAMS[positionals[0] ?? ""];
if (program === undefined) {
  console.error(`one of: ${Object.keys(PROGRAMS).join(", ")}`);
  process.exitCode = 2;
} else {
  const { host, port, user, password, from, to, ca } = values;
  await program(
    {
      host,
      port: Number(port),
      userName: user,
      password,
      sender: from,
      recipient: to,
      trust: ca === undefined ? undefined : readFileSync(ca, "utf8"),
    },
    console.log,
  );
}
