import type { SMTPServerAddress, SMTPServerOptions, SMTPServerSession } from "smtp-server";
import { type CaughtRecipient, caughtRecipient } from "./caught-message.js";

/** The paths of one transaction that were answered 250. */
export interface SaidEnvelope {
  readonly from: string;
  readonly to: readonly CaughtRecipient[];
}

type Envelope = SMTPServerSession["envelope"];
type Logger = Exclude<SMTPServerOptions["logger"], boolean | undefined>;

/**
 * Remembers what MAIL and RCPT said, each RCPT once more and in order. smtp-server's own envelope keeps one of several recipients
 * that differ in case alone, and shows A-labels decoded: a test could see neither a duplicate nor what went over the wire.
 */
export class SaidAddresses {
  /** The last MAIL or RCPT of each connection, as it came. */
  readonly #lines = new Map<string, string>();
  readonly #from = new WeakMap<Envelope, string>();
  readonly #to = new WeakMap<Envelope, CaughtRecipient[]>();

  /** To be given to smtp-server, which tells its logger each command line. Nothing is logged. */
  get logger(): Logger {
    const silent = () => {};
    const debug = (entry: { tnx?: unknown; cid?: unknown }, _prefix: unknown, line: unknown) => {
      if (entry.tnx !== "command" || typeof line !== "string" || !/^(?:MAIL|RCPT)\b/i.test(line)) return;
      this.#lines.set(String(entry.cid), line);
    };
    const levels = { trace: silent, debug, info: silent, warn: silent, error: silent, fatal: silent };
    return levels as unknown as Logger;
  }

  /** The address of the command that is being answered. */
  #said(session: SMTPServerSession, { address }: SMTPServerAddress): string {
    const path = /^[^:]*:\s*<([^<>\s]*)>/.exec(this.#lines.get(session.id) ?? "")?.[1];
    // A source route is accepted and ignored (RFC 5321 appendix C).
    return path?.replace(/^@[^\s,:@]+(?:,@[^\s,:@]+)*:/, "") ?? address;
  }

  from(session: SMTPServerSession, address: SMTPServerAddress): void {
    this.#from.set(session.envelope, this.#said(session, address));
  }

  to(session: SMTPServerSession, address: SMTPServerAddress): void {
    const recipients = this.#to.get(session.envelope) ?? [];
    recipients.push(caughtRecipient(this.#said(session, address), address));
    this.#to.set(session.envelope, recipients);
  }

  envelope({ envelope }: SMTPServerSession): SaidEnvelope {
    return { from: this.#from.get(envelope) ?? "", to: [...(this.#to.get(envelope) ?? [])] };
  }

  count({ envelope }: SMTPServerSession): number {
    return this.#to.get(envelope)?.length ?? 0;
  }

  forget({ id }: SMTPServerSession): void {
    this.#lines.delete(id);
  }
}
