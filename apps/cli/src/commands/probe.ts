import { Command } from "commander";
import pc from "picocolors";
import { addConnectionFlags, type ConnectionFlags, readConnection } from "../connection.js";
import { EXIT_CODES, exitCodeForFailure } from "../exit-code.js";
import { discover, isAddress } from "../probe/discover.js";
import { lookAround } from "../probe/look-around.js";
import { type ProbeResult, probeServer } from "../probe/probe.js";
import { renderDiscovery, renderLook } from "../render/discovery.js";
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
    .argument("<server>", "host, host:port, a connection URL, or user@domain to find its servers");
  return addConnectionFlags(command)
    .option("--name-server <address>", "with user@domain: ask this name server instead of the system's")
    .option("--json", "print one JSON object")
    .option("-v, --verbose", "show the conversation on standard error, without secrets")
    .action(async (server: string, flags: ProbeFlags) => done(await probe(server, flags, terminal)));
}

async function probe(server: string, flags: ProbeFlags, terminal: Terminal): Promise<number> {
  const observer = flags.verbose === true ? { onTranscript: onTranscript(terminal) } : undefined;
  const colours = pc.createColors(wantsColour(terminal.stdout, terminal.env));
  const verdict = ({ report, error }: ProbeResult): number => {
    if (error !== undefined) return exitCodeForFailure(error, terminal.signal);
    const distrusted = report.tls !== null && !report.tls.verified && flags.insecure !== true;
    return distrusted ? EXIT_CODES.protocol : EXIT_CODES.ok;
  };
  const tell = ({ error }: ProbeResult) => {
    if (error === undefined || flags.json === true) return;
    terminal.stderr.write(renderError(error, pc.createColors(wantsColour(terminal.stderr, terminal.env))));
  };
  if (!isAddress(server)) {
    const given = await readConnection(server, flags, terminal.env);
    const result = await probeServer({ ...given, signal: terminal.signal, observer });
    const exitCode = verdict(result);
    if (flags.json === true) terminal.stdout.write(`${JSON.stringify(resultJson(result, exitCode))}\n`);
    else terminal.stdout.write(renderProbe(result.report, colours));
    tell(result);
    return exitCode;
  }
  const { found, lookup } = await discover(server, flags.nameServer, terminal.signal);
  const given = await readConnection(found[0]?.host ?? server, flags, terminal.env);
  const options = { ...given, lookup, signal: terminal.signal };
  const { results, best } = await lookAround(found, options, given.auth !== undefined, observer);
  const chosen = results[best] as ProbeResult; // discovery finds one, or throws
  const exitCode = verdict(chosen);
  if (flags.json === true) {
    const servers = results.map((result) => resultJson(result, verdict(result)));
    terminal.stdout.write(`${JSON.stringify({ ...servers[best], discovered: found, servers })}\n`);
  } else {
    terminal.stdout.write(renderDiscovery(found, colours));
    for (const result of results) terminal.stdout.write(`\n${renderLook(result, colours)}`);
  }
  tell(chosen);
  return exitCode;
}

function resultJson({ report, error }: ProbeResult, exitCode: number): object {
  return {
    ...(error === undefined ? { ok: exitCode === EXIT_CODES.ok, exitCode } : errorJson(error)),
    ...report,
  };
}
