import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionInfo } from "./connection-info.js";
import type { TranscriptEntry } from "./entry.js";
import { WiretapError } from "./errors.js";
import { formatEntry, TRANSCRIPT_HEADING } from "./transcript.js";

const BLOCK_CHARACTERS = 65_536;

/**
 * Writes one conversation to a file of its own. Writes are synchronous, once a turn: what was shown is on the disk when the
 * program is killed, and content cannot come faster than it is written.
 */
export class Recorder {
  readonly path: string;
  readonly #onFault: (error: WiretapError) => void;
  #descriptor: number | undefined;
  #text = "";
  #due = false;

  /** @throws WiretapError `ERR_WIRETAP_FILE` */
  constructor(directory: string, connection: ConnectionInfo, onFault: (error: WiretapError) => void) {
    const when = connection.startedAt.toISOString();
    const name = `${when.replace(/[-:.]/g, "")}-${String(connection.number).padStart(4, "0")}.txt`;
    this.path = join(directory, name);
    this.#onFault = onFault;
    try {
      // Mail is private, and a file that is there already is not this program's.
      this.#descriptor = openSync(this.path, "wx", 0o600);
    } catch (cause) {
      throw new WiretapError("ERR_WIRETAP_FILE", `cannot create ${this.path}`, { cause });
    }
    const { number, client, server } = connection;
    this.#write(
      `${TRANSCRIPT_HEADING}\n# connection ${number}, ${when}, client ${client}, server ${server}\n`,
    );
  }

  add(entry: TranscriptEntry): void {
    this.#write(`${formatEntry(entry)}\n`);
  }

  close(): void {
    this.#flush();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #write(text: string): void {
    this.#text += text;
    if (this.#text.length >= BLOCK_CHARACTERS) this.#flush();
    else if (!this.#due) {
      this.#due = true;
      queueMicrotask(() => this.#flush());
    }
  }

  #flush(): void {
    this.#due = false;
    const octets = Buffer.from(this.#text, "utf8");
    this.#text = "";
    if (this.#descriptor === undefined) return;
    try {
      for (let at = 0; at < octets.length; ) at += writeSync(this.#descriptor, octets, at);
    } catch (cause) {
      // A full disk ends the recording, never the conversation.
      const descriptor = this.#descriptor;
      this.#descriptor = undefined;
      closeSync(descriptor);
      this.#onFault(new WiretapError("ERR_WIRETAP_FILE", `cannot write ${this.path}`, { cause }));
    }
  }
}
