import {
  group,
  milliseconds,
  type OptionChecks,
  optionError,
  positive,
  whole,
} from "../session/check-options.js";
import {
  type ConnectionOptions,
  type ResolvedConnectionOptions,
  resolveConnectionOptions,
} from "../session/connection-options.js";
import type { RateLimit } from "./token-bucket.js";

/** How a pool of connections to one server behaves. */
export interface ClientOptions extends ConnectionOptions {
  /** Default 5. */
  readonly maxConnections?: number | undefined;
  /** Transactions on one connection before it is replaced. Default: no limit but the server's. */
  readonly maxMessagesPerConnection?: number | undefined;
  /** How long an unused connection is kept. Default 30,000. */
  readonly idleTimeoutMs?: number | undefined;
  /**
   * How long a connection that was idle may take for its first reply. After that it counts as dead, and the message, of which
   * nothing but its envelope was written, goes to a fresh connection. Default 15,000.
   */
  readonly livenessTimeoutMs?: number | undefined;
  readonly rateLimit?:
    | { readonly messages?: RateLimit | undefined; readonly recipients?: RateLimit | undefined }
    | undefined;
}

/** The same, checked and complete. */
export interface ResolvedClientOptions {
  readonly connection: ResolvedConnectionOptions;
  readonly limits: {
    readonly maxConnections: number;
    readonly maxMessagesPerConnection: number;
    readonly idleTimeoutMs: number;
    readonly livenessTimeoutMs: number;
  };
  readonly rateLimit: NonNullable<ClientOptions["rateLimit"]>;
}

const unlimited = whole(1, Number.MAX_SAFE_INTEGER, true);
const rate = group({ count: positive, perMs: milliseconds }, ["count", "perMs"]);

const POOL_CHECKS: OptionChecks<Omit<ClientOptions, keyof ConnectionOptions>> = {
  maxConnections: unlimited,
  maxMessagesPerConnection: unlimited,
  idleTimeoutMs: milliseconds,
  livenessTimeoutMs: milliseconds,
  rateLimit: group({ messages: rate, recipients: rate }),
};

/** @throws SendError ERR_CLIENT_OPTION, ERR_CLIENT_UNKNOWN_OPTION, ERR_CLIENT_URL */
export function resolveClientOptions(given: ClientOptions | string | URL): ResolvedClientOptions {
  const connection = resolveConnectionOptions(given, POOL_CHECKS);
  const options = connection as ClientOptions;
  if (options.socket !== undefined) {
    throw optionError("ERR_CLIENT_OPTION", "a ready socket serves one SmtpConnection, not a pool");
  }
  return {
    connection,
    rateLimit: options.rateLimit ?? {},
    limits: {
      maxConnections: options.maxConnections ?? 5,
      maxMessagesPerConnection: options.maxMessagesPerConnection ?? Number.POSITIVE_INFINITY,
      idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
      livenessTimeoutMs: options.livenessTimeoutMs ?? 15_000,
    },
  };
}
