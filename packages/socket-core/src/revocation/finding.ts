/** What one source says about one certificate. */
export type Finding =
  | { readonly status: "good" | "revoked"; readonly validUntilMs: number }
  | { readonly status: "unknown"; readonly reason: string };

/** Clocks differ; five minutes are what other verifiers grant too. */
export const CLOCK_SKEW_MS = 300_000;
