import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import pc from "picocolors";
import { CliError } from "../errors.js";
import { count, port, size } from "../flag-values.js";
import { readTextFile } from "../input.js";
import { arrivalLine, showMessage } from "../render/arrival.js";
import { escapeLine } from "../render/escape.js";
import type { CaughtMessage } from "../serve/caught-message.js";
import type { ServerCertificate } from "../serve/certificate.js";
import type { EmbeddedServer } from "../serve/embedded-server.js";
import { messageSummary } from "../serve/message-json.js";
import type { StoreFormat } from "../serve/message-store.js";
import type { ServerProblem, ServerTls } from "../serve/options.js";
import { type Terminal, wantsColour } from "../terminal.js";

interface ServeFlags {
  readonly host: string;
  readonly port: number;
  readonly tls: ServerTls;
  readonly user?: string;
  readonly password?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly caFile?: string;
  readonly out?: string;
  readonly format: StoreFormat;
  readonly maxSize?: number;
  readonly simulate?: true;
  readonly exitAfter?: number;
  readonly show?: true;
  readonly json?: true;
}

/** `wirepost serve`: the embedded server with a window. */
export function serveCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  return new Command("serve")
    .description("catch mail on this machine: take every message, deliver none")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("-p, --port <number>", "port to listen on, 0 for any free one", port, 2525)
    .addOption(
      new Option("--tls <mode>", "how TLS is offered")
        .choices(["none", "starttls", "implicit"])
        .default("starttls"),
    )
    .option("--user <name>", "require a login with this name")
    .option("--password <password>", "and this password (default: environment WIREPOST_PASSWORD)")
    .option("--cert <file>", "certificate chain, PEM (default: one made for this run)")
    .option("--key <file>", "its private key, PEM")
    .option("--ca-file <file>", "write the authority of the certificate made for this run here")
    .option("--out <directory>", "write each message into this directory before it is acknowledged")
    .addOption(
      new Option("--format <format>", "as what --out writes")
        .choices(["maildir", "json", "eml"])
        .default("maildir"),
    )
    .option("--max-size <bytes>", "refuse larger messages with 552 (default: 64M)", size)
    .option("--simulate", "let addresses ask for refusals, such as rcpt-451@example.org")
    .option("--exit-after <count>", "stop after so many messages", count)
    .option("--show", "print each message, not only a line about it")
    .option("--json", "print one JSON object per event")
    .action(async (flags: ServeFlags) => done(await serve(flags, terminal)));
}

async function serve(flags: ServeFlags, terminal: Terminal): Promise<number> {
  const view = flags.json === true ? jsonView(terminal) : textView(terminal, flags.show === true);
  const certificate = await givenCertificate(flags);
  // The server and its parser load only here: no other command needs them.
  const { openMessageStore, startEmbeddedServer } = await import("../server.js");
  const store = flags.out === undefined ? undefined : await openMessageStore(flags.out, flags.format);
  let enough = () => {};
  const stopped = new Promise<void>((resolve) => {
    enough = resolve;
    if (terminal.signal.aborted) resolve();
    terminal.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  let arrived = 0;
  const server = await startEmbeddedServer({
    host: flags.host,
    port: flags.port,
    tls: flags.tls,
    certificate,
    users: users(flags, terminal.env),
    maxMessageBytes: flags.maxSize,
    simulate: flags.simulate,
    keepMessages: 0,
    store,
    onMessage: (message, location) => {
      view.message(message, location);
      arrived += 1;
      if (arrived === flags.exitAfter) enough();
    },
    onProblem: view.problem,
  });
  try {
    if (flags.caFile !== undefined) await writeAuthority(flags.caFile, server);
    view.listening(server, flags);
    await stopped;
  } finally {
    await server.close();
  }
  view.closed(arrived);
  return 0;
}

function users(flags: ServeFlags, env: Terminal["env"]) {
  const password = flags.password ?? (flags.user === undefined ? undefined : env["WIREPOST_PASSWORD"]);
  if (flags.user === undefined && password === undefined) return undefined;
  if (flags.user === undefined || password === undefined) {
    throw new CliError("ERR_CLI_USAGE", "a login needs both --user and a password");
  }
  return [{ username: flags.user, password }];
}

async function givenCertificate({
  cert,
  key,
  tls,
  caFile,
}: ServeFlags): Promise<ServerCertificate | undefined> {
  if (tls === "none" && (cert ?? key ?? caFile) !== undefined) {
    throw new CliError("ERR_CLI_USAGE", "--cert, --key and --ca-file have no use with --tls none");
  }
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new CliError("ERR_CLI_USAGE", "--cert and --key belong together");
  }
  if (caFile !== undefined) {
    throw new CliError(
      "ERR_CLI_USAGE",
      "--ca-file is for a certificate made for this run, not for one that is given",
    );
  }
  return {
    certificate: await readTextFile(cert, "the certificate"),
    key: await readTextFile(key, "the key"),
  };
}

async function writeAuthority(path: string, server: EmbeddedServer): Promise<void> {
  try {
    await writeFile(path, server.ca ?? "");
  } catch (cause) {
    const reason = (cause as { code?: string }).code ?? String(cause);
    throw new CliError("ERR_CLI_CANNOT_CREATE", `cannot write ${JSON.stringify(path)} (${reason})`, {
      cause,
    });
  }
}

/** What a person or a program sees of a running server. */
interface ServeView {
  listening(server: EmbeddedServer, flags: ServeFlags): void;
  message(message: CaughtMessage, location: string | undefined): void;
  problem(problem: ServerProblem): void;
  closed(messageCount: number): void;
}

function textView(terminal: Terminal, show: boolean): ServeView {
  const colours = pc.createColors(wantsColour(terminal.stdout, terminal.env));
  const say = (line: string) => void terminal.stdout.write(`${line}\n`);
  return {
    listening(server, flags) {
      const offers = { none: "no TLS", starttls: "STARTTLS offered", implicit: "implicit TLS" }[server.tls];
      const login =
        flags.user === undefined ? "no login needed" : `login as ${escapeLine(flags.user)} needed`;
      say(`${colours.green("Listening")} on ${colours.bold(server.url)} (${offers}, ${login})`);
      if (flags.caFile !== undefined) say(`Clients can verify this server with ${escapeLine(flags.caFile)}`);
    },
    message(message, location) {
      say(
        arrivalLine(message, colours) +
          (location === undefined ? "" : `  ${colours.dim(escapeLine(location))}`),
      );
      if (show) say(showMessage(message, colours));
    },
    problem({ at, remoteAddress, error }) {
      const where = remoteAddress === null ? "" : ` from ${remoteAddress}`;
      terminal.stderr.write(
        `${colours.yellow("!")} ${at}${escapeLine(where)}: ${escapeLine(error.message)}\n`,
      );
    },
    closed(messageCount) {
      say(`Closed after ${messageCount} message${messageCount === 1 ? "" : "s"}`);
    },
  };
}

function jsonView(terminal: Terminal): ServeView {
  const say = (event: object) => void terminal.stdout.write(`${JSON.stringify(event)}\n`);
  return {
    listening: ({ host, port, tls, url }, { caFile, user }) =>
      say({ event: "listening", host, port, tls, url, login: user !== undefined, caFile: caFile ?? null }),
    message: (message, location) =>
      say({ event: "message", path: location ?? null, ...messageSummary(message) }),
    problem: ({ at, remoteAddress, error }) =>
      say({
        event: "problem",
        at,
        remoteAddress,
        code: (error as { code?: string }).code ?? null,
        message: error.message,
      }),
    closed: (messageCount) => say({ event: "closed", messageCount }),
  };
}
