import pc from "picocolors";
import type { ConnectionInfo } from "./connection-info.js";
import type { TranscriptEntry } from "./entry.js";
import type { TextOutput } from "./terminal.js";
import { formatEntry } from "./transcript.js";

type Colours = ReturnType<typeof pc.createColors>;

/** Writes conversations as they run, a line for each entry, marked with the number of its connection. */
export class Screen {
  readonly #output: TextOutput;
  readonly #colours: Colours;

  constructor(output: TextOutput, colour: boolean) {
    this.#output = output;
    this.#colours = pc.createColors(colour);
  }

  open(connection: ConnectionInfo): void {
    const { number, client, server, startedAt } = connection;
    const time = `${startedAt.toISOString().slice(11, 23)}Z`;
    this.#output.write(`${this.#colours.bold(`#${number} ${time} ${client} -> ${server}`)}\n`);
  }

  entry({ number }: ConnectionInfo, entry: TranscriptEntry): void {
    this.#output.write(`#${number} ${paint(this.#colours, entry)(formatEntry(entry))}\n`);
  }
}

function paint(colours: Colours, { kind, text }: TranscriptEntry): (line: string) => string {
  switch (kind) {
    case "server":
      return /^[45]/.test(text) ? colours.red : colours.green;
    case "client":
      return colours.cyan;
    case "event":
      return colours.yellow;
    default:
      return colours.dim;
  }
}
