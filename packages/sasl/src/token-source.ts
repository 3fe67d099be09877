import type { TokenFunction } from "./credentials.js";
import { SaslError } from "./errors.js";
import { checkOptionNames } from "./option-names.js";

/** A token and its life. */
export interface TokenGrant {
  readonly token: string;
  /** Milliseconds since 1970; absent: until a server refuses it. */
  readonly expiresAtMs?: number | undefined;
}

/** Options of {@link createTokenSource}. */
export interface TokenSourceOptions {
  /** The clock, e.g. `Date.now`. */
  readonly now: () => number;
  /** A token is replaced this long before it expires. Default 60,000. */
  readonly expiryMarginMs?: number | undefined;
}

/**
 * Makes a token function of a loader: keeps the token until it expires or is refused, and runs the loader once at a
 * time, however many connections ask.
 *
 * `load` rejects or gives a token; its error arrives as the cause of `ERR_SASL_TOKEN_UNAVAILABLE`.
 */
export function createTokenSource(
  load: () => string | TokenGrant | Promise<string | TokenGrant>,
  options: TokenSourceOptions,
): TokenFunction {
  checkOptionNames(options, ["now", "expiryMarginMs"], "createTokenSource");
  const { now, expiryMarginMs = 60_000 } = options;
  if (!(expiryMarginMs >= 0)) throw new SaslError("ERR_SASL_INVALID_OPTION", "expiryMarginMs is negative");
  let held: TokenGrant | undefined;
  let loading: Promise<TokenGrant> | undefined;

  const fresh = (grant: TokenGrant): boolean =>
    grant.expiresAtMs === undefined || now() < grant.expiresAtMs - expiryMarginMs;
  const reload = async (): Promise<TokenGrant> => {
    const given = await load();
    held = typeof given === "string" ? { token: given } : given;
    return held;
  };

  return async ({ refused }) => {
    if (held !== undefined && held.token !== refused && fresh(held)) return held.token;
    loading ??= reload().finally(() => {
      loading = undefined;
    });
    return (await loading).token;
  };
}
