import type { Reply } from "@wirepost/smtp-protocol";
import { PIECE_LENGTH, PieceIndex } from "./piece-index.js";
import { type HiddenForms, REDACTED } from "./secrets.js";

/** Scrubbing every "a" would hide nothing and spoil everything. */
const MIN_LENGTH = 4;
/** Of base64 that begins or ends within a character, where less may be a word. */
const MIN_INNER_LENGTH = 6;
/** Octets of responses that are remembered; the oldest go first, the youngest never. */
const MAX_RESPONSE_BYTES = 64 * 1024;
/** What a response holds besides names and passwords: digests, proofs, tickets. Shorter runs are the words around them. */
const LONG_PART = /[\x21\x23-\x2b\x2d-\x3c\x3e-\x7e]{16,}/g;

/** All forms, ready to be looked for. */
interface Known {
  readonly pieces: PieceIndex;
  /** Those that are shorter than a piece. */
  readonly short: readonly string[];
}

/**
 * What must never be shown: passwords and tokens, and what mechanisms made of them, in every form in which a server may echo them
 * (threats S11). A form of 8 characters and more is also recognised by any 8 of them: echoes come cut and broken over lines.
 */
export class SecretForms implements HiddenForms {
  /** Of passwords and tokens. */
  readonly #forms = new Set<string>();
  /** Of each response of a mechanism, by its base64, the youngest last. */
  readonly #responses = new Map<string, readonly string[]>();
  /** In base64. */
  #responseBytes = 0;
  /** Made when something is to be scrubbed first. */
  #known: Known | undefined;

  get any(): boolean {
    return this.#forms.size > 0 || this.#responses.size > 0;
  }

  /** A password or a token. */
  add(secret: string): void {
    const before = this.#forms.size;
    for (const form of formsOf(secret)) this.#forms.add(form);
    if (this.#forms.size !== before) this.#known = undefined;
  }

  /**
   * What a mechanism said.
   * @param open names in it that are no secrets: they stand in MAIL, and in the server's own texts
   * @param heard the challenges before it: what a response repeats of them is the server's own, and no proof
   */
  addResponse(octets: Uint8Array | null, open: readonly string[], heard: readonly Uint8Array[] = []): void {
    if (octets === null || octets.length === 0) return;
    const response = Buffer.from(octets);
    const text = response.toString("utf8");
    // AUTH LOGIN says the user name by itself.
    if (open.includes(text)) return;
    const base64 = response.toString("base64");
    const names = new PieceIndex([
      ...open,
      ...heard.map((challenge) => Buffer.from(challenge).toString("utf8")),
    ]);
    const parts = Array.from(text.matchAll(LONG_PART), ([part]) => part)
      .filter((part) => !this.#forms.has(part))
      .flatMap((part) => without(part, names.find(part)))
      .filter((part) => part.length >= PIECE_LENGTH);
    this.#forget(base64);
    this.#responses.set(base64, [base64, base64.replace(/=+$/, ""), ...parts]);
    this.#responseBytes += base64.length;
    for (const oldest of this.#responses.keys()) {
      if (this.#responseBytes <= MAX_RESPONSE_BYTES || oldest === base64) break;
      this.#forget(oldest);
    }
    this.#known = undefined;
  }

  #forget(base64: string): void {
    if (this.#responses.delete(base64)) this.#responseBytes -= base64.length;
  }

  scrub(text: string): string {
    return this.any ? cover(text, this.#find(text)) : text;
  }

  /** The reply itself when it shows nothing; a scrubbed copy otherwise. */
  scrubReply(reply: Reply): Reply {
    if (!this.any) return reply;
    const text = reply.lines.join("\n");
    const runs = this.#find(text);
    if (reply.lines.length > 1) {
      const { joined, breaks } = withoutBreaks(reply.lines);
      for (const run of inText(this.#find(joined), breaks)) runs.push(run);
    }
    return runs.length === 0 ? reply : { ...reply, lines: cover(text, runs).split("\n") };
  }

  /** Begin and end of all that must not be shown; they may overlap. */
  #find(text: string): number[] {
    this.#known ??= this.#learn();
    const { pieces, short } = this.#known;
    const runs = pieces.find(text);
    for (const form of short) {
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
        runs.push(at, at + form.length);
      }
    }
    return runs;
  }

  #learn(): Known {
    const all = new Set([...this.#forms, ...Array.from(this.#responses.values()).flat()]);
    const short = Array.from(all).filter(({ length }) => length >= MIN_LENGTH && length < PIECE_LENGTH);
    return { pieces: new PieceIndex(all), short };
  }
}

function formsOf(secret: string): string[] {
  const octets = Buffer.from(secret);
  const base64 = octets.toString("base64");
  const forms = [secret, base64, base64.replace(/=+$/, "")].filter(({ length }) => length >= MIN_LENGTH);
  if (octets.length < MIN_LENGTH) return forms;
  // As mechanisms prepare it (RFC 4013), in hexadecimal, in a URL, in JSON.
  forms.push(secret.normalize("NFKC"), octets.toString("hex"), JSON.stringify(secret).slice(1, -1));
  // The octets once more as text: half of a surrogate pair is nothing that a URL could hold.
  forms.push(encodeURIComponent(octets.toString()));
  // In the base64 of something longer, after 1 or 2 octets of something else; after 0 it is as by itself.
  for (const before of [1, 2]) {
    const inner = innerBase64(octets, before);
    if (inner.length >= MIN_INNER_LENGTH) forms.push(inner);
  }
  return forms;
}

/** The characters that these octets alone decide, `before` octets after the begin of a group. */
function innerBase64(octets: Uint8Array, before: number): string {
  const text = Buffer.concat([new Uint8Array(before), octets]).toString("base64");
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + octets.length) * 8) / 6));
}

/** What is left of a text without some runs of it. */
function without(text: string, runs: readonly number[]): string[] {
  const left: string[] = [];
  let at = 0;
  for (let i = 0; i < runs.length; i += 2) {
    left.push(text.slice(at, runs[i]));
    at = runs[i + 1] as number;
  }
  left.push(text.slice(at));
  return left;
}

/** The text with each run, or several that touch, replaced. Line ends stay. */
function cover(text: string, runs: readonly number[]): string {
  if (runs.length === 0) return text;
  const hidden = new Uint8Array(text.length);
  for (let i = 0; i < runs.length; i += 2) hidden.fill(1, runs[i], runs[i + 1]);
  const shown: string[] = [];
  let at = 0;
  while (at < text.length) {
    let end = at;
    if (hidden[at] === 1 && text[at] !== "\n") {
      while (end < text.length && hidden[end] === 1 && text[end] !== "\n") end++;
      shown.push(REDACTED);
    } else {
      while (end < text.length && (hidden[end] === 0 || text[end] === "\n")) end++;
      shown.push(text.slice(at, end));
    }
    at = end;
  }
  return shown.join("");
}

/** Lines as one text, without what a server puts between the parts of something that it breaks: blanks and enhanced codes. */
function withoutBreaks(lines: readonly string[]): { joined: string; breaks: number[] } {
  const parts: string[] = [];
  /** In turns: how long a part is, and what stands between it and the one before. */
  const breaks: number[] = [];
  let gap = 0;
  for (const line of lines) {
    const begin = (/^(?:[245]\.\d{1,3}\.\d{1,3}(?= |$))? */.exec(line) as RegExpExecArray)[0].length;
    const part = line.slice(begin).trimEnd();
    parts.push(part);
    breaks.push(gap + begin, part.length);
    // What was taken off behind, and the line end.
    gap = line.length - begin - part.length + 1;
  }
  return { joined: parts.join(""), breaks };
}

/** Runs of the joined text as runs of the text that it was made of. */
function inText(runs: readonly number[], breaks: readonly number[]): number[] {
  const found: number[] = [];
  let run = 0;
  let partBegin = 0;
  let offset = 0;
  for (let i = 0; i < breaks.length && run < runs.length; i += 2) {
    offset += breaks[i] as number;
    const partEnd = partBegin + (breaks[i + 1] as number);
    while (run < runs.length && (runs[run] as number) < partEnd) {
      const end = runs[run + 1] as number;
      found.push(Math.max(runs[run] as number, partBegin) + offset, Math.min(end, partEnd) + offset);
      if (end > partEnd) break;
      run += 2;
    }
    partBegin = partEnd;
  }
  return found;
}
