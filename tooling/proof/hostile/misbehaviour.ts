// One named misbehaviour of a server, and what must come of it.

import type { TLSSocketOptions } from "node:tls";
import type { ConnectionOptions, Outcome, Phase, SendOptions, SmtpClient } from "@wirepost/smtp-client";
import type { TestIdentities } from "@wirepost/test-server";
import type { HostilePeer } from "./hostile-peer.js";
import type { Dialect, Script, Transport } from "./script.js";

/** How the client is driven; each is a case of its own. */
export type Driver =
  /** One message over one `SmtpConnection`. */
  | "connection"
  /** One message over an `SmtpClient`. */
  | "pool"
  /** Two messages over an `SmtpConnection`: the first is taken honestly, the second meets the misbehaviour. */
  | "second"
  /** Four messages at once over an `SmtpClient` with two connections. */
  | "busy";

export interface Case {
  readonly transport: Transport;
  readonly dialect: Dialect;
  readonly driver: Driver;
}

/** What one message must come to. */
export interface Ends {
  /** Of each recipient; by address where they differ. */
  readonly outcome: Outcome | Readonly<Record<string, Outcome>>;
  /** Left out where the message is accepted. */
  readonly code?: string | RegExp | undefined;
  readonly phase?: Phase | readonly Phase[] | undefined;
  readonly retryable?: boolean | undefined;
}

/** What the server saw and the client said, for a misbehaviour's own questions. */
export interface Proof {
  readonly peers: readonly HostilePeer[];
  /** Every command line, over all connections. */
  readonly lines: readonly string[];
  readonly outcomes: readonly { readonly address: string; readonly outcome: Outcome }[];
  readonly error: { readonly message: string; readonly code: string } | undefined;
  readonly case: Case;
}

export interface Misbehaviour {
  /** Unique, in words, with hyphens. */
  readonly name: string;
  /** Rows of rows.json that it proves. */
  readonly rows: readonly string[];
  /** A new one for each connection (0 is the first). */
  readonly script: (connection: number, world: World) => Script;
  readonly ends: Ends | ((at: Case) => Ends);
  readonly transports?: readonly Transport[] | undefined;
  readonly dialects?: readonly Dialect[] | undefined;
  readonly drivers?: readonly Driver[] | undefined;
  readonly client?: Partial<ConnectionOptions> | ((world: World) => Partial<ConnectionOptions>) | undefined;
  readonly message?: Partial<Parameters<SmtpClient["send"]>[0]> | undefined;
  readonly send?: SendOptions | undefined;
  /** Which certificate the server shows; default `good`. */
  readonly identity?: keyof Omit<TestIdentities, "authority" | "ca"> | undefined;
  readonly tlsOptions?: TLSSocketOptions | undefined;
  /** Whether STARTTLS is announced in clear; default: in the transport `starttls`. */
  readonly offersTls?: boolean | undefined;
  /** The server's port speaks plaintext although the client begins with TLS. */
  readonly plaintextPort?: boolean | undefined;
  /** The caller brings a connected socket without TLS (`SmtpConnection` only). */
  readonly bringsSocket?: boolean | undefined;
  /** Verbs that must not be heard on any connection; `content` and `end` (of data) count as verbs. */
  readonly never?: readonly string[] | undefined;
  /** Octets by which the client's memory may grow, and that the server may get rid of. */
  readonly floods?: { readonly growthBytes: number; readonly takenBytes: number } | undefined;
  /** Outcomes that must occur among the messages of the driver `busy`: what is done to one must not harm the next. */
  readonly among?: readonly Outcome[] | undefined;
  /** Anything else that must be true; gives what is not. */
  readonly check?: ((proof: Proof) => readonly string[] | string | undefined) | undefined;
}

/** What scripts may need to know of the world around them. */
export interface World {
  readonly identities: TestIdentities;
}

/** Verbs that a mail client has any reason to say. */
export const VERBS = /^(EHLO|LHLO|HELO|STARTTLS|AUTH|MAIL|RCPT|DATA|BDAT|RSET|NOOP|QUIT)$/;

/** Long enough for any busy machine: only what a misbehaviour shortens by name may pass. */
export const PATIENT = {
  connectMs: 60_000,
  tlsMs: 60_000,
  greetingMs: 60_000,
  commandMs: 60_000,
  mailMs: 60_000,
  rcptMs: 60_000,
  dataMs: 60_000,
  contentMs: 60_000,
  endOfDataMs: 60_000,
  quitMs: 100,
};
