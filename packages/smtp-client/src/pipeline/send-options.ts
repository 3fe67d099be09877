import type { Mailbox } from "@wirepost/mail-address";
import type { MailParameters, RcptParameters } from "@wirepost/smtp-protocol";
import type { RecipientOutcome } from "../outcome/receipt.js";
import {
  callback,
  checkOptions,
  date,
  either,
  finite,
  flag,
  group,
  listOf,
  milliseconds,
  type OptionChecks,
  object,
  oneOf,
  signal,
  text,
  whole,
} from "../session/check-options.js";
import type { TransferProgress } from "../session/observer.js";

/** Delivery status notifications (RFC 3461). */
export interface DsnOptions {
  readonly return?: "full" | "headers" | undefined;
  readonly envelopeId?: string | undefined;
  readonly notify?: RcptParameters["notify"];
  /** ORCPT for each recipient, from its address. Default false. */
  readonly originalRecipient?: boolean | undefined;
  /** Sends without them where the server does not announce DSN. Default false: refused before MAIL. */
  readonly optional?: boolean | undefined;
}

/** An envelope other than the one that the header fields give. Addresses as text or parsed. */
export interface EnvelopeInput {
  /** `""`, `"<>"` or null for the null reverse-path. */
  readonly from: string | Mailbox | null;
  readonly to: string | Mailbox | readonly (string | Mailbox | EnvelopeRecipient)[];
}

/** A recipient with parameters of its own. */
export interface EnvelopeRecipient {
  readonly address: string | Mailbox;
  readonly parameters?: RcptParameters | undefined;
}

/**
 * Which refusals of recipients a message survives. `any`: sent to those accepted. `all`: sent to none unless all were
 * accepted. A function decides from the outcomes of RCPT; those accepted so far stand as `accepted`.
 */
export type Acceptance = "any" | "all" | ((recipients: readonly RecipientOutcome[]) => boolean);

/** What one send may say beyond the message. */
export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** A deadline for the whole send, waiting for a connection included. Default: none. */
  readonly sendTimeoutMs?: number | undefined;
  readonly envelope?: EnvelopeInput | undefined;
  readonly acceptance?: Acceptance | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
  /**
   * Awaited when a recipient was accepted and before the first octet of content is written, in each transaction of the message: the
   * moment to note down that from now on the server may have it. Rejecting ends the message as `not-sent`. A message that has it is
   * not sent in a window. Only `sendTimeoutMs` and `signal` limit how long it may take; the server may lose patience before.
   */
  readonly beforeContent?: (() => void | Promise<void>) | undefined;
  readonly dsn?: DsnOptions | undefined;
  /** RFC 8689: no hop without verified TLS; needs REQUIRETLS and verified TLS here. */
  readonly requireTls?: boolean | undefined;
  /** RFC 2852. */
  readonly deliverBy?: MailParameters["deliverBy"];
  /** MT-PRIORITY, -9 to 9 (RFC 6710). */
  readonly priority?: number | undefined;
  /** FUTURERELEASE (RFC 4865). */
  readonly holdForSeconds?: number | undefined;
  readonly holdUntil?: Date | undefined;
  /** AUTH= on MAIL: who submitted the message first (RFC 4954 5). */
  readonly submitter?: Mailbox | "<>" | undefined;
  /** Further parameters of MAIL, sent as they are. */
  readonly mailParameters?: Readonly<Record<string, string | true>> | undefined;
  /** Further parameters of every RCPT. */
  readonly rcptParameters?: Readonly<Record<string, string | true>> | undefined;
  /** `binary` sends attachments unencoded where BINARYMIME and CHUNKING are announced. Default `text`. */
  readonly encoding?: "text" | "binary" | undefined;
  /** Where `{ path }` in a message may point; without it such sources are refused. */
  readonly files?: { readonly baseDir: string } | undefined;
  /** Puts the redacted transcript on the receipt or the error; the connection must keep one. Default false. */
  readonly transcript?: boolean | undefined;
  /** Refuses envelopes with more recipients. Default 10,000. */
  readonly maxRecipients?: number | undefined;
  /**
   * Octets of a local part at most, in addresses given as text. Default 64 (RFC 5321 4.5.3.1.1); addresses made by SRS, BATV and
   * mailing systems for replies are longer.
   */
  readonly maxLocalPartBytes?: number | undefined;
}

const acceptance = either('"any", "all" or a function', oneOf("any", "all"), callback);

const CHECKS: OptionChecks<SendOptions> = {
  signal,
  sendTimeoutMs: milliseconds,
  // Read when the envelope is made.
  envelope: object,
  acceptance,
  onProgress: callback,
  beforeContent: callback,
  dsn: group({
    return: oneOf("full", "headers"),
    envelopeId: text,
    notify: either(
      '"never" or a list of events',
      oneOf("never"),
      listOf(oneOf("success", "failure", "delay")),
    ),
    originalRecipient: flag,
    optional: flag,
  } satisfies OptionChecks<DsnOptions>),
  requireTls: flag,
  deliverBy: object,
  priority: finite,
  holdForSeconds: finite,
  holdUntil: date,
  submitter: either('a mailbox or "<>"', oneOf("<>"), object),
  mailParameters: object,
  rcptParameters: object,
  encoding: oneOf("text", "binary"),
  files: group({ baseDir: text }, ["baseDir"]),
  transcript: flag,
  maxRecipients: whole(1, Number.MAX_SAFE_INTEGER, true),
  maxLocalPartBytes: whole(1),
};

export const NO_OPTIONS: SendOptions = Object.freeze({});

/** Whether the message may go to some of its recipients. */
export function acceptsAny({ acceptance }: SendOptions): boolean {
  return acceptance === undefined || acceptance === "any";
}

/** @throws SendError ERR_CLIENT_UNKNOWN_OPTION, ERR_CLIENT_OPTION */
export function checkSendOptions(options: SendOptions): void {
  if (options !== NO_OPTIONS) checkOptions("send", options, CHECKS);
}
