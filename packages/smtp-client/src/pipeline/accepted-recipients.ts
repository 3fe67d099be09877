import type { Reply } from "@wirepost/smtp-protocol";
import { refused } from "../outcome/refused.js";
import type { Phase, SendError } from "../outcome/send-error.js";
import type { Recipient, SendJob } from "./send-job.js";

/** The recipients that RCPT accepted, and what DATA, chunks and final replies make of them. */
export class AcceptedRecipients {
  /** A chunk before LAST was refused; LAST has the final word, with this reply for a reason. */
  chunkRefusal: Reply | undefined = undefined;
  #accepted: Recipient[] = [];
  #finals = 0;
  readonly #job: SendJob;
  readonly #lmtp: boolean;

  constructor(job: SendJob, lmtp: boolean) {
    this.#job = job;
    this.#lmtp = lmtp;
  }

  get count(): number {
    return this.#accepted.length;
  }

  add(recipient: Recipient): void {
    this.#accepted.push(recipient);
  }

  /** Whether they satisfy `acceptance`, a function of which sees them as accepted. */
  satisfy(all: readonly Recipient[]): boolean {
    const { acceptance } = this.#job.options;
    if (acceptance === undefined || acceptance === "any") return true;
    if (acceptance === "all") return this.#accepted.length === all.length;
    // Copies: whatever the function does, aborting among it, has to find the recipients as they are.
    const accepted = new Set(this.#accepted);
    return (
      acceptance(all.map((one) => (accepted.has(one) ? one.as("accepted") : one.as(one.outcome)))) === true
    );
  }

  /** Nothing will be sent to them. */
  decline(failure: SendError): void {
    for (const recipient of this.#accepted) recipient.end("not-sent", undefined, failure);
    this.#job.noteFailure(failure);
    this.#accepted = [];
  }

  /** The server refused DATA or the content. */
  reject(reply: Reply, phase: Phase): void {
    const failure = contentRefused(reply, phase);
    this.#job.noteFailure(failure);
    for (const recipient of this.#accepted) {
      if (recipient.outcome !== "rejected") recipient.end("rejected", reply, failure);
    }
  }

  /** A final reply: for all of them, or in LMTP for the next (RFC 2033 4.2). */
  final(reply: Reply): void {
    if (!this.#lmtp) {
      for (const recipient of this.#accepted) this.#finalFor(recipient, reply);
      return;
    }
    const recipient = this.#accepted[this.#finals++];
    if (recipient !== undefined) this.#finalFor(recipient, reply);
  }

  /** Replies still to come find nobody to change any more. */
  forget(): void {
    this.#accepted = [];
  }

  #finalFor(recipient: Recipient, reply: Reply): void {
    if (recipient.outcome === "rejected") return;
    if (reply.code < 400) {
      recipient.end("accepted", reply);
      this.#job.firstReply ??= reply;
    } else {
      const first = this.chunkRefusal ?? reply;
      recipient.end("rejected", first, contentRefused(first, "end-of-data"));
    }
  }
}

function contentRefused(reply: Reply, phase: Phase): SendError {
  return refused("ERR_CLIENT_CONTENT_REFUSED", "the server refused the content", phase, reply);
}
