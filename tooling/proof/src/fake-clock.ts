// A clock that only moves when it is told to: silence costs no time, and no test waits for a deadline.
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { vi } from "vitest";

const STEP_MS = 3_600_000;
/** Turns without a write before both sides are taken to wait for each other. */
const QUIET_TURNS = 12;

const REAL_LIMIT_NS = 20_000_000_000n;

const realImmediate = setImmediate;

/** Keys being derived in the thread pool: quiet, and yet nobody waits for the other side. */
let deriving = 0;
const realPbkdf2 = crypto.pbkdf2;
crypto.pbkdf2 = (password, salt, iterations, keylen, digest, done) => {
  deriving++;
  realPbkdf2(password, salt, iterations, keylen, digest, (error, key) => {
    deriving--;
    done(error, key);
  });
};
syncBuiltinESMExports();

export function turn(): Promise<void> {
  return new Promise((resolve) => realImmediate(resolve));
}

export function installFakeClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
}

export function removeFakeClock(): void {
  vi.useRealTimers();
}

/**
 * Resolves with what `promise` comes to. Where both sides are silent, an hour passes at once, so that whatever deadline
 * there is has passed.
 * @param activity grows whenever somebody writes
 * @throws Error when hours and hours of silence, and 20 real seconds, end nothing
 */
export async function settleInTime<T>(promise: Promise<T>, activity: () => number): Promise<T> {
  let over = false;
  promise.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  let seen = -1;
  let quiet = 0;
  const began = process.hrtime.bigint();
  while (!over) {
    await turn();
    const now = activity();
    if (now !== seen || deriving > 0) {
      seen = now;
      quiet = 0;
    } else if (++quiet >= QUIET_TURNS) {
      quiet = 0;
      // Modules that load are quiet too; hours do not harm them.
      if (process.hrtime.bigint() - began > REAL_LIMIT_NS) throw new Error("it never ends");
      vi.advanceTimersByTime(STEP_MS);
    }
  }
  return promise;
}
