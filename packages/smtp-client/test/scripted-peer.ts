import type { Duplex } from "node:stream";
import { connect } from "@wirepost/socket-core";
import { type ConnectionOptions, SmtpConnection } from "../src/index.js";
import { wire } from "./wire.js";

/** What the peer does when it reads a line: text is sent as it is, functions run, undefined is silence. */
export type Answer = string | ((peer: Peer) => void) | undefined;

export interface Peer {
  send(text: string | Uint8Array): void;
  /** FIN. */
  end(): void;
  /** As a reset would look like. */
  reset(): void;
  /** Stops reading: the client's writes pile up. */
  stopReading(): void;
}

export interface ScriptedPeer {
  /** Lines read while commands were expected. */
  readonly commands: string[];
  /** Content read, as it was on the wire, ends of data included. */
  content: string;
  readonly stream: Duplex;
}

export interface PeerScript {
  readonly greeting?: Answer;
  readonly ehlo?: Answer;
  readonly mail?: Answer;
  /** By recipient address. */
  readonly rcpt?: (address: string) => Answer;
  readonly data?: Answer;
  /** When the first octets of content arrive. */
  readonly contentBegins?: Answer;
  readonly end?: Answer;
  readonly rset?: Answer;
  readonly quit?: Answer;
  readonly other?: (line: string) => Answer;
}

const EHLO =
  "250-mail.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE 0\r\n";

/** A peer in memory that answers as it is told, and knows nothing of what a server should do. */
export function scriptedPeer(stream: Duplex, script: PeerScript): ScriptedPeer {
  const seen: ScriptedPeer = { commands: [], content: "", stream };
  const peer: Peer = {
    send: (text) => {
      if (!stream.destroyed && stream.writable) stream.write(text);
    },
    end: () => stream.end(),
    reset: () => stream.destroy(),
    stopReading: () => stream.pause(),
  };
  const act = (answer: Answer): void => {
    if (typeof answer === "string") peer.send(answer);
    else answer?.(peer);
  };
  let input = "";
  let inContent = false;
  stream.on("error", () => undefined);
  stream.on("data", (piece: Buffer) => {
    input += piece.toString("latin1");
    for (;;) {
      if (inContent) {
        if (seen.content === "" && input !== "") act(script.contentBegins);
        const whole = seen.content + input;
        const at = whole.startsWith(".\r\n") ? 0 : whole.indexOf("\r\n.\r\n");
        if (at < 0) {
          seen.content = whole;
          input = "";
          return;
        }
        const stop = at === 0 ? 3 : at + 5;
        seen.content = whole.slice(0, stop);
        input = whole.slice(stop);
        inContent = false;
        act("end" in script ? script.end : "250 2.0.0 queued\r\n");
        continue;
      }
      const end = input.indexOf("\r\n");
      if (end < 0) return;
      const line = input.slice(0, end);
      input = input.slice(end + 2);
      seen.commands.push(line);
      const verb = line.split(/[ :]/)[0]?.toUpperCase();
      switch (verb) {
        case "EHLO":
        case "LHLO":
          act("ehlo" in script ? script.ehlo : EHLO);
          break;
        case "MAIL":
          act("mail" in script ? script.mail : "250 2.1.0 ok\r\n");
          break;
        case "RCPT":
          act(script.rcpt === undefined ? "250 2.1.5 ok\r\n" : script.rcpt(/<(.*?)>/.exec(line)?.[1] ?? ""));
          break;
        case "DATA": {
          const answer = "data" in script ? script.data : "354 go\r\n";
          inContent = typeof answer === "string" && answer.startsWith("354");
          seen.content = "";
          act(answer);
          break;
        }
        case "RSET":
          act("rset" in script ? script.rset : "250 2.0.0 reset\r\n");
          break;
        case "QUIT":
          act("quit" in script ? script.quit : "221 bye\r\n");
          break;
        default:
          act(script.other === undefined ? "250 2.0.0 ok\r\n" : script.other(line));
      }
    }
  });
  act("greeting" in script ? script.greeting : "220 mail.example ready\r\n");
  return seen;
}

/** Deadlines short enough for tests of silence, long enough for a busy machine. */
export const SHORT = {
  greetingMs: 400,
  commandMs: 400,
  mailMs: 400,
  rcptMs: 400,
  dataMs: 400,
  contentMs: 400,
  endOfDataMs: 400,
  quitMs: 100,
};

export async function connectTo(
  script: PeerScript,
  options: Partial<ConnectionOptions> = {},
): Promise<{ connection: SmtpConnection; seen: ScriptedPeer }> {
  const ends = wire();
  const seen = scriptedPeer(ends.server, script);
  const connection = await SmtpConnection.connect({
    host: "mail.example",
    socket: await connect({ socket: ends.client }),
    tls: "none",
    clientName: "client.example",
    timeouts: SHORT,
    ...options,
  });
  return { connection, seen };
}
