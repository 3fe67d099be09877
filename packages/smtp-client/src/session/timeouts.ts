import type { Awaited } from "@wirepost/smtp-protocol";
import { milliseconds, type OptionChecks } from "./check-options.js";

/** Deadlines in milliseconds. Each runs for a whole reply or a whole step, whatever trickles in meanwhile. */
export interface Timeouts {
  /** Name resolution, TCP and proxy together. Default 30,000. */
  readonly connectMs: number;
  /** One TLS handshake. Default 30,000. */
  readonly tlsMs: number;
  /** The greeting. Default 30,000; RFC 5321 4.5.3.2.1 allows servers 300,000. */
  readonly greetingMs: number;
  /**
   * EHLO, AUTH steps (each call of the caller's `token()` too), RSET, NOOP, VRFY and other commands. Default 300,000.
   */
  readonly commandMs: number;
  /** MAIL (RFC 5321 4.5.3.2.2). Default 300,000. */
  readonly mailMs: number;
  /** RCPT (4.5.3.2.3). Default 300,000. */
  readonly rcptMs: number;
  /** DATA (4.5.3.2.4). Default 120,000. */
  readonly dataMs: number;
  /** One block of content that the server does not take (4.5.3.2.5). Default 180,000. */
  readonly contentMs: number;
  /** The final reply (4.5.3.2.6). Default 600,000: giving up early is how duplicates are made (RFC 1047). */
  readonly endOfDataMs: number;
  /** QUIT. Default 2,000; its reply never matters. */
  readonly quitMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 30_000,
  tlsMs: 30_000,
  greetingMs: 30_000,
  commandMs: 300_000,
  mailMs: 300_000,
  rcptMs: 300_000,
  dataMs: 120_000,
  contentMs: 180_000,
  endOfDataMs: 600_000,
  quitMs: 2_000,
};

export const TIMEOUT_CHECKS = Object.fromEntries(
  Object.keys(DEFAULT_TIMEOUTS).map((name) => [name, milliseconds]),
) as OptionChecks<Timeouts>;

export function resolveTimeouts(given: Partial<Timeouts> | undefined): Timeouts {
  const timeouts = { ...DEFAULT_TIMEOUTS };
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value !== undefined) timeouts[name as keyof Timeouts] = value;
  }
  return timeouts;
}

/** The deadline for the reply to a command. */
export function replyTimeoutMs(awaited: Awaited, timeouts: Timeouts): number {
  switch (awaited) {
    case "greeting":
      return timeouts.greetingMs;
    case "mail":
      return timeouts.mailMs;
    case "recipient":
      return timeouts.rcptMs;
    case "data":
      return timeouts.dataMs;
    case "chunk":
      return timeouts.contentMs;
    case "end":
    case "endForOne":
    case "lastChunk":
      return timeouts.endOfDataMs;
    case "quit":
      return timeouts.quitMs;
    default:
      return timeouts.commandMs;
  }
}
