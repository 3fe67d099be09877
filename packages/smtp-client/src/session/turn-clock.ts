// The time of this turn of the event loop. A busy connection asks for it several times for each of many messages in one turn,
// and asking the platform each time was four hundredths of what a message cost.

let current: number | undefined;
/** A reaction of a promise is a microtask at half of what `queueMicrotask()` takes, which keeps a context for each. */
const settled = Promise.resolve();

const forget = (): void => {
  current = undefined;
};

/** Milliseconds on the clock of `performance.now()`, the same until this turn's callbacks are done. */
export function turnNow(): number {
  if (current === undefined) {
    current = performance.now();
    void settled.then(forget);
  }
  return current;
}

/** Milliseconds since a time of `turnNow()`, in hundredths. */
export function elapsed(since: number): number {
  return roundMs(turnNow() - since);
}

/** To hundredths of a millisecond. */
export function roundMs(ms: number): number {
  return Math.round(ms * 100) / 100;
}
