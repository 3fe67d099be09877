import type { EntryKind, TranscriptEntry } from "./entry.js";
import { WiretapError } from "./errors.js";
import { type LinePart, lineParts } from "./octet-text.js";

/** The first line of every file; the number changes when old readers would misread new files. */
export const TRANSCRIPT_HEADING = "# wiretap transcript 1";

/** How each kind of entry is marked. */
const MARKS: Readonly<Record<EntryKind, string>> = {
  server: "S:",
  client: "C:",
  content: "C>",
  "content-end": "C=",
  event: "--",
  "to-server": ">>",
  "from-server": "<<",
};

const KINDS: ReadonlyMap<string, EntryKind> = new Map(
  Object.entries(MARKS).map(([kind, mark]) => [mark, kind as EntryKind]),
);

/** One line of a transcript, without a line end: `    12.3 C: EHLO client.example`. */
export function formatEntry({ atMs, kind, text }: TranscriptEntry): string {
  return `${atMs.toFixed(1).padStart(8)} ${MARKS[kind]} ${text}`;
}

/**
 * Reads a transcript: one entry a line; empty lines and lines that begin with `#` are let pass.
 * @throws WiretapError `ERR_WIRETAP_TRANSCRIPT` with the number of the line
 */
export function parseTranscript(text: string): TranscriptEntry[] {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== TRANSCRIPT_HEADING) throw broken(1, `it does not begin with "${TRANSCRIPT_HEADING}"`);
  return lines.flatMap((line, i) => {
    if (line === "" || line.startsWith("#")) return [];
    const [, atMs, mark, entry] = /^ *(\d+(?:\.\d+)?) (\S\S)(?: (.*))?$/.exec(line) ?? [];
    const kind = KINDS.get(mark ?? "");
    if (kind === undefined) throw broken(i + 1, "it is no entry");
    return [{ atMs: Number(atMs), kind, text: entry ?? "" }];
  });
}

/**
 * The octets that an entry of kind `server`, `client` or `content` stands for, its line end included, one character each;
 * null where octets are not shown, of which there may be any number.
 * @throws WiretapError `ERR_WIRETAP_TRANSCRIPT`
 */
export function entryOctets(entry: TranscriptEntry): readonly LinePart[] {
  return lineParts(entry.text);
}

function broken(line: number, what: string): WiretapError {
  return new WiretapError("ERR_WIRETAP_TRANSCRIPT", `line ${line} of the transcript: ${what}`);
}
