import { formatMailbox } from "@wirepost/mail-address";
import type { CustomParameters, DeliverBy, MailParameters, RcptParameters } from "./command.js";
import { SmtpProtocolError } from "./errors.js";
import { encodeUtf8AddressXtext, encodeXtext } from "./xtext.js";

/** RFC 3461 4.4. */
const MAX_ENVELOPE_ID = 100;
/** RFC 3461 4.2. */
const MAX_ORIGINAL_RECIPIENT = 500;

/** Keywords that the options have names for: a custom parameter must not say them a second time. */
const MAIL_KEYWORDS = /^(?:SIZE|BODY|SMTPUTF8|AUTH|RET|ENVID|REQUIRETLS|BY|MT-PRIORITY|HOLDFOR|HOLDUNTIL)$/i;
const RCPT_KEYWORDS = /^(?:NOTIFY|ORCPT)$/i;

/** The parameters of MAIL as text, each with the space before it; empty when there are none. */
export function mailParameters(parameters: MailParameters): string {
  let text = "";
  for (const name in parameters) text += mailParameter(parameters, name);
  if (parameters.holdForSeconds !== undefined && parameters.holdUntil !== undefined) {
    throw invalid("holdUntil", "cannot stand beside holdForSeconds");
  }
  return text;
}

function mailParameter(parameters: MailParameters, name: string): string {
  if (parameters[name as keyof MailParameters] === undefined) {
    return MAIL_PARAMETER_NAMES.has(name) ? "" : unknown(name, "MAIL");
  }
  switch (name) {
    case "sizeBytes":
      return ` SIZE=${whole(parameters.sizeBytes!, name, 0, Number.MAX_SAFE_INTEGER)}`;
    case "body":
      return bodyParameter(parameters.body!);
    case "smtpUtf8":
      return flag(parameters.smtpUtf8, name) ? " SMTPUTF8" : "";
    case "auth":
      return ` AUTH=${submitter(parameters.auth!)}`;
    case "return":
      return ` RET=${returned(parameters.return)}`;
    case "envelopeId":
      return ` ENVID=${envelopeId(parameters.envelopeId!)}`;
    case "requireTls":
      return flag(parameters.requireTls, name) ? " REQUIRETLS" : "";
    case "deliverBy":
      return ` BY=${deliverBy(parameters.deliverBy!)}`;
    case "priority":
      return ` MT-PRIORITY=${whole(parameters.priority!, name, -9, 9)}`;
    case "holdForSeconds":
      return ` HOLDFOR=${whole(parameters.holdForSeconds!, name, 1, 999_999_999)}`;
    case "holdUntil":
      return ` HOLDUNTIL=${dateTime(parameters.holdUntil!)}`;
    case "custom":
      return customParameters(parameters.custom!, MAIL_KEYWORDS);
    default:
      return unknown(name, "MAIL");
  }
}

const MAIL_PARAMETER_NAMES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "sizeBytes",
  "body",
  "smtpUtf8",
  "auth",
  "return",
  "envelopeId",
  "requireTls",
  "deliverBy",
  "priority",
  "holdForSeconds",
  "holdUntil",
  "custom",
]);

/** The parameters of RCPT, as {@link mailParameters}. */
export function rcptParameters(parameters: RcptParameters): string {
  let text = "";
  for (const name in parameters) {
    const value = parameters[name as keyof RcptParameters];
    if (name === "notify") {
      if (value !== undefined) text += ` NOTIFY=${notify(parameters.notify!)}`;
    } else if (name === "originalRecipient") {
      if (value !== undefined) text += ` ORCPT=${originalRecipient(parameters.originalRecipient!)}`;
    } else if (name === "custom") {
      if (value !== undefined) text += customParameters(parameters.custom!, RCPT_KEYWORDS);
    } else {
      unknown(name, "RCPT");
    }
  }
  return text;
}

function bodyParameter(body: string): string {
  if (body === "7BIT" || body === "8BITMIME" || body === "BINARYMIME") return ` BODY=${body}`;
  throw invalid("body", "is not 7BIT, 8BITMIME or BINARYMIME");
}

function submitter(auth: NonNullable<MailParameters["auth"]>): string {
  if (auth === "<>") return auth;
  try {
    return encodeXtext(formatMailbox(auth));
  } catch (cause) {
    throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", `auth: ${(cause as Error).message}`, { cause });
  }
}

function returned(value: MailParameters["return"]): string {
  if (value === "full") return "FULL";
  if (value === "headers") return "HDRS";
  throw invalid("return", 'is not "full" or "headers"');
}

/** It comes back in a header field of notifications, so that controls are refused and not only encoded. */
function envelopeId(text: string): string {
  if (typeof text !== "string" || !/^[ -~]+$/.test(text))
    throw invalid("envelopeId", "is not printable ASCII");
  const encoded = encodeXtext(text);
  if (encoded.length > MAX_ENVELOPE_ID) throw invalid("envelopeId", `exceeds ${MAX_ENVELOPE_ID} characters`);
  return encoded;
}

/** RFC 2852 4: one to nine digits, mode and trace. */
function deliverBy({ seconds, mode, trace }: DeliverBy): string {
  if (mode !== "return" && mode !== "notify") throw invalid("deliverBy.mode", 'is not "return" or "notify"');
  whole(seconds, "deliverBy.seconds", mode === "return" ? 1 : -999_999_999, 999_999_999);
  return `${seconds};${mode === "return" ? "R" : "N"}${flag(trace ?? false, "deliverBy.trace") ? "T" : ""}`;
}

/** RFC 4865 3 wants the date-time of RFC 3339; whole seconds of UTC. */
function dateTime(date: Date): string {
  const time = date instanceof Date ? date.getTime() : Number.NaN;
  // The years that RFC 3339 has digits for: 0001 to 9999.
  if (!(time >= -62_135_596_800_000 && time <= 253_402_300_799_999))
    throw invalid("holdUntil", "is not a usable date");
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** RFC 3461 4.1: NEVER stands alone, the others once each. */
function notify(value: NonNullable<RcptParameters["notify"]>): string {
  if (value === "never") return "NEVER";
  if (!Array.isArray(value) || value.length === 0) throw invalid("notify", 'is neither "never" nor a list');
  const words = new Set<string>();
  for (const word of value as readonly string[]) {
    if (word !== "success" && word !== "failure" && word !== "delay")
      throw invalid("notify", "has an unknown word");
    words.add(word.toUpperCase());
  }
  return [...words].join(",");
}

function originalRecipient({ type, address }: NonNullable<RcptParameters["originalRecipient"]>): string {
  if (typeof type !== "string" || !/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(type)) {
    throw invalid("originalRecipient.type", "is not the name of an address type");
  }
  // Controls would come back in a header field of a notification.
  if (typeof address !== "string" || address === "" || /[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(address)) {
    throw invalid("originalRecipient.address", "is empty or holds a control character");
  }
  const utf8 = /^utf-8$/i.test(type);
  if (!utf8 && /[^ -~]/.test(address)) {
    throw invalid("originalRecipient.address", 'is not ASCII: the type must then be "utf-8" (RFC 6533)');
  }
  const encoded = `${type};${utf8 ? encodeUtf8AddressXtext(address) : encodeXtext(address)}`;
  if (encoded.length > MAX_ORIGINAL_RECIPIENT) {
    throw invalid("originalRecipient", `exceeds ${MAX_ORIGINAL_RECIPIENT} characters`);
  }
  return encoded;
}

/** esmtp-param of RFC 5321 4.1.2. The value is sent as it is; `encodeXtext` makes one of any text. */
function customParameters(custom: CustomParameters, named: RegExp): string {
  const seen = new Set<string>();
  let text = "";
  for (const [keyword, value] of Object.entries(custom)) {
    if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(keyword))
      throw invalid("custom", "has a keyword outside its grammar");
    const upper = keyword.toUpperCase();
    if (named.test(keyword) || seen.has(upper))
      throw invalid("custom", `says ${upper}, which has an option of its own`);
    seen.add(upper);
    if (value === true) text += ` ${keyword}`;
    else if (typeof value === "string" && /^[!-<>-~]+$/.test(value)) text += ` ${keyword}=${value}`;
    else throw invalid("custom", `has a value for ${upper.slice(0, 80)} outside its grammar`);
  }
  return text;
}

function flag(value: unknown, name: string): boolean {
  if (typeof value === "boolean") return value;
  throw invalid(name, "is neither true nor false");
}

function whole(value: number, name: string, least: number, most: number): number {
  // -0 would be written as 0 anyway, but 1e21 as 1e+21.
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw invalid(name, `is not a whole number from ${least} to ${most}`);
}

function unknown(name: string, verb: string): never {
  throw new SmtpProtocolError(
    "ERR_SMTP_UNKNOWN_OPTION",
    `${verb} has no parameter ${JSON.stringify(name.slice(0, 80))}`,
  );
}

/** The value is never repeated: it may be a secret, and it may be what an attacker wants to see in a log. */
export function invalid(name: string, what: string): SmtpProtocolError {
  return new SmtpProtocolError("ERR_SMTP_ARGUMENT", `${name} ${what}`);
}
