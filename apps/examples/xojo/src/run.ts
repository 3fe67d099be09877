// node dist/run.js PROGRAM [--address localhost] [--port 25] [--user NAME --password WORD] [--ca FILE]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Program } from "./program.js";
import { firewallPort } from "./samples/firewall-port.js";
import { mailSocket } from "./samples/mail-socket.js";
import { sendButton } from "./samples/send-button.js";
import { sendMailSocket } from "./samples/send-mail-socket.js";
import { tcpSocket } from "./samples/tcp-socket.js";
import { plainLogin } from "./scenarios/a1-plain-login.js";
import { implicitTls, startTls } from "./scenarios/a2-secure.js";
import { oldSpellings } from "./scenarios/a3-old-spellings.js";
import { addHandler } from "./scenarios/a4-add-handler.js";
import { refusedAndCancelled } from "./scenarios/a5-refused-and-cancelled.js";
import { close, disconnect, dropped, refusedPort, unknownHost } from "./scenarios/a6-errors.js";

const PROGRAMS: Readonly<Record<string, Program>> = {
  "send-mail-socket": sendMailSocket,
  "send-button": sendButton,
  "mail-socket": mailSocket,
  "firewall-port": firewallPort,
  "tcp-socket": tcpSocket,
  a1: plainLogin,
  "a2-implicit": implicitTls,
  "a2-starttls": startTls,
  a3: oldSpellings,
  a4: addHandler,
  a5: refusedAndCancelled,
  "a6-unknown-host": unknownHost,
  "a6-refused-port": refusedPort,
  "a6-dropped": dropped,
  "a6-disconnect": disconnect,
  "a6-close": close,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    address: { type: "string", default: "localhost" },
    port: { type: "string", default: "25" },
    user: { type: "string" },
    password: { type: "string" },
    ca: { type: "string" },
  },
});
const program = PROGRAMS[positionals[0] ?? ""];
if (program === undefined) {
  console.error(`one of: ${Object.keys(PROGRAMS).join(", ")}`);
  process.exitCode = 2;
} else {
  const { address, port, user, password, ca } = values;
  await program(
    {
      address,
      port: Number(port),
      username: user,
      password,
      trust: ca === undefined ? undefined : readFileSync(ca, "utf8"),
    },
    console.log,
  );
}
