import pc from "picocolors";
import type { Colors } from "picocolors/types.js";
import { type Terminal, wantsColour } from "../terminal.js";
import { escapeLine } from "./escape.js";

/** One entry of a redacted transcript. */
export interface TranscriptLine {
  readonly atMs: number;
  readonly from: "client" | "server" | "note";
  readonly text: string;
}

/** `   12.3 ms  C: EHLO client.example` */
export function transcriptLine({ atMs, from, text }: TranscriptLine, colours: Colors): string {
  const time = colours.dim(`${atMs.toFixed(1).padStart(8)} ms`);
  const shown = escapeLine(text);
  switch (from) {
    case "client":
      return `${time}  ${colours.cyan("C:")} ${shown}`;
    case "server":
      return `${time}  ${colours.green("S:")} ${shown}`;
    default:
      return `${time}  ${colours.dim(`*  ${shown}`)}`;
  }
}

/** What `-v` does with each entry: a line on standard error, at once. */
export function onTranscript(terminal: Terminal): (entry: TranscriptLine) => void {
  const colours = pc.createColors(wantsColour(terminal.stderr, terminal.env));
  return (entry) => void terminal.stderr.write(`${transcriptLine(entry, colours)}\n`);
}
