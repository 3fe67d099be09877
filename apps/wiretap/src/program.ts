import { mkdir, readFile, writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { WiretapError } from "./errors.js";
import type { TlsMode, WiretapOptions } from "./options.js";
import { Screen } from "./screen.js";
import { parseListenAddress, parseServerAddress } from "./server-address.js";
import { type Terminal, wantsColour } from "./terminal.js";
import { VERSION } from "./version.js";
import { startWiretap, type Wiretap } from "./wiretap.js";

interface Flags {
  readonly listen: string;
  readonly tls: TlsMode;
  readonly caFile?: string;
  readonly name?: readonly string[];
  readonly serverTls?: TlsMode;
  readonly serverCa?: string;
  readonly serverName?: string;
  readonly insecure?: true;
  readonly helo?: string;
  readonly lmtp?: true;
  readonly content?: true;
  readonly record?: string;
  readonly exitAfter?: number;
}

const MODES: readonly TlsMode[] = ["none", "starttls", "implicit"];

/** The whole command line. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command("wiretap")
    .description("Stand between a mail client and its server, and show what they say.")
    .version(VERSION, "-V, --version", "print the version")
    .argument("<server>", "host, host:port, smtp://host, smtps://host or lmtp://host")
    .option("--listen <address>", "where clients connect: port, or host:port", "127.0.0.1:2526")
    .addOption(new Option("--tls <mode>", "TLS with clients").choices(MODES).default("starttls"))
    .option("--ca-file <file>", "write the authority that clients must trust into this file")
    .option("--name <host>", "a further name that clients call this proxy by, for its certificate", collect)
    .addOption(
      new Option(
        "--server-tls <mode>",
        "TLS with the server (default: starttls; implicit for smtps://)",
      ).choices(MODES),
    )
    .option("--server-ca <file>", "trust these authorities, PEM, instead of the system's")
    .option("--server-name <name>", "the name that the server's certificate must have")
    .option("--insecure", "do not verify the server's certificate")
    .option("--helo <name>", "what to call this proxy before STARTTLS")
    .option("--lmtp", "speak LMTP")
    .option("--content", "show and record the lines of messages, not only their number")
    .option("--record <directory>", "write each conversation into a file of its own")
    .option("--exit-after <count>", "stop after so many connections", count)
    .showHelpAfterError("(--help tells more)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  return program.action((server: string, flags: Flags) => tap(server, flags, terminal));
}

/** For a flag that may be given several times. */
function collect(text: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), text];
}

function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new WiretapError("ERR_WIRETAP_USAGE", "--exit-after takes a number from 1 on");
}

async function tap(server: string, flags: Flags, terminal: Terminal): Promise<void> {
  const screen = new Screen(terminal.stdout, wantsColour(terminal.stdout, terminal.env));
  let left = flags.exitAfter ?? Number.POSITIVE_INFINITY;
  let enough: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    enough = resolve;
    terminal.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const wiretap = await startWiretap({
    ...(await readOptions(server, flags)),
    observer: {
      onOpen: (connection) => screen.open(connection),
      onEntry: (connection, entry) => screen.entry(connection, entry),
      onClose: () => {
        if (--left === 0) enough();
      },
      onProblem: (error) => void terminal.stderr.write(`wiretap: ${error.message}\n`),
    },
  });
  try {
    if (flags.caFile !== undefined) await writeAuthority(flags.caFile, wiretap);
    announce(wiretap, server, flags, terminal);
    if (!terminal.signal.aborted) await ended;
  } finally {
    await wiretap.close();
  }
}

/** @throws WiretapError `ERR_WIRETAP_USAGE`, `ERR_WIRETAP_FILE` */
async function readOptions(text: string, flags: Flags): Promise<WiretapOptions> {
  const { host, port, tls, lmtp } = parseServerAddress(text);
  if (tls !== undefined && flags.serverTls !== undefined && tls !== flags.serverTls) {
    throw new WiretapError("ERR_WIRETAP_USAGE", "--server-tls contradicts smtps://");
  }
  if (flags.caFile !== undefined && flags.tls === "none") {
    throw new WiretapError("ERR_WIRETAP_USAGE", "--ca-file needs TLS with clients");
  }
  if (flags.record !== undefined)
    await onFile(flags.record, mkdir(flags.record, { recursive: true, mode: 0o700 }));
  return {
    ...parseListenAddress(flags.listen),
    tls: flags.tls,
    names: flags.name,
    lmtp: lmtp || flags.lmtp === true,
    content: flags.content,
    recordTo: flags.record,
    server: {
      host,
      port,
      tls: flags.serverTls ?? tls,
      verify: flags.insecure === true ? "none" : "full",
      ca:
        flags.serverCa === undefined
          ? undefined
          : await onFile(flags.serverCa, readFile(flags.serverCa, "utf8")),
      servername: flags.serverName,
      clientName: flags.helo,
    },
  };
}

async function writeAuthority(path: string, { ca }: Wiretap): Promise<void> {
  if (ca !== undefined) await onFile(path, writeFile(path, ca));
}

async function onFile<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code ?? "failed";
    throw new WiretapError("ERR_WIRETAP_FILE", `${JSON.stringify(path)}: ${errno}`, { cause });
  }
}

const HOW: Readonly<Record<TlsMode, string>> = {
  none: "no TLS",
  starttls: "STARTTLS",
  implicit: "TLS",
};

function announce(wiretap: Wiretap, server: string, flags: Flags, { stdout }: Terminal): void {
  const host = wiretap.host.includes(":") ? `[${wiretap.host}]` : wiretap.host;
  stdout.write(`Listening on ${host}:${wiretap.port} (${HOW[flags.tls]}) for ${server}\n`);
  if (flags.caFile !== undefined) stdout.write(`Clients can verify this proxy with ${flags.caFile}\n`);
}
