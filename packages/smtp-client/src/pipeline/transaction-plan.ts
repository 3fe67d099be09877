import { needsSmtpUtf8 } from "@wirepost/mail-address";
import { type ComposedMessage, composeMessage } from "@wirepost/mime-message";
import {
  type MailParameters,
  type RcptCommand,
  type SessionLimits,
  serializeCommand,
} from "@wirepost/smtp-protocol";
import { fromLowerError } from "../outcome/from-lower-error.js";
import { SendError } from "../outcome/send-error.js";
import type { Session } from "../session/session.js";
import { checkHold } from "./hold.js";
import { type Recipient, recipientDomains, type SendJob } from "./send-job.js";
import { acceptsAny, NO_OPTIONS } from "./send-options.js";
import { contentParameters, missing, type ServerFeatures, type Writable } from "./server-features.js";

/** All that a transaction needs to begin: everything that can be refused has been refused. */
export interface TransactionPlan {
  readonly composed: ComposedMessage;
  readonly parameters: MailParameters | undefined;
  /** The transaction runs under SMTPUTF8 (RFC 6531). */
  readonly smtpUtf8: boolean;
  /** Content goes out in BDAT chunks. */
  readonly chunking: boolean;
  /** DSN parameters of recipients are left out: the caller called them optional. */
  readonly withoutDsn: boolean;
}

/** RCPT for one of the plan's recipients. */
export function rcptCommand(plan: TransactionPlan, { mailbox, parameters }: Recipient): RcptCommand {
  const { smtpUtf8 } = plan;
  if (!plan.withoutDsn || parameters === undefined)
    return { verb: "RCPT", to: mailbox, parameters, smtpUtf8 };
  const { notify: _notify, originalRecipient: _original, ...rest } = parameters;
  return { verb: "RCPT", to: mailbox, parameters: rest, smtpUtf8 };
}

/**
 * Composes the message for this server and decides the parameters of MAIL.
 * Synchronous when every source of the message is in memory.
 * @throws SendError, or rejects with one: nothing was written then
 */
export function planTransaction(
  job: SendJob,
  features: ServerFeatures,
  session: Session,
): TransactionPlan | Promise<TransactionPlan> {
  const transport =
    job.options.encoding === "binary" && features.binary ? "binary" : features.eightBit ? "8bit" : "7bit";
  const form = `${transport}${features.smtpUtf8 ? "+utf8" : ""}`;
  if (job.composed !== undefined && job.composedFor === form) {
    return finishPlan(job, job.composed, features, session);
  }
  let composed: ComposedMessage | Promise<ComposedMessage>;
  try {
    composed = composeMessage(job.message, {
      transport,
      smtpUtf8: features.smtpUtf8,
      readyLines: true,
      files: job.options.files,
      maxLocalPartBytes: job.options.maxLocalPartBytes,
      signal: job.signal,
    });
  } catch (error) {
    throw fromLowerError(error, "compose", { otherwise: "ERR_CLIENT_OPTION" });
  }
  if (composed instanceof Promise) {
    return composed.then(
      (message) => {
        keepComposed(job, message, form);
        return finishPlan(job, message, features, session);
      },
      (error: unknown) => {
        throw fromLowerError(error, "compose", { otherwise: "ERR_CLIENT_OPTION" });
      },
    );
  }
  keepComposed(job, composed, form);
  return finishPlan(job, composed, features, session);
}

function keepComposed(job: SendJob, composed: ComposedMessage, form: string): void {
  job.composed = composed;
  job.composedFor = form;
  const { readyLines, content } = composed;
  if (readyLines !== undefined) withJob(job, () => readyLines.release());
  // Files and streams that were opened for it, sent or not.
  if (!(content instanceof Uint8Array)) withJob(job, () => void content.close?.().catch(() => undefined));
}

/** Lets go of something when the job ends, or now when it has ended while its sources were read. */
function withJob(job: SendJob, release: () => void): void {
  if (job.settled) release();
  else job.onSettled(release);
}

function finishPlan(
  job: SendJob,
  composed: ComposedMessage,
  features: ServerFeatures,
  session: Session,
): TransactionPlan {
  checkSplit(job, composed, features.capabilities.limits);
  const smtpUtf8 =
    composed.smtpUtf8 ||
    (job.from !== null && needsSmtpUtf8(job.from)) ||
    job.recipients.some(recipientNeedsUtf8);
  const needs = contentParameters(composed, smtpUtf8, features);
  const parameters = mailParameters(job, features, session, needs);
  checkCommands(job, parameters);
  const withoutDsn = !features.dsn && job.recipients.some(asksForDsn);
  if (withoutDsn) needExtension(features, "DSN", job.options.dsn?.optional === true);
  return { composed, parameters, smtpUtf8, chunking: features.chunking, withoutDsn };
}

/** Commands that carry the caller's own texts are written once for nothing: a refused one must not leave half an envelope. */
function checkCommands(job: SendJob, parameters: MailParameters): void {
  try {
    if (job.options !== NO_OPTIONS) serializeCommand({ verb: "MAIL", from: job.from, parameters });
    const smtpUtf8 = parameters.smtpUtf8 === true;
    // A job of many transactions would write them all for each.
    if (job.checkedFor === smtpUtf8) return;
    for (const { mailbox, parameters: own } of job.recipients) {
      if (own !== undefined) serializeCommand({ verb: "RCPT", to: mailbox, parameters: own, smtpUtf8 });
    }
    job.checkedFor = smtpUtf8;
  } catch (error) {
    throw fromLowerError(error, "compose", { otherwise: "ERR_CLIENT_OPTION" });
  }
}

function recipientNeedsUtf8(recipient: Recipient): boolean {
  return needsSmtpUtf8(recipient.mailbox);
}

/** A split that the limits of RFC 9422 force must be possible, and must not break what the caller asked for. */
function checkSplit(job: SendJob, composed: ComposedMessage, limits: SessionLimits): void {
  const { rcptMax, rcptDomainMax } = limits;
  if (rcptMax === undefined && rcptDomainMax === undefined) return;
  const domains = rcptDomainMax === undefined ? 0 : recipientDomains(job).size;
  if (job.waiting.length <= (rcptMax ?? Infinity) && domains <= (rcptDomainMax ?? Infinity)) return;
  if (!acceptsAny(job.options)) {
    const why = "the server's limits split the recipients, and `acceptance` is for all of them together";
    throw new SendError("ERR_CLIENT_ACCEPTANCE", why, { phase: "mail" });
  }
  if (!(composed.content instanceof Uint8Array) && !composed.content.repeatable) {
    const why = "the server's limits split the recipients, and the content can be read only once";
    throw new SendError("ERR_CLIENT_CONTENT_SOURCE", why, { phase: "mail" });
  }
}

function asksForDsn({ parameters }: Recipient): boolean {
  return (
    parameters !== undefined &&
    (parameters.notify !== undefined || parameters.originalRecipient !== undefined)
  );
}

function mailParameters(
  job: SendJob,
  features: ServerFeatures,
  session: Session,
  parameters: Writable<MailParameters>,
): Writable<MailParameters> {
  const { options } = job;
  const { dsn } = options;
  if (dsn !== undefined && needExtension(features, "DSN", dsn.optional === true)) {
    if (dsn.return !== undefined) parameters.return = dsn.return;
    if (dsn.envelopeId !== undefined) parameters.envelopeId = dsn.envelopeId;
  }
  if (options.requireTls === true) {
    needExtension(features, "REQUIRETLS");
    if (session.socket.tls?.verified !== true) {
      throw missing(
        "ERR_CLIENT_EXTENSION_NEEDED",
        "REQUIRETLS needs verified TLS to this server (RFC 8689 2)",
      );
    }
    parameters.requireTls = true;
  }
  if (options.deliverBy !== undefined && needExtension(features, "DELIVERBY"))
    parameters.deliverBy = options.deliverBy;
  if (options.priority !== undefined && needExtension(features, "MT-PRIORITY"))
    parameters.priority = options.priority;
  if (options.holdForSeconds !== undefined || options.holdUntil !== undefined) {
    needExtension(features, "FUTURERELEASE");
    checkHold(options, features.capabilities);
    parameters.holdForSeconds = options.holdForSeconds;
    parameters.holdUntil = options.holdUntil;
  }
  if (options.submitter !== undefined && needExtension(features, "AUTH")) parameters.auth = options.submitter;
  if (options.mailParameters !== undefined) parameters.custom = options.mailParameters;
  return parameters;
}

function needExtension(features: ServerFeatures, keyword: string, optional = false): boolean {
  if (features.capabilities.has(keyword)) return true;
  if (optional) return false;
  throw missing("ERR_CLIENT_EXTENSION_NEEDED", `an option needs ${keyword}`);
}
