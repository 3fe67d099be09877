import { formatMailbox, type Mailbox } from "@wirepost/mail-address";
import {
  type EnvelopeRecipient,
  type Outcome,
  type RecipientOutcome,
  SendError,
} from "@wirepost/smtp-client";
import { DeliveryError } from "../errors.js";

type Reply = NonNullable<RecipientOutcome["reply"]>;

/** One recipient on its way from server to server. */
export class Destination implements RecipientOutcome {
  outcome: Outcome = "not-sent";
  reply: Reply | undefined = undefined;
  error: SendError | undefined = undefined;
  readonly address: string;

  constructor(
    readonly mailbox: Mailbox,
    readonly parameters: EnvelopeRecipient["parameters"],
  ) {
    this.address = formatMailbox(mailbox);
  }

  /** Nobody was accepted or refused for good, and nobody may have the message: another server may be asked. */
  get open(): boolean {
    if (this.outcome === "rejected") return this.reply !== undefined && this.reply.code < 500;
    return this.outcome === "not-sent";
  }

  /** The same may succeed later, and cannot arrive twice by it. */
  get retryable(): boolean {
    return this.open && (this.reply !== undefined || this.error === undefined || this.error.retryable);
  }

  /** What a transaction said. */
  end({ outcome, reply, error }: Pick<RecipientOutcome, "outcome" | "reply" | "error">): void {
    const said = { outcome, reply, error };
    if (outcome === "not-sent" && this.#keeps(error)) return;
    Object.assign(this, said);
  }

  /** A step before any transaction failed. */
  fail(error: SendError): void {
    if (this.#keeps(error)) return;
    this.outcome = "not-sent";
    this.error = error;
    this.reply = undefined;
  }

  /** A server's word on the recipient, and hope, count for more than the next server's failure. */
  #keeps(error: SendError | undefined): boolean {
    if (this.outcome === "rejected") return true;
    return this.error?.retryable === true && error?.retryable !== true;
  }
}

const PHASES: Readonly<Record<string, SendError["phase"]>> = {
  ERR_DELIVERY_STS_NO_TLS: "tls",
  ERR_DELIVERY_STS_CERTIFICATE: "tls",
  ERR_DELIVERY_DANE_NO_TLS: "tls",
  ERR_DELIVERY_DANE_MISMATCH: "tls",
  ERR_DELIVERY_REQUIRETLS: "tls",
  ERR_DELIVERY_NOT_REPEATABLE: "compose",
  ERR_DELIVERY_OPTION: "compose",
  ERR_DELIVERY_UNKNOWN_OPTION: "compose",
};

/** An error of any floor as what recipients carry. */
export function toSendError(error: unknown, phase: SendError["phase"] = "resolve"): SendError {
  if (SendError.is(error)) return error;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return new SendError(typeof code === "string" ? code : "ERR_CLIENT_ABORTED", String(message ?? error), {
    phase: typeof code === "string" ? (PHASES[code] ?? phase) : phase,
    retryable: DeliveryError.is(error) && error.retryable,
    cause: error,
  });
}

/** The failure of a whole send: the first that tells why, with everybody's outcome. */
export function failureOf(destinations: readonly Destination[]): SendError {
  const first = destinations.find(({ outcome }) => outcome === "unknown") ?? destinations[0];
  const error = first?.error;
  const reply = first?.reply;
  const unknown = destinations.some(({ outcome }) => outcome === "unknown");
  const rejected = destinations.some(({ outcome }) => outcome === "rejected");
  const message =
    error?.message ??
    (reply === undefined ? "nobody was accepted" : `${reply.code} ${reply.lines.join(" ")}`);
  return new SendError(error?.code ?? "ERR_CLIENT_RECIPIENTS_REFUSED", printable(message), {
    phase: error?.phase ?? "rcpt",
    state: unknown ? "unknown" : rejected ? "rejected" : "not-sent",
    retryable: !unknown && destinations.some(({ retryable }) => retryable),
    recipients: destinations,
    reply,
    cause: error?.cause ?? error,
  });
}

/** Servers' words in one line, without what a terminal would act on. */
function printable(text: string): string {
  return text.slice(0, 600).replace(/[^\x20-\x7e]/g, "?");
}
