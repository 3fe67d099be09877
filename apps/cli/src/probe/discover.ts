import type { SubmissionServer } from "@wirepost/mail-delivery";
import type { ConnectionOptions } from "@wirepost/smtp-client";
import { CliError } from "../errors.js";

/** `user@domain`, and not `user@host:port` or a URL. */
export function isAddress(server: string): boolean {
  return /^[^/@]+@[^/@:]+$/.test(server);
}

/**
 * The servers that take mail from the domain's users, best first.
 *
 * @param nameServer asked instead of the system's, `address` or `address:port`
 * @throws DeliveryError, SocketError
 */
export async function discover(
  address: string,
  nameServer: string | undefined,
  signal: AbortSignal,
): Promise<readonly SubmissionServer[]> {
  // DNS is loaded by those who ask for it only.
  const [{ discoverSubmission }, { Resolver }] = await Promise.all([
    import("@wirepost/mail-delivery"),
    import("@wirepost/socket-core/dns"),
  ]);
  const resolver = new Resolver(nameServer === undefined ? {} : { servers: [nameServer] });
  return discoverSubmission(address, { resolver, signal });
}

/**
 * The options for a look at a server that was found.
 *
 * @throws CliError ERR_CLI_USAGE when credentials would go to a host that nobody vouches for (RFC 6186 section 6)
 */
export function connectionTo(
  server: SubmissionServer,
  options: ConnectionOptions,
  login: boolean,
): ConnectionOptions {
  if (login && server.needsConfirmation) {
    throw new CliError(
      "ERR_CLI_USAGE",
      `${server.host} lies outside the domain and nothing vouches for it: name it yourself to log in there`,
    );
  }
  const tls = typeof options.tls === "object" ? options.tls : {};
  return { ...options, host: server.host, port: server.port, tls: { ...tls, policy: server.tls } };
}
