import type { SubmissionServer } from "@wirepost/mail-delivery";
import type { ConnectionOptions, Observer } from "@wirepost/smtp-client";
import { connectionTo, refuseUnconfirmed } from "./discover.js";
import { type ProbeResult, probeServer } from "./probe.js";

/** What was found at each server, and which one a mail program would use. */
export interface LookAround {
  /** In the order of discovery. */
  readonly results: readonly ProbeResult[];
  /** The first that could be looked at and is who it says it is, else the first that could be looked at, else the first. */
  readonly best: number;
}

/** A record of a stranger may name hundreds. */
const MAX_SERVERS = 10;

/**
 * Looks at every server that was found, side by side, or one after the other where somebody watches the conversations. A login is
 * tried at the best one alone: what no other server needs, no other server gets.
 *
 * @param login whether `options` hold credentials that are to be tried
 * @throws CliError ERR_CLI_USAGE when they would go to a host that nobody vouches for
 */
export async function lookAround(
  found: readonly SubmissionServer[],
  options: ConnectionOptions,
  login: boolean,
  observer: Observer | undefined,
): Promise<LookAround> {
  const servers = found.slice(0, MAX_SERVERS);
  const [first] = servers;
  if (login && first !== undefined) refuseUnconfirmed(first);
  const look = (server: SubmissionServer) => probeServer({ ...connectionTo(server, options), observer });
  const results: ProbeResult[] = [];
  if (observer === undefined) results.push(...(await Promise.all(servers.map(look))));
  else for (const server of servers) results.push(await look(server));
  const best = bestOf(results);
  const chosen = servers[best];
  if (login && chosen !== undefined && results[best]?.error === undefined) {
    refuseUnconfirmed(chosen);
    results[best] = await probeServer({
      ...connectionTo(chosen, options),
      auth: options.auth,
      observer,
    });
  }
  return { results, best };
}

function bestOf(results: readonly ProbeResult[]): number {
  const reached = (result: ProbeResult) => result.error === undefined;
  const trusted = results.findIndex((result) => reached(result) && result.report.tls?.verified === true);
  return trusted >= 0 ? trusted : Math.max(0, results.findIndex(reached));
}
