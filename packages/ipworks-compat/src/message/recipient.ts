import type { RcptParameters } from "@wirepost/smtp-protocol";
import { Registry } from "../registry.js";

export const TO = 0;
export const CC = 1;
export const BCC = 2;

/** Somebody whom a message is sent to. */
export class RecipientState {
  address: string;
  name = "";
  options = "";
  recipientType: number;

  constructor(address = "", recipientType: number = TO) {
    this.address = address;
    this.recipientType = recipientType;
  }
}

export const recipientStates: Registry<RecipientState> = new Registry("MessageRecipient");

/** A header as a program sees it. */
export class HeaderState {
  field: string;
  value: string;

  constructor(field = "", value = "") {
    this.field = field;
    this.value = value;
  }
}

export const headerStates: Registry<HeaderState> = new Registry("Header");

/** The items behind a list of a door. */
export const listItems: Registry<object[]> = new Registry("list of this package");

const NOTIFY: Readonly<Record<string, "never" | "success" | "failure" | "delay">> = {
  NEVER: "never",
  SUCCESS: "success",
  FAILURE: "failure",
  DELAY: "delay",
};

/**
 * What `Options` asks for. The document's own example has a space in place of the equals sign. What belongs to DSN (RFC 3461) is
 * left out for a server that does not announce it.
 *
 * @throws TypeError for something that cannot stand behind RCPT TO
 */
export function rcptParameters(options: string, dsn: boolean): RcptParameters | undefined {
  let notify: RcptParameters["notify"];
  let originalRecipient: RcptParameters["originalRecipient"];
  const custom: Record<string, string | true> = {};
  for (const [, keyword, value] of split(options)) {
    const name = (keyword as string).toUpperCase();
    if (name === "NOTIFY") notify = notifyOf(value ?? "");
    else if (name === "ORCPT") originalRecipient = originalOf(value ?? "");
    else custom[name] = value ?? true;
  }
  const own = Object.keys(custom).length > 0;
  if (!own && (!dsn || (notify === undefined && originalRecipient === undefined))) return undefined;
  return { ...(dsn ? { notify, originalRecipient } : {}), ...(own ? { custom } : {}) };
}

function split(options: string): RegExpMatchArray[] {
  const text = options.trim().replace(/\b(NOTIFY|ORCPT)\s+(?!=)/gi, "$1=");
  if (text === "") return [];
  if (/[\u0000-\u001f\u007f]/.test(text))
    throw new TypeError("Options: control characters cannot stand behind RCPT TO");
  return text.split(/\s+/).map((word) => {
    const match = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=(.+))?$/.exec(word);
    if (match === null) throw new TypeError(`Options: ${JSON.stringify(word)} cannot stand behind RCPT TO`);
    return match;
  });
}

function notifyOf(value: string): RcptParameters["notify"] {
  const words = value.split(",").map((word) => NOTIFY[word.trim().toUpperCase()]);
  if (words.includes(undefined) || (words.includes("never") && words.length > 1)) {
    throw new TypeError("Options: NOTIFY takes NEVER, or SUCCESS, FAILURE and DELAY");
  }
  return words[0] === "never" ? "never" : (words as ("success" | "failure" | "delay")[]);
}

function originalOf(value: string): RcptParameters["originalRecipient"] {
  const at = value.indexOf(";");
  if (at < 1) throw new TypeError("Options: ORCPT takes a type, a semicolon and an address");
  return { type: value.slice(0, at), address: value.slice(at + 1) };
}
