import type { QueueErrorCode } from "./errors.js";
import type { KeptError, KeptReply, RecipientResult } from "./journal.js";
import { keptText } from "./journal.js";
import type { KeptSendOptions } from "./message.js";
import { isRecord } from "./options.js";

/** The envelope of one attempt: recipients that have not been accepted or refused before. */
export interface DeliveryEnvelope {
  readonly id: string;
  readonly messageId: string | undefined;
  readonly from: string | null;
  readonly to: readonly string[];
  /** From 1. */
  readonly attempt: number;
  readonly sendOptions: KeptSendOptions | undefined;
}

/**
 * The frozen octets of one attempt. The in-doubt marker is on disk before the first octet is given, so a deliverer cannot send
 * content without it. One that knows better when content begins reads with `openAhead()` and awaits `beforeContent()` itself.
 */
export interface DeliverySource {
  readonly sizeBytes: number;
  readonly repeatable: true;
  /** Writes the marker when the first block is asked for, then gives the octets. */
  open(signal?: AbortSignal | undefined): AsyncIterable<Uint8Array>;
  /** Gives the octets without a marker: whoever calls this promises to await `beforeContent()` before any of them goes out. */
  openAhead(signal?: AbortSignal | undefined): AsyncIterable<Uint8Array>;
  /** Resolves once the marker is durable; rejects when content must not go out. May be called more than once. */
  beforeContent(): Promise<void>;
}

/** What a delivery says of one recipient; `RecipientOutcome` of smtp-client is one. */
export interface ReportedRecipient {
  readonly address: string;
  readonly outcome: "accepted" | "rejected" | "not-sent" | "unknown";
  readonly reply?: ReportedReply | undefined;
  readonly error?: unknown;
}

export interface ReportedReply {
  readonly code: number;
  readonly enhanced?: string | undefined;
  readonly lines: readonly string[];
}

/** What `deliver` resolves to; `Receipt` of smtp-client is one. */
export interface DeliveryReport {
  readonly recipients: readonly ReportedRecipient[];
}

/**
 * Makes one attempt. It resolves with what became of each recipient, or throws: an error with `recipients`, as `SendError` of
 * smtp-client has them, says the same; any other means that nothing was sent, or, once the marker is written, that nobody knows.
 */
export type Deliver = (
  envelope: DeliveryEnvelope,
  source: DeliverySource,
  signal: AbortSignal,
) => Promise<DeliveryReport>;

/** What an attempt came to, in the words of the journal. */
export interface AttemptResult {
  readonly results: readonly RecipientResult[];
  /** The failure of the whole attempt. */
  readonly error: KeptError | undefined;
  /** No server could be talked to: this says nothing about the message. */
  readonly unreachable: boolean;
}

interface ErrorFacts {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly phase?: unknown;
  readonly state?: unknown;
  readonly retryable?: unknown;
  readonly reply?: ReportedReply | undefined;
  readonly recipients?: readonly ReportedRecipient[] | undefined;
}

const BEFORE_MAIL: ReadonlySet<unknown> = new Set(["resolve", "connect", "tls", "greeting", "ehlo", "auth"]);

/**
 * What cannot be sent to this server as it is, now or later. Codes and not phases: a client that was closed, or told to stop, also
 * fails while it composes, and options of the client are mended without the message.
 */
const NEVER = new RegExp(
  "^ERR_(?:" +
    "CLIENT_(?:SMTPUTF8_NEEDED|BINARYMIME_NEEDED|EXTENSION_NEEDED|TOO_LARGE|NO_RECIPIENTS)|" +
    "DELIVERY_(?:NULL_MX|NO_SUCH_DOMAIN|NO_EXCHANGER|LOOP|REQUIRETLS|NOT_REPEATABLE)|" +
    "MIME_(?!ABORTED|MODULE_|SOURCE_|FILE_|(?:UNKNOWN|INVALID)_OPTION)|ADDRESS_|SMTP_ARGUMENT$)",
);

/**
 * Reads what `deliver` resolved to or threw.
 * @param waiting places in the envelope and addresses of those this attempt was for
 * @param marked content may have gone out
 * @param sourceError why the content could not be given: a failure of ours, whatever it looked like to the deliverer
 */
export function readAttempt(
  end: { readonly report: unknown } | { readonly thrown: unknown },
  waiting: readonly { readonly index: number; readonly address: string }[],
  marked: boolean,
  sourceError?: unknown,
): AttemptResult {
  const thrown = "thrown" in end ? factsOf(end.thrown) : undefined;
  const said =
    thrown === undefined ? factsOf((end as { report: unknown }).report).recipients : thrown.recipients;
  const byAddress = new Map<string, ReportedRecipient>();
  // A report that is no report must not keep what else is known from being written down.
  for (const one of Array.isArray(said) ? (said as readonly ReportedRecipient[]) : []) {
    if (isRecord(one)) byAddress.set(one.address, one);
  }
  const error = thrown === undefined ? undefined : keptError(thrown);
  const ours = sourceError === undefined ? undefined : keptError(factsOf(sourceError));
  const results = waiting.map(({ index, address }) => {
    const reported = byAddress.get(address);
    if (reported !== undefined) return judge(index, reported, error, marked);
    return unreported(index, thrown, error, marked);
  });
  return {
    results: ours === undefined ? results : results.map((result) => orDeferred(result, ours)),
    error: ours ?? error,
    unreachable: thrown !== undefined && BEFORE_MAIL.has(thrown.phase) && !marked,
  };
}

function orDeferred(result: RecipientResult, error: KeptError): RecipientResult {
  if (result.reply !== undefined || (result.outcome !== "rejected" && result.outcome !== "deferred"))
    return result;
  return { ...result, outcome: "deferred", error };
}

function judge(
  index: number,
  reported: ReportedRecipient,
  whole: KeptError | undefined,
  marked: boolean,
): RecipientResult {
  const reply = keptReply(reported.reply);
  const facts = factsOf(reported.error);
  const error = reported.error === undefined || reported.error === null ? whole : keptError(facts);
  switch (reported.outcome) {
    case "accepted":
      return { index, outcome: "accepted", reply };
    case "unknown":
      return { index, outcome: "unknown", reply, error };
    case "rejected": {
      const permanent = reply === undefined ? facts.retryable !== true : reply.code >= 500;
      return { index, outcome: permanent ? "rejected" : "deferred", reply, error };
    }
    case "not-sent":
      return { index, outcome: isHopeless(facts, error) ? "rejected" : "deferred", reply, error };
    default:
      return { index, outcome: marked ? "unknown" : "deferred", reply, error };
  }
}

function unreported(
  index: number,
  thrown: ErrorFacts | undefined,
  whole: KeptError | undefined,
  marked: boolean,
): RecipientResult {
  const error = whole ?? {
    code: "ERR_QUEUE_DELIVER",
    message: "deliver() did not say what became of this recipient",
  };
  if (thrown !== undefined && (thrown.state === "not-sent" || thrown.state === "rejected")) {
    const reply = keptReply(thrown.reply);
    const refused = thrown.state === "rejected" && reply !== undefined && reply.code >= 500;
    return { index, outcome: refused || isHopeless(thrown, error) ? "rejected" : "deferred", reply, error };
  }
  if (thrown?.state === "unknown" || marked) return { index, outcome: "unknown", error };
  return {
    index,
    outcome: thrown !== undefined && isHopeless(thrown, error) ? "rejected" : "deferred",
    error,
  };
}

/** A failure that the same message will meet every time. A refused login or a lost connection is the relay's trouble, and passes. */
function isHopeless(facts: ErrorFacts, error: KeptError | undefined): boolean {
  return facts.retryable !== true && error !== undefined && NEVER.test(error.code);
}

function keptReply(reply: ReportedReply | undefined): KeptReply | undefined {
  if (!isRecord(reply) || typeof reply.code !== "number") return undefined;
  const { code, enhanced, lines } = reply;
  return {
    code,
    enhanced: typeof enhanced === "string" ? enhanced : undefined,
    text: keptText(Array.isArray(lines) ? lines.join(" ") : ""),
  };
}

function keptError(facts: ErrorFacts): KeptError {
  return {
    code: typeof facts.code === "string" ? facts.code : ("ERR_QUEUE_DELIVER" satisfies QueueErrorCode),
    message: keptText(typeof facts.message === "string" ? facts.message : String(facts)),
  };
}

function factsOf(value: unknown): ErrorFacts {
  return typeof value === "object" && value !== null ? (value as ErrorFacts) : { message: String(value) };
}
