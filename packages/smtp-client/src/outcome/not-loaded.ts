import { SendError } from "./send-error.js";

/** A part of this package that is loaded when it is needed is not there, or could not be read. */
export function notLoaded(cause: unknown): SendError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SendError("ERR_CLIENT_NOT_LOADED", `a part of this package could not be loaded: ${why}`, {
    phase: "connect",
    cause,
  });
}
