/** Who or what a line of a transcript is. */
export type EntryKind =
  /** A line of a reply, as the client got it. */
  | "server"
  /** A command line, or a line of a login, as the client sent it. */
  | "client"
  /** A line of content, as the client sent it: dots still doubled, the final one included. */
  | "content"
  /** What the content came to: `DATA 12 lines, 345 octets`. */
  | "content-end"
  /** TLS, ends, faults. */
  | "event"
  /** What the proxy said to the server on its own account, to begin TLS. */
  | "to-server"
  /** What the server answered to that. */
  | "from-server";

/** One line of a conversation. Secrets never occur in it. */
export interface TranscriptEntry {
  /** Milliseconds since the client connected, to a tenth. */
  readonly atMs: number;
  readonly kind: EntryKind;
  /** Escaped: see `lineParts` in README, "The file". */
  readonly text: string;
}

export type Say = (kind: EntryKind, text: string) => void;
