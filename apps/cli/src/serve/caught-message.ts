import type { SMTPServerAddress, SMTPServerSession } from "smtp-server";
import type { ParsedMessage } from "./parsed-message.js";

/** One message that the embedded server took, with all that was known when it arrived. */
export interface CaughtMessage {
  /** Unique over time and processes; letters, digits and hyphens only, so that it can be part of a file name. */
  readonly id: string;
  /** Counts from 1 in one run of the server. */
  readonly number: number;
  readonly receivedAt: Date;
  readonly envelope: CaughtEnvelope;
  readonly session: CaughtSession;
  /** The octets as received, dots unstuffed. */
  readonly content: Uint8Array;
  /** `null` when the message exceeds the limits of the parser; it was still taken and is still written. */
  readonly parsed: ParsedMessage | null;
}

export interface CaughtEnvelope {
  /** The address of MAIL as it was said, empty for the null one. */
  readonly from: string;
  /** One for each RCPT that was accepted, in order; one that was given twice is here twice. */
  readonly to: readonly CaughtRecipient[];
  /** From BODY= of MAIL, `7bit` when absent. */
  readonly body: string;
  readonly smtpUtf8: boolean;
  readonly requireTls: boolean;
  /** RET and ENVID of RFC 3461, `null` when absent. */
  readonly dsnReturn: string | null;
  readonly envelopeId: string | null;
}

export interface CaughtRecipient {
  /** As it was said: with its case, and A-labels where the wire had A-labels. */
  readonly address: string;
  /** NOTIFY of RFC 3461, lower case; empty when absent. */
  readonly notify: readonly string[];
  /** ORCPT of RFC 3461 as written, `null` when absent. */
  readonly originalRecipient: string | null;
}

export interface CaughtSession {
  /** The argument of EHLO. */
  readonly clientName: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** As in a Received field (RFC 3848): ESMTP, ESMTPS, ESMTPSA… */
  readonly protocol: string;
  readonly tls: { readonly protocol: string; readonly cipher: string } | null;
  /** Who logged in and with what mechanism, `null` without a login. */
  readonly login: { readonly username: string; readonly mechanism: string } | null;
}

/** What was said of sender and recipients, and what else the server library knows of the envelope. */
export function caughtEnvelope(
  { envelope }: SMTPServerSession,
  said: Pick<CaughtEnvelope, "from" | "to">,
): CaughtEnvelope {
  return {
    from: said.from,
    to: said.to,
    body: envelope.bodyType ?? "7bit",
    smtpUtf8: envelope.smtpUtf8 === true,
    requireTls: envelope.requireTLS === true,
    dsnReturn: envelope.dsn?.ret ?? null,
    envelopeId: envelope.dsn?.envid ?? null,
  };
}

export function caughtRecipient(address: string, { dsn }: SMTPServerAddress): CaughtRecipient {
  return {
    address,
    notify: (dsn?.notify ?? []).map((value) => value.toLowerCase()),
    originalRecipient: dsn?.orcpt ?? null,
  };
}

export function caughtSession(session: SMTPServerSession): CaughtSession {
  const cipher = session.tlsOptions;
  // STARTTLS sets it to false.
  const user = session.user as unknown as { username: string; mechanism: string } | undefined | false;
  return {
    clientName: session.hostNameAppearsAs,
    remoteAddress: session.remoteAddress,
    remotePort: session.remotePort,
    protocol: session.transmissionType,
    tls: cipher === false ? null : { protocol: cipher.version, cipher: cipher.name },
    login:
      user === undefined || user === false ? null : { username: user.username, mechanism: user.mechanism },
  };
}
