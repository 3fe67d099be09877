import { type Mailbox, parseMailbox, parsePath } from "@wirepost/mail-address";
import { asciiUpperCase } from "./capabilities.js";
import type { DeliverBy, MailParameters, RcptParameters } from "./command.js";
import { SmtpProtocolError } from "./errors.js";
import { decodeUtf8AddressXtext, decodeXtext } from "./xtext.js";

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Value = string | true;

/** @throws {SmtpProtocolError} `ERR_SMTP_PARAMETER_SYNTAX` */
export function parseMailParameters(text: string): MailParameters {
  const parameters: Writable<MailParameters> = {};
  const custom: [string, Value][] = [];
  for (const [keyword, value] of keywords(text)) {
    switch (asciiUpperCase(keyword)) {
      case "SIZE":
        parameters.sizeBytes = whole(value, /^[0-9]{1,20}$/, "SIZE");
        break;
      case "BODY":
        parameters.body = oneOf(
          value,
          { "7BIT": "7BIT", "8BITMIME": "8BITMIME", BINARYMIME: "BINARYMIME" },
          "BODY",
        );
        break;
      case "SMTPUTF8":
        parameters.smtpUtf8 = flag(value, "SMTPUTF8");
        break;
      case "AUTH":
        parameters.auth = submitter(value);
        break;
      case "RET":
        parameters.return = oneOf(value, { FULL: "full", HDRS: "headers" }, "RET");
        break;
      case "ENVID":
        parameters.envelopeId = envelopeId(value);
        break;
      case "REQUIRETLS":
        parameters.requireTls = flag(value, "REQUIRETLS");
        break;
      case "BY":
        parameters.deliverBy = deliverBy(value);
        break;
      case "MT-PRIORITY":
        parameters.priority = whole(value, /^(?:[+-]?[1-9]|0)$/, "MT-PRIORITY");
        break;
      case "HOLDFOR":
        parameters.holdForSeconds = whole(value, /^[1-9][0-9]{0,8}$/, "HOLDFOR");
        break;
      case "HOLDUNTIL":
        parameters.holdUntil = dateTime(value);
        break;
      default:
        custom.push([keyword, value]);
    }
  }
  // Object.fromEntries defines `__proto__` as a property of its own.
  if (custom.length > 0) parameters.custom = Object.fromEntries(custom);
  return parameters;
}

/** @throws {SmtpProtocolError} `ERR_SMTP_PARAMETER_SYNTAX` */
export function parseRcptParameters(text: string): RcptParameters {
  const parameters: Writable<RcptParameters> = {};
  const custom: [string, Value][] = [];
  for (const [keyword, value] of keywords(text)) {
    const upper = asciiUpperCase(keyword);
    if (upper === "NOTIFY") parameters.notify = notify(value);
    else if (upper === "ORCPT") parameters.originalRecipient = originalRecipient(value);
    else custom.push([keyword, value]);
  }
  if (custom.length > 0) parameters.custom = Object.fromEntries(custom);
  return parameters;
}

/** `keyword` and `keyword=value` (RFC 5321 4.1.2; RFC 6531 3.3 lets values be UTF-8), each keyword once. */
function keywords(text: string): [string, Value][] {
  const found: [string, Value][] = [];
  const seen = new Set<string>();
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const [whole, keyword, value] = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\0- =\x7f]+))?$/.exec(word) ?? [];
    if (whole === undefined) throw wrong("a parameter is neither keyword nor keyword=value");
    const upper = keyword!.toUpperCase();
    if (seen.has(upper)) throw wrong(`${upper} is said twice`);
    seen.add(upper);
    found.push([keyword!, value ?? true]);
  }
  return found;
}

function textOf(value: Value, name: string): string {
  if (value === true) throw wrong(`${name} has no value`);
  return value;
}

function flag(value: Value, name: string): true {
  if (value !== true) throw wrong(`${name} has a value`);
  return true;
}

function whole(value: Value, form: RegExp, name: string): number {
  const text = textOf(value, name);
  const number = Number(text);
  if (!form.test(text) || !Number.isSafeInteger(number)) throw wrong(`${name} is no number in its range`);
  return number;
}

function oneOf<const T extends string>(value: Value, words: Record<string, T>, name: string): T {
  const upper = textOf(value, name).toUpperCase();
  const word = Object.hasOwn(words, upper) ? words[upper] : undefined;
  if (word === undefined) throw wrong(`${name} has an unknown value`);
  return word;
}

function submitter(value: Value): Mailbox | "<>" {
  const text = decodeXtext(textOf(value, "AUTH"));
  try {
    // Some senders keep the angle brackets, which RFC 4954 5 wants only around nothing.
    return text.startsWith("<") ? (parsePath(text) ?? "<>") : parseMailbox(text, { maxLocalPartBytes: 254 });
  } catch (cause) {
    throw new SmtpProtocolError("ERR_SMTP_PARAMETER_SYNTAX", "AUTH is no mailbox", { cause });
  }
}

function envelopeId(value: Value): string {
  const text = decodeXtext(textOf(value, "ENVID"));
  if (!/^[ -~]+$/.test(text)) throw wrong("ENVID is not printable ASCII");
  return text;
}

function deliverBy(value: Value): DeliverBy {
  const [matched, seconds, mode, trace] = /^([+-]?[0-9]{1,9});([RN])(T?)$/i.exec(textOf(value, "BY")) ?? [];
  const upper = mode?.toUpperCase();
  // `+ 0` makes 0 of -0.
  const number = Number(seconds) + 0;
  if (matched === undefined || (upper === "R" && number < 1)) throw wrong("BY is outside its grammar");
  const by = { seconds: number, mode: upper === "R" ? "return" : "notify" } as const;
  return trace === "" ? by : { ...by, trace: true };
}

function dateTime(value: Value): Date {
  const text = textOf(value, "HOLDUNTIL").toUpperCase();
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
  const date = new Date(form.test(text) ? text : Number.NaN);
  if (Number.isNaN(date.getTime())) throw wrong("HOLDUNTIL is no date and time");
  return date;
}

function notify(value: Value): NonNullable<RcptParameters["notify"]> {
  const upper = textOf(value, "NOTIFY").toUpperCase();
  if (upper === "NEVER") return "never";
  const words = { SUCCESS: "success", FAILURE: "failure", DELAY: "delay" } as const;
  return [...new Set(upper.split(",").map((word) => oneOf(word, words, "NOTIFY")))];
}

function originalRecipient(value: Value): { type: string; address: string } {
  const [matched, type, encoded] = /^([A-Za-z0-9][A-Za-z0-9-]*);(.+)$/.exec(textOf(value, "ORCPT")) ?? [];
  if (matched === undefined) throw wrong("ORCPT is outside its grammar");
  const address = /^utf-8$/i.test(type!) ? decodeUtf8AddressXtext(encoded!) : decodeXtext(encoded!);
  if (/[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(address)) throw wrong("ORCPT holds a control character");
  return { type: type!, address };
}

function wrong(message: string): SmtpProtocolError {
  return new SmtpProtocolError("ERR_SMTP_PARAMETER_SYNTAX", message);
}
