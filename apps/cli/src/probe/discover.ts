import type { SubmissionServer } from "@wirepost/mail-delivery";
import type { ConnectionOptions } from "@wirepost/smtp-client";
import { CliError } from "../errors.js";

/** `user@domain`, and not `user@host:port` or a URL. */
export function isAddress(server: string): boolean {
  return /^[^/@]+@[^/@:]+$/.test(server);
}

/** What was found, and how addresses are to be looked up. */
export interface Discovery {
  /** The best first. */
  readonly found: readonly SubmissionServer[];
  /** Undefined: the system's way. */
  readonly lookup: ConnectionOptions["lookup"];
}

/**
 * The servers that take mail from the domain's users.
 *
 * @param nameServer asked instead of the system's, for their addresses too: `address` or `address:port`
 * @throws DeliveryError, SocketError
 */
export async function discover(
  address: string,
  nameServer: string | undefined,
  signal: AbortSignal,
): Promise<Discovery> {
  // DNS is loaded by those who ask for it only.
  const [{ discoverSubmission, hostAddresses }, { Resolver }, { knownProvider }] = await Promise.all([
    import("@wirepost/mail-delivery"),
    import("@wirepost/socket-core/dns"),
    import("./providers.js"),
  ]);
  const resolver = new Resolver(nameServer === undefined ? {} : { servers: [nameServer] });
  const found = await discoverSubmission(address, { resolver, providers: knownProvider, signal });
  const lookup: NonNullable<ConnectionOptions["lookup"]> = (host, { family }, callback) => {
    hostAddresses(host, resolver, { family, signal }).then(
      ({ addresses }) =>
        callback(
          null,
          addresses.map((one) => ({ address: one, family: one.includes(":") ? 6 : 4 })),
        ),
      (error: Error) => callback(error, []),
    );
  };
  return { found, lookup: nameServer === undefined ? undefined : lookup };
}

/**
 * The options for a look at a server that was found, without a login.
 */
export function connectionTo(server: SubmissionServer, options: ConnectionOptions): ConnectionOptions {
  const { auth: _, ...others } = options;
  const tls = typeof options.tls === "object" ? options.tls : {};
  return { ...others, host: server.host, port: server.port, tls: { ...tls, policy: server.tls } };
}

/** @throws CliError ERR_CLI_USAGE when credentials would go to a host that nobody vouches for (RFC 6186 section 6) */
export function refuseUnconfirmed(server: SubmissionServer): void {
  if (!server.needsConfirmation) return;
  throw new CliError(
    "ERR_CLI_USAGE",
    `${server.host} lies outside the domain and nothing vouches for it: name it yourself to log in there`,
  );
}
