import { type Channel, channel } from "node:diagnostics_channel";
import type { SetupTimings } from "../session/open-socket.js";
import type { Receipt } from "./receipt.js";
import type { SendError } from "./send-error.js";

/** Published on `wirepost:connection`. */
export interface ConnectionDiagnostics {
  readonly host: string;
  readonly port: number;
  readonly state: "open" | "failed" | "closed";
  readonly timings?: Readonly<SetupTimings> | undefined;
  readonly error?: SendError | undefined;
}

/** Published on `wirepost:send`. Exactly one of `receipt` and `error` is there. */
export interface SendDiagnostics {
  readonly receipt?: Receipt | undefined;
  readonly error?: SendError | undefined;
}

/** Names for `diagnostics_channel.subscribe()`. No message carries a secret; content is never published. */
export const DIAGNOSTICS_CHANNELS = {
  connection: "wirepost:connection",
  send: "wirepost:send",
} as const;

const connections: Channel = channel(DIAGNOSTICS_CHANNELS.connection);
const sends: Channel = channel(DIAGNOSTICS_CHANNELS.send);

export function publishConnection(message: ConnectionDiagnostics): void {
  if (connections.hasSubscribers) connections.publish(message);
}

export function publishSend(message: SendDiagnostics): void {
  if (sends.hasSubscribers) sends.publish(message);
}

/** Whether anybody listens; the message is not made otherwise. */
export function sendsAreWatched(): boolean {
  return sends.hasSubscribers;
}
