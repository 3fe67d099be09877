import { type Deliver, type DeliverySource, readAttempt } from "./deliver.js";
import { domainOf } from "./envelope.js";
import { QueueError } from "./errors.js";
import {
  type JournalEntry,
  type KeptError,
  placeFor,
  type RecipientResult,
  type RecipientState,
  type Standing,
  standing,
} from "./journal.js";
import type { Claim, ClaimEnd } from "./store.js";
import type { Settings } from "./worker-options.js";

interface Waiting {
  readonly index: number;
  readonly address: string;
}

/** How an attempt ended: where the message goes, and what the worker should know. */
export interface AttemptEnd extends ClaimEnd {
  readonly unreachable?: boolean | undefined;
  /** A server was talked to. */
  readonly reached?: boolean | undefined;
  /** The marker could not be written: the next message will hardly fare better. */
  readonly storeError?: unknown;
}

/** One claimed message, from the look at its journal to the end that its results ask for. Writes nothing but the marker. */
export class Attempt {
  readonly claim: Claim;
  readonly #settings: Settings;
  readonly #stands: Standing;
  readonly #waiting: readonly Waiting[];
  readonly #controller = new AbortController();
  #marked = false;
  #stopped = false;
  #sourceError: unknown;
  #markError: unknown;
  /** The content was given out whole, at least once. */
  #readToEnd = false;

  constructor(claim: Claim, settings: Settings) {
    this.claim = claim;
    this.#settings = settings;
    const { head, journal } = claim.stored;
    this.#stands = standing(head.to, journal);
    this.#waiting = this.#stands.recipients.flatMap(({ state, address }, index) =>
      state === "waiting" ? [{ index, address }] : [],
    );
  }

  /** Domains of the recipients that this attempt is for. */
  get domains(): ReadonlySet<string> {
    return new Set(this.#waiting.map(({ address }) => domainOf(address)));
  }

  /** The end of a message that must not be tried now, decided from what is written of it. */
  foregone(now: number): AttemptEnd | undefined {
    const { claim } = this;
    if (claim.interrupted) {
      // The result was written, and only the move was missing: the move is made now.
      if (this.#stands.lastEndedAttempt >= claim.attempt) return this.#end(undefined);
      return this.#inDoubt();
    }
    if (this.#waiting.length === 0) return this.#end(undefined);
    const { expiresAtMs } = claim.stored.head;
    if (expiresAtMs !== undefined && expiresAtMs <= now) {
      return this.#giveUp({ code: "ERR_QUEUE_EXPIRED", message: "not delivered in the time it had" });
    }
    if (claim.attempt - this.#stands.attemptsBase > this.#settings.maxAttempts) {
      // The attempts before ended without a word: the message may be what kills its worker (row Q9).
      return this.#giveUp({ code: "ERR_QUEUE_ATTEMPTS", message: "the last attempt was used up" });
    }
    return undefined;
  }

  async run(deliver: Deliver): Promise<AttemptEnd> {
    const { head } = this.claim.stored;
    let end: { report: unknown } | { thrown: unknown };
    try {
      const report = await deliver(
        {
          id: head.id,
          messageId: head.messageId,
          from: head.from,
          to: this.#waiting.map(({ address }) => address),
          attempt: this.claim.attempt - this.#stands.attemptsBase,
          sendOptions: head.sendOptions,
        },
        this.#source(),
        this.#controller.signal,
      );
      end = { report };
    } catch (thrown) {
      end = { thrown };
    }
    return this.#conclude(end);
  }

  /** Ends the attempt unless content may have gone out; `force` ends it all the same. */
  stop(force: boolean): void {
    this.#stopped = true;
    if (force || !this.#marked) {
      this.#controller.abort(new QueueError("ERR_QUEUE_CLOSED", "the worker is closing"));
    }
  }

  #source(): DeliverySource {
    const noting = async function* (this: Attempt, blocks: AsyncIterable<Uint8Array>) {
      try {
        yield* blocks;
        this.#readToEnd = true;
      } catch (error) {
        this.#sourceError = error;
        throw error;
      }
    }.bind(this);
    const beforeContent = () => this.#mark();
    const { claim } = this;
    return {
      sizeBytes: claim.stored.head.sizeBytes,
      repeatable: true,
      openAhead: (signal) => noting(claim.open(signal)),
      open: async function* (signal) {
        await beforeContent();
        yield* noting(claim.open(signal));
      },
      beforeContent,
    };
  }

  async #mark(): Promise<void> {
    if (this.#stopped && !this.#marked) {
      this.#sourceError = new QueueError("ERR_QUEUE_CLOSED", "the worker is closing");
      throw this.#sourceError;
    }
    // From here on a stop must not interrupt: the marker may be on disk in any moment.
    this.#marked = true;
    try {
      await this.claim.markContent();
    } catch (error) {
      // A claim that could not be marked never will be, so no content goes out in this attempt.
      this.#marked = false;
      this.#sourceError = error;
      this.#markError = error;
      throw error;
    }
  }

  #conclude(end: { report: unknown } | { thrown: unknown }): AttemptEnd {
    const failure = this.#sourceError;
    const damaged =
      QueueError.is(failure) && failure.code === "ERR_QUEUE_DAMAGED"
        ? { code: failure.code, message: failure.message }
        : undefined;
    // Of a content that nobody could read to its end no server has the whole.
    const mayBeThere = this.#marked && (damaged === undefined || this.#readToEnd);
    const read = readAttempt(end, this.#waiting, mayBeThere, failure);
    const interrupted =
      this.#stopped && damaged === undefined && read.results.every(({ outcome }) => outcome === "deferred");
    if (interrupted) return { to: "queued", entry: undefined, retryInMs: 0, uncounted: true };
    const used = this.claim.attempt - this.#stands.attemptsBase;
    const lastTry = used >= this.#settings.maxAttempts;
    const results = read.results.map((result) =>
      // What cannot be read will not become readable; who has the message by now keeps it.
      damaged !== undefined && result.outcome === "deferred"
        ? { ...result, outcome: "rejected" as const, error: damaged }
        : this.#byPolicy(result, lastTry),
    );
    const entry: JournalEntry = {
      type: "attempt",
      atMs: Date.now(),
      attempt: this.claim.attempt,
      results,
      error: read.error,
    };
    return {
      ...this.#end(entry),
      unreachable: read.unreachable,
      reached: !read.unreachable,
      storeError: this.#markError,
    };
  }

  #byPolicy(result: RecipientResult, lastTry: boolean): RecipientResult {
    const { inDoubt } = this.#settings;
    if (result.outcome === "unknown" && inDoubt !== "hold") {
      return this.#byPolicy({ ...result, outcome: inDoubt === "resend" ? "deferred" : "rejected" }, lastTry);
    }
    if (result.outcome !== "deferred" || !lastTry) return result;
    const error = result.error ?? { code: "ERR_QUEUE_ATTEMPTS", message: "the last attempt was used up" };
    return { ...result, outcome: "rejected", error };
  }

  /** The worker died after the marker and before the result: policy decides, and nothing is sent again silently (row Q2). */
  #inDoubt(): AttemptEnd {
    const { attempt } = this.claim;
    if (this.#settings.inDoubt === "hold") {
      return this.#end({ type: "interrupted", atMs: Date.now(), attempt });
    }
    const error: KeptError = {
      code: "ERR_QUEUE_IN_DOUBT",
      message: "the worker ended while content was on its way; the server may have the message",
    };
    const lastTry = attempt - this.#stands.attemptsBase >= this.#settings.maxAttempts;
    const results = this.#waiting.map(({ index }) =>
      this.#byPolicy({ index, outcome: "unknown", error }, lastTry),
    );
    return this.#end({ type: "attempt", atMs: Date.now(), attempt, results, error });
  }

  #giveUp(error: KeptError): AttemptEnd {
    return this.#end({ type: "given-up", atMs: Date.now(), error });
  }

  #end(entry: JournalEntry | undefined): AttemptEnd {
    const { head, journal } = this.claim.stored;
    const recipients: readonly RecipientState[] =
      entry === undefined ? this.#stands.recipients : standing(head.to, [...journal, entry]).recipients;
    return { to: placeFor(recipients), entry, keep: this.#settings.keepSentMs > 0 };
  }
}
