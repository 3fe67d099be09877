import type { Mailbox } from "@wirepost/mail-address";
import type { MailParameters, RcptParameters } from "@wirepost/smtp-protocol";
import type { RecipientOutcome } from "../outcome/receipt.js";
import { checkNames, checkSignal, optionError } from "../session/check-names.js";
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
}

const NAMES: ReadonlySet<string> = new Set<keyof SendOptions>([
  "signal",
  "sendTimeoutMs",
  "envelope",
  "acceptance",
  "onProgress",
  "beforeContent",
  "dsn",
  "requireTls",
  "deliverBy",
  "priority",
  "holdForSeconds",
  "holdUntil",
  "submitter",
  "mailParameters",
  "rcptParameters",
  "encoding",
  "files",
  "transcript",
  "maxRecipients",
]);
const DSN_NAMES: ReadonlySet<string> = new Set<keyof DsnOptions>([
  "return",
  "envelopeId",
  "notify",
  "originalRecipient",
  "optional",
]);
export const NO_OPTIONS: SendOptions = Object.freeze({});

/** Whether the message may go to some of its recipients. */
export function acceptsAny({ acceptance }: SendOptions): boolean {
  return acceptance === undefined || acceptance === "any";
}

/** @throws SendError ERR_CLIENT_UNKNOWN_OPTION, ERR_CLIENT_OPTION */
export function checkSendOptions(options: SendOptions): void {
  if (options === NO_OPTIONS) return;
  checkNames("send", options, NAMES);
  if (options.dsn !== undefined) checkNames("dsn", options.dsn, DSN_NAMES);
  const { acceptance, sendTimeoutMs, encoding, beforeContent } = options;
  checkSignal(options.signal);
  if (
    acceptance !== undefined &&
    acceptance !== "any" &&
    acceptance !== "all" &&
    typeof acceptance !== "function"
  ) {
    throw optionError("ERR_CLIENT_OPTION", 'acceptance must be "any", "all" or a function');
  }
  if (beforeContent !== undefined && typeof beforeContent !== "function") {
    throw optionError("ERR_CLIENT_OPTION", "beforeContent must be a function");
  }
  if (encoding !== undefined && encoding !== "text" && encoding !== "binary") {
    throw optionError("ERR_CLIENT_OPTION", 'encoding must be "text" or "binary"');
  }
  if (sendTimeoutMs !== undefined && !(sendTimeoutMs > 0 && sendTimeoutMs <= 2_147_483_647)) {
    throw optionError("ERR_CLIENT_OPTION", "sendTimeoutMs must be from 1 to 2147483647");
  }
}
