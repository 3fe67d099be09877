/** How long to wait between attempts. */
export interface BackoffOptions {
  /** The wait after the first attempt. Default 60,000. */
  readonly firstDelayMs?: number | undefined;
  /** No wait is longer. Default 3,600,000. */
  readonly maxDelayMs?: number | undefined;
  /** Each wait is so many times the one before. Default 2. */
  readonly factor?: number | undefined;
}

/** The wait after attempt number `attempt`, random within its upper half, so that what failed together does not come back together. */
export function backoffDelay(
  attempt: number,
  { firstDelayMs = 60_000, maxDelayMs = 3_600_000, factor = 2 }: BackoffOptions,
  random: () => number,
): number {
  const ceiling = Math.min(maxDelayMs, firstDelayMs * factor ** Math.min(60, Math.max(0, attempt - 1)));
  return Math.max(1, Math.round(ceiling * (0.5 + random() / 2)));
}
