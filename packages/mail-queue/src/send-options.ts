// What a message is to be sent with, looked at while somebody is there who can mend it: days later it would only fail.
import { formatMailbox, type Mailbox } from "@wirepost/mail-address";
import { QueueError } from "./errors.js";
import type { KeptSendOptions } from "./message.js";
import { checkNames, isRecord, truth, wholeNumber, wrong } from "./options.js";

type Dsn = NonNullable<KeptSendOptions["dsn"]>;
type DeliverBy = NonNullable<KeptSendOptions["deliverBy"]>;

const NAMES: ReadonlySet<string> = new Set<keyof KeptSendOptions>([
  "dsn",
  "requireTls",
  "deliverBy",
  "priority",
  "submitter",
  "mailParameters",
  "rcptParameters",
]);
const DSN_NAMES: ReadonlySet<string> = new Set<keyof Dsn>([
  "return",
  "envelopeId",
  "notify",
  "originalRecipient",
  "optional",
]);
const DELIVER_BY_NAMES: ReadonlySet<string> = new Set<keyof DeliverBy>(["seconds", "mode", "trace"]);
/** RFC 3461 4.4. */
const MAX_ENVELOPE_ID = 100;
/** RFC 2852 4. */
const MAX_SECONDS = 999_999_999;

/**
 * A copy of send options that nobody can change any more. What the extensions of a server that is not known yet allow, the client says.
 * @throws QueueError `ERR_QUEUE_UNKNOWN_OPTION`, `ERR_QUEUE_OPTION`
 */
export function keptSendOptions(options: KeptSendOptions | undefined): KeptSendOptions | undefined {
  if (options === undefined) return undefined;
  const { dsn, deliverBy, submitter } = part("sendOptions", options, NAMES);
  if (dsn !== undefined) checkDsn(dsn);
  if (deliverBy !== undefined) checkDeliverBy(deliverBy);
  if (submitter !== undefined && submitter !== "<>") checkSubmitter(submitter);
  truth("sendOptions.requireTls", options.requireTls, false);
  wholeNumber("sendOptions.priority", options.priority, 0, -9, 9);
  checkParameters("sendOptions.mailParameters", options.mailParameters);
  checkParameters("sendOptions.rcptParameters", options.rcptParameters);
  return JSON.parse(JSON.stringify(options)) as KeptSendOptions;
}

/** An option that is itself an object of known names. */
function part<T extends object>(name: string, value: T, known: ReadonlySet<string>): T {
  if (!isRecord(value)) throw wrong(name, "must be an object");
  checkNames(name, value, known);
  return value;
}

function checkDsn(dsn: Dsn): void {
  const { return: returned, envelopeId, notify } = part("sendOptions.dsn", dsn, DSN_NAMES);
  if (returned !== undefined && returned !== "full" && returned !== "headers") {
    throw wrong("sendOptions.dsn.return", 'must be "full" or "headers"');
  }
  if (envelopeId !== undefined) {
    const printable = typeof envelopeId === "string" && /^[ -~]+$/.test(envelopeId);
    if (!printable || envelopeId.length > MAX_ENVELOPE_ID) {
      throw wrong("sendOptions.dsn.envelopeId", `must be 1 to ${MAX_ENVELOPE_ID} printable ASCII characters`);
    }
  }
  if (notify !== undefined && notify !== "never") {
    const words: readonly unknown[] = Array.isArray(notify) ? notify : [];
    if (
      words.length === 0 ||
      !words.every((one) => one === "success" || one === "failure" || one === "delay")
    ) {
      throw wrong("sendOptions.dsn.notify", 'must be "never" or a list of success, failure and delay');
    }
  }
  truth("sendOptions.dsn.originalRecipient", dsn.originalRecipient, false);
  truth("sendOptions.dsn.optional", dsn.optional, false);
}

function checkDeliverBy(deliverBy: DeliverBy): void {
  const name = "sendOptions.deliverBy";
  const { seconds, mode, trace } = part(name, deliverBy, DELIVER_BY_NAMES);
  if (mode !== "return" && mode !== "notify") throw wrong(`${name}.mode`, 'must be "return" or "notify"');
  const least = mode === "return" ? 1 : -MAX_SECONDS;
  if (seconds === undefined) throw wrong(`${name}.seconds`, "is missing");
  wholeNumber(`${name}.seconds`, seconds, 0, least, MAX_SECONDS);
  truth(`${name}.trace`, trace, false);
}

function checkSubmitter(submitter: Mailbox): void {
  try {
    formatMailbox(submitter);
  } catch (cause) {
    const message = 'sendOptions.submitter must be "<>" or a mailbox, as parseMailbox gives it';
    throw new QueueError("ERR_QUEUE_OPTION", message, { cause });
  }
}

/** esmtp-param of RFC 5321 4.1.2. */
function checkParameters(name: string, parameters: KeptSendOptions["mailParameters"]): void {
  if (parameters === undefined) return;
  if (!isRecord(parameters)) throw wrong(name, "must be an object of keywords and values");
  for (const [keyword, value] of Object.entries(parameters)) {
    if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(keyword)) throw wrong(name, "has a keyword outside its grammar");
    // JSON leaves it out, as it does everywhere else.
    if ((value as unknown) === undefined) continue;
    if (value !== true && !(typeof value === "string" && /^[!-<>-~]+$/.test(value))) {
      throw wrong(`${name}.${keyword.slice(0, 80)}`, "must be true or text without blanks and =");
    }
  }
}
