const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** A size for the eye, in powers of 1,000: `512 B`, `5.2 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** A duration for the eye: `3.2 ms`, `1.5 s`. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${ms < 99.95 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}
