import { checkMs, optionError } from "../session/check-names.js";
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

const POOL_NAMES: ReadonlySet<string> = new Set([
  "maxConnections",
  "maxMessagesPerConnection",
  "idleTimeoutMs",
  "livenessTimeoutMs",
  "rateLimit",
]);

/** @throws SendError ERR_CLIENT_OPTION, ERR_CLIENT_UNKNOWN_OPTION, ERR_CLIENT_URL */
export function resolveClientOptions(given: ClientOptions | string | URL): ResolvedClientOptions {
  const connection = resolveConnectionOptions(given, POOL_NAMES);
  const options = connection as ClientOptions;
  if (options.socket !== undefined) {
    throw optionError("ERR_CLIENT_OPTION", "a ready socket serves one SmtpConnection, not a pool");
  }
  const rateLimit = options.rateLimit ?? {};
  for (const [name, limit] of Object.entries(rateLimit)) {
    if (name !== "messages" && name !== "recipients") {
      throw optionError("ERR_CLIENT_UNKNOWN_OPTION", `there is no rateLimit named "${name}"`);
    }
    if (limit === undefined) continue;
    checkMs(`rateLimit.${name}.count`, limit.count, 0);
    checkMs(`rateLimit.${name}.perMs`, limit.perMs, 0);
  }
  return {
    connection,
    rateLimit,
    limits: {
      maxConnections: whole("maxConnections", options.maxConnections, 5),
      maxMessagesPerConnection: whole(
        "maxMessagesPerConnection",
        options.maxMessagesPerConnection,
        Number.POSITIVE_INFINITY,
      ),
      idleTimeoutMs: checkMs("idleTimeoutMs", options.idleTimeoutMs, 30_000),
      livenessTimeoutMs: checkMs("livenessTimeoutMs", options.livenessTimeoutMs, 15_000),
    },
  };
}

function whole(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return value ?? fallback;
  if (!Number.isInteger(value) || value < 1)
    throw optionError("ERR_CLIENT_OPTION", `${name} must be a whole number from 1 on`);
  return value;
}
