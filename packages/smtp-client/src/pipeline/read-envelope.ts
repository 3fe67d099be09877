// The envelope as `send()` takes it: addresses as text, with a display name or without, or parsed.
import {
  type Address,
  type Mailbox,
  type ParseOptions,
  parseAddressList,
  parseMailbox,
} from "@wirepost/mail-address";
import type { RcptParameters } from "@wirepost/smtp-protocol";
import { checkOptions, type OptionCheck, object, optionError } from "../session/check-options.js";
import type { EnvelopeInput, EnvelopeRecipient } from "./send-options.js";

export interface ReadEnvelope {
  readonly from: Mailbox | null;
  readonly to: readonly (Mailbox | EnvelopeRecipient)[];
}

/** What it is, is looked at when it is read. */
const anything: OptionCheck = () => undefined;
const ENVELOPE_CHECKS = { from: anything, to: anything };
/** Besides those of an `EnvelopeRecipient` a name, and the facts of a receipt's recipient, who may be sent to again. */
const RECIPIENT_CHECKS = {
  address: anything,
  parameters: object,
  name: anything,
  mailbox: anything,
  outcome: anything,
  reply: anything,
  error: anything,
};

/** @throws SendError for the shape, AddressError for an address */
export function readEnvelope(input: EnvelopeInput, limits: ParseOptions | undefined): ReadEnvelope {
  checkOptions("envelope", input, ENVELOPE_CHECKS);
  const { from, to } = input;
  if (from === undefined || to === undefined) {
    throw optionError("ERR_CLIENT_OPTION", "an envelope has a `from` (null for the null sender) and a `to`");
  }
  const given: readonly unknown[] = Array.isArray(to) ? to : [to];
  return {
    from: from === null || from === "" || from === "<>" ? null : readSender(from, limits),
    to: given.map((one) => readRecipient(one, limits)),
  };
}

function readSender(given: unknown, limits: ParseOptions | undefined): Mailbox {
  const recipient = readRecipient(given, limits);
  return "address" in recipient ? (recipient.address as Mailbox) : recipient;
}

function readRecipient(given: unknown, limits: ParseOptions | undefined): Mailbox | EnvelopeRecipient {
  if (typeof given === "string") return mailboxOf(given, limits);
  if (isMailbox(given)) return given;
  if (typeof given !== "object" || given === null || !("address" in given)) throw notAnAddress();
  checkOptions("envelope recipient", given, RECIPIENT_CHECKS);
  const { address, parameters } = given as { address: unknown; parameters?: RcptParameters | undefined };
  if (typeof address === "string") return { address: mailboxOf(address, limits), parameters };
  if (isMailbox(address)) return { address, parameters };
  throw notAnAddress();
}

function notAnAddress(): Error {
  return optionError(
    "ERR_CLIENT_OPTION",
    "an address of an envelope is text, { localPart, domain } or { address }",
  );
}

function isMailbox(given: unknown): given is Mailbox {
  if (typeof given !== "object" || given === null) return false;
  const { localPart, domain } = given as Partial<Mailbox>;
  return typeof localPart === "string" && typeof domain === "string";
}

/** One address, with its display name where it has one. Never a list: a text from elsewhere must not add recipients. */
function mailboxOf(text: string, limits: ParseOptions | undefined): Mailbox {
  try {
    return parseMailbox(text, limits);
  } catch (error) {
    const [one, ...more] = entriesOf(text, limits);
    if (one?.kind === "mailbox" && more.length === 0) return one.mailbox;
    if (more.length === 0) throw error;
    throw optionError(
      "ERR_CLIENT_OPTION",
      "several addresses of an envelope are given as an array, not as one text",
    );
  }
}

function entriesOf(text: string, limits: ParseOptions | undefined): Address[] {
  try {
    return parseAddressList(text, limits);
  } catch {
    return [];
  }
}
