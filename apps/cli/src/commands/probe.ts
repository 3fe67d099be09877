import { Command } from "commander";
import pc from "picocolors";
import { addConnectionFlags, type ConnectionFlags, readConnection } from "../connection.js";
import { EXIT_CODES, exitCodeForFailure } from "../exit-code.js";
import { connectionTo, discover, isAddress } from "../probe/discover.js";
import { probeServer } from "../probe/probe.js";
import { renderDiscovery } from "../render/discovery.js";
import { errorJson, renderError } from "../render/error.js";
import { renderProbe } from "../render/probe.js";
import { onTranscript } from "../render/transcript.js";
import { type Terminal, wantsColour } from "../terminal.js";

interface ProbeFlags extends ConnectionFlags {
  readonly json?: true;
  readonly verbose?: true;
  readonly nameServer?: string;
}

/** `wirepost probe`: what a server offers, without sending anything. */
export function probeCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  const command = new Command("probe")
    .description("look at a server: extensions, TLS, certificate, mechanisms, time of each step")
    .argument("<server>", "host, host:port, a connection URL, or user@domain to find its server");
  return addConnectionFlags(command)
    .option("--name-server <address>", "with user@domain: ask this name server instead of the system's")
    .option("--json", "print one JSON object")
    .option("-v, --verbose", "show the conversation on standard error, without secrets")
    .action(async (server: string, flags: ProbeFlags) => done(await probe(server, flags, terminal)));
}

async function probe(server: string, flags: ProbeFlags, terminal: Terminal): Promise<number> {
  const found = isAddress(server) ? await discover(server, flags.nameServer, terminal.signal) : undefined;
  const first = found?.[0];
  const given = await readConnection(first?.host ?? server, flags, terminal.env);
  const options = first === undefined ? given : connectionTo(first, given, given.auth !== undefined);
  const { report, error } = await probeServer({
    ...options,
    signal: terminal.signal,
    observer: flags.verbose === true ? { onTranscript: onTranscript(terminal) } : undefined,
  });
  const distrusted = report.tls !== null && !report.tls.verified && flags.insecure !== true;
  const exitCode =
    error !== undefined
      ? exitCodeForFailure(error, terminal.signal)
      : distrusted
        ? EXIT_CODES.protocol
        : EXIT_CODES.ok;
  if (flags.json === true) {
    const facts = error === undefined ? { ok: exitCode === EXIT_CODES.ok, exitCode } : errorJson(error);
    terminal.stdout.write(
      `${JSON.stringify({ ...facts, ...report, ...(found === undefined ? {} : { discovered: found }) })}\n`,
    );
  } else {
    const colours = pc.createColors(wantsColour(terminal.stdout, terminal.env));
    if (found !== undefined) terminal.stdout.write(renderDiscovery(found, colours));
    terminal.stdout.write(renderProbe(report, colours));
    if (error !== undefined)
      terminal.stderr.write(renderError(error, pc.createColors(wantsColour(terminal.stderr, terminal.env))));
  }
  return exitCode;
}
