import type { Reply } from "@wirepost/smtp-protocol";

/** Every server takes so many (RFC 5321 4.5.3.1.8): one that says less without its code speaks of something else. */
const LEAST_RECIPIENTS = 100;

/** What 452 and 552 to RCPT, after recipients that were accepted, tell of a server's limit (RFC 5321 4.5.3.1.10). */
export class RecipientLimit {
  /** Recipients put off since one was accepted. */
  #inARow = 0;
  #certain = false;

  accepted(): void {
    this.#inARow = 0;
  }

  /** @returns whether those that were not named yet would only be refused as well; one alone may be about a mailbox, or the moment */
  putOff({ enhanced }: Reply): boolean {
    // RFC 3463 3.6: too many recipients.
    this.#certain = enhanced?.slice(1) === ".5.3";
    return ++this.#inARow >= 2 || this.#certain;
  }

  /** How many the server takes in one transaction, once the envelope is answered; Infinity where it has not shown it. */
  most(acceptedCount: number): number {
    if (this.#inARow === 0) return Number.POSITIVE_INFINITY;
    if (this.#certain) return acceptedCount;
    return this.#inARow < 2 ? Number.POSITIVE_INFINITY : Math.max(acceptedCount, LEAST_RECIPIENTS);
  }
}
