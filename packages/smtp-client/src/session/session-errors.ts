import type { Reply } from "@wirepost/smtp-protocol";
import { type Phase, SendError } from "../outcome/send-error.js";
import type { ResolvedConnectionOptions } from "./connection-options.js";

/** Who is at the other end, as the options say it. */
function peerName({ host, hostGiven, path, port, socket }: ResolvedConnectionOptions): string {
  if (path !== undefined) return path;
  // Of a socket that the caller brought only the caller knows the port.
  if (socket !== undefined) return hostGiven ? host : "the server";
  return host.includes(":") && !host.startsWith("[") ? `[${host}]:${port}` : `${host}:${port}`;
}

export function lostError(options: ResolvedConnectionOptions, phase: Phase): SendError {
  return new SendError("ERR_CLIENT_CONNECTION_LOST", `${peerName(options)} closed the connection`, {
    phase,
    retryable: true,
  });
}

export function shuttingDown(options: ResolvedConnectionOptions, phase: Phase, reply: Reply): SendError {
  const message = `${peerName(options)} is closing the connection (421)`;
  return new SendError("ERR_CLIENT_CONNECTION_LOST", message, { phase, retryable: true, reply });
}

/** @param verb whose reply did not come, `""` for the greeting; undefined: a block of content was not taken */
export function lateError(
  options: ResolvedConnectionOptions,
  phase: Phase,
  verb: string | undefined,
): SendError {
  const peer = peerName(options);
  const what =
    verb === undefined
      ? `for ${peer} to take a block of content`
      : verb === ""
        ? `for the greeting of ${peer}`
        : `for the reply of ${peer} to ${verb}`;
  return new SendError("ERR_CLIENT_TIMEOUT", `waited too long ${what}`, { phase, retryable: true });
}

export function closedError(): SendError {
  return new SendError("ERR_CLIENT_CLOSED", "the connection is closed", { phase: "quit" });
}
