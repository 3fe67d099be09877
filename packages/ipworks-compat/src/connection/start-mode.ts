import type { Dialing } from "./dialing.js";

/** sslNone. */
export const NONE: number = 3;
/** sslImplicit. */
const IMPLICIT = 1;
/** sslAutomatic. */
const AUTOMATIC = 0;
/** The port on which Automatic means STARTTLS; on every other it means TLS at once, on 587 too. */
const PLAIN_PORT = 25;

export function startOf(mode: number, port: number): Dialing["start"] {
  if (mode === NONE) return "none";
  if (mode === AUTOMATIC) return port === PLAIN_PORT ? "explicit" : "implicit";
  return mode === IMPLICIT ? "implicit" : "explicit";
}
