import type { Dialing } from "./dialing.js";

/** The port on which Automatic means STARTTLS; on every other it means TLS at once, on 587 too. */
const PLAIN_PORT = 25;

export function startOf(mode: number, port: number): Dialing["start"] {
  if (mode === 3) return "none";
  if (mode === 0) return port === PLAIN_PORT ? "explicit" : "implicit";
  return mode === 1 ? "implicit" : "explicit";
}
