import type { Command } from "@wirepost/smtp-protocol";
import type { LinePart } from "./octet-text.js";

/** Secrets of one conversation that are remembered; the oldest go first. */
const MAX_SECRETS = 64;
/** Taking every "a" out of a conversation would hide nothing and spoil everything. */
const MIN_SECRET_LENGTH = 4;
/** Verbs of extensions that carry credentials as AUTH does, such as Exchange's X-EXPS. */
const LIKE_AUTH = /AUTH|EXPS|LOGIN|PASS/i;

/**
 * What logins have shown, so that it is recognised wherever it turns up again, in the reply of a server that echoes it for
 * one. Texts are held as octets, one character each.
 */
export class Secrets {
  readonly #values = new Set<string>();

  /** Remembers a response of a SASL exchange. `step` counts from 0. */
  learnResponse(mechanism: string, step: number, response: Uint8Array): void {
    const octets = Buffer.from(response);
    const name = mechanism.toUpperCase();
    // The user name of LOGIN stands in MAIL FROM as well, and is no secret.
    if (name === "LOGIN" && step === 0) return;
    const text = octets.toString("latin1");
    this.#add(encode(text));
    if (name === "PLAIN") this.learn(text.split("\0")[2] ?? "");
    else if (name === "XOAUTH2" || name === "OAUTHBEARER")
      this.learn(/Bearer ([^\x01]+)/i.exec(text)?.[1] ?? "");
    else this.learn(text);
  }

  /** Remembers what may be secret in a line that should have been part of a login. */
  learnLine(line: string): void {
    for (const word of line.trim().split(/[\s:;]+/)) {
      // Verbs and mechanisms stand in every other line.
      if (/^[A-Z0-9_-]{1,20}$/.test(word)) continue;
      this.learn(word);
      this.learn(Buffer.from(word, "base64").toString("latin1").split("\0").at(-1)!);
    }
  }

  /** Remembers a secret, as it is and in base64. */
  learn(secret: string): void {
    this.#add(secret);
    this.#add(encode(secret));
  }

  #add(secret: string): void {
    const value = secret.replace(/=+$/, "");
    if (value.length < MIN_SECRET_LENGTH) return;
    this.#values.delete(value);
    this.#values.add(value);
    if (this.#values.size <= MAX_SECRETS) return;
    for (const oldest of this.#values) {
      this.#values.delete(oldest);
      break;
    }
  }

  /** The line with every known secret cut out. */
  cut(line: string): LinePart[] {
    let parts: LinePart[] = [line];
    for (const secret of this.#values) {
      if (!line.includes(secret)) continue;
      parts = parts.flatMap((part) =>
        part === null
          ? [null]
          : part.split(secret).flatMap((piece, i) => (i === 0 ? [piece] : [null, piece])),
      );
    }
    return parts.filter((part) => part !== "");
  }
}

function encode(octets: string): string {
  return Buffer.from(octets, "latin1").toString("base64");
}

const LINE_END = /\r?\n$/;

/** Nothing of a line but how it ends. */
export function hideLine(line: string): LinePart[] {
  const end = LINE_END.exec(line)?.[0] ?? "";
  if (line === end) return [line];
  return end === "" ? [null] : [null, end];
}

/** A line of a reply with its code and nothing more. */
export function hideText(line: string): LinePart[] {
  return [line.slice(0, 4), ...hideLine(line.slice(4))].filter((part) => part !== "");
}

/** A command line without what it tells of a login; undefined when it tells nothing of one. */
export function redactCommand(line: string, command: Command | undefined): LinePart[] | undefined {
  // RFC 4468 3.2: the URL of BURL authorises whoever has it.
  const keep = command?.verb === "AUTH" ? 2 : LIKE_AUTH.test(firstWord(line)) || isBurl(line) ? 1 : 0;
  if (keep === 0) return undefined;
  const shown = keep === 2 ? /^\s*AUTH +[A-Za-z0-9_-]+/i : /^\s*[A-Za-z-]{1,12}(?=\s)/;
  const begin = shown.exec(line)?.[0] ?? "";
  const rest = line.slice(begin.length);
  const space = /^ */.exec(rest)?.[0] ?? "";
  const secret = rest.slice(space.length);
  return [begin + space, ...hideLine(secret)].filter((part) => part !== "");
}

function firstWord(line: string): string {
  return /^\s*(\S*)/.exec(line)?.[1] ?? "";
}

function isBurl(line: string): boolean {
  return /^burl$/i.test(firstWord(line));
}

/** Prompts of LOGIN, which every server sends alike. */
const PROMPT = /^(?:user ?name|password):?\0?$/i;

/** A line of a 334 reply: the challenge may hold what a secret can be guessed from. */
export function redactChallenge(line: string): LinePart[] {
  const text = line.slice(4).replace(LINE_END, "");
  if (text === "" || PROMPT.test(text) || PROMPT.test(Buffer.from(text, "base64").toString("latin1"))) {
    return [line];
  }
  return hideText(line);
}
