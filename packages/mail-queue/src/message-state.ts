/** Where a message is. It is in exactly one of these at any moment, whatever crashes. */
export type MessageState = "queued" | "sending" | "sent" | "failed" | "in-doubt";

export const MESSAGE_STATES: readonly MessageState[] = ["queued", "sending", "sent", "failed", "in-doubt"];

/**
 * Every legal move of a message, with what causes it. The stores make no other, a test walks all pairs, and the README's
 * table is this one. `sending` has two halves, because what a crash means depends on them (RFC 1047).
 */
export const TRANSITIONS = {
  new: { queued: "enqueue" },
  queued: {
    sending: "a worker claims it",
    failed: "damaged or foreign: set aside",
  },
  sending: {
    content: "the marker is on disk; content may go out from now on",
    queued: "the attempt ended before content, or its worker died: a later try",
    sent: "every recipient had been accepted before",
    failed: "refused for good, attempts used up, expired or cancelled",
    "in-doubt": "only recipients in doubt were left",
  },
  content: {
    sent: "every recipient was accepted",
    queued: "some recipients are to be tried again",
    failed: "refused for good, attempts used up, or in doubt with policy fail",
    "in-doubt": "no final reply came, or the worker died: policy hold",
  },
  "in-doubt": { sending: "taken by hand, to be retried or decided", purged: "purge, when named" },
  sent: { purged: "kept long enough" },
  failed: { sending: "taken by hand, to be retried", purged: "purge" },
  purged: {},
} as const satisfies Readonly<Record<Place, Partial<Record<Place, string>>>>;

/** A state, or one of the two ends of a life. */
export type Place = "new" | MessageState | "content" | "purged";
