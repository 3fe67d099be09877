import { SendError } from "../outcome/send-error.js";

export function clientClosed(): SendError {
  return new SendError("ERR_CLIENT_CLOSED", "the client is closed", { phase: "connect" });
}
