// What a hostile server does, as data: one answer for each thing that a client can say. What is left out is answered as an
// honest server would.
import type { HostilePeer } from "./hostile-peer.js";

/** Text goes out as it is, one character an octet; a function does what it likes; undefined is silence. */
export type Answer = string | ((peer: HostilePeer, line: string) => void) | undefined;

export interface Script {
  readonly greeting?: Answer;
  /** EHLO, LHLO and HELO; `peer.secure` tells whether TLS stands, `peer.hellos` how often it was asked. */
  readonly hello?: Answer;
  readonly starttls?: Answer;
  /** One answer for AUTH and one for each line that follows while 334 was said; the last one serves for all further lines. */
  readonly auth?: readonly Answer[];
  readonly mail?: Answer;
  readonly rcpt?: (address: string, peer: HostilePeer) => Answer;
  readonly data?: Answer;
  /** When the first octets of content have come. */
  readonly contentBegins?: Answer;
  /** Each chunk but the last. */
  readonly chunk?: Answer;
  /** The end of data, or the last chunk; in LMTP for all recipients together. */
  readonly end?: Answer;
  readonly rset?: Answer;
  readonly quit?: Answer;
  readonly other?: Answer;
  /** What a careless server takes for the end of data; default: CRLF.CRLF alone. */
  readonly endsContent?: RegExp;
}

/** How the server presents itself. */
export type Dialect = "pipelined" | "lockstep" | "chunking";

/** `starttls` and `implicit` are required by the client and verified. */
export type Transport = "clear" | "starttls" | "implicit";

const COMMON = ["8BITMIME", "ENHANCEDSTATUSCODES"];

export const EXTENSIONS: Readonly<Record<Dialect, readonly string[]>> = {
  pipelined: ["PIPELINING", ...COMMON],
  lockstep: COMMON,
  chunking: ["PIPELINING", "CHUNKING", ...COMMON],
};

/** An EHLO reply with these lines. */
export function hello(...keywords: readonly string[]): string {
  const lines = ["mail.example", ...keywords];
  return lines.map((line, i) => `250${i === lines.length - 1 ? " " : "-"}${line}\r\n`).join("");
}

export const base64 = (text: string): string => Buffer.from(text, "latin1").toString("base64");

/** The octets one by one, each a segment of its own. */
export const bytewise =
  (text: string): Answer =>
  (peer) =>
    peer.sendBytewise(text);

export const thenEnd =
  (text: string): Answer =>
  (peer) => {
    peer.send(text);
    peer.end();
  };

export const thenReset =
  (text: string): Answer =>
  (peer) => {
    peer.send(text);
    peer.reset();
  };

export const end: Answer = (peer) => peer.end();
export const reset: Answer = (peer) => peer.reset();

/** The same on every connection. */
export const always =
  (script: Script): (() => Script) =>
  () =>
    script;
