// Conversations written down: `server("220 …\r\n"), client("EHLO …\r\n")`. Each entry is a step of a scripted server.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Octets } from "./octets.js";
import type { PieceOptions, ServerTlsOptions } from "./peer.js";
import {
  type Script,
  type ScriptedServer,
  type ScriptedServerOptions,
  type Step,
  scriptedServer,
} from "./scripted-server.js";

/** The server sends this, in one write. */
export function server(data: Octets): Step {
  return (peer) => peer.send(data);
}

/** The server sends this octet by octet. */
export function serverBytewise(data: Octets, options?: PieceOptions): Step {
  return (peer) => peer.sendBytewise(data, options);
}

/** The server sends this cut at the given offsets, or in pieces of one size. */
export function serverInPieces(data: Octets, cut: number | readonly number[], options?: PieceOptions): Step {
  return (peer) => peer.sendPieces(data, cut, options);
}

/** The client must send exactly this, or one line that matches the expression. */
export function client(expected: Octets | RegExp): Step {
  return (peer) => peer.expect(expected);
}

/** The client sends lines up to and with the end of data; they are recorded only. */
export function clientContent(): Step {
  return async (peer) => {
    await peer.content();
  };
}

/** The client ends the connection here, having sent nothing more. */
export function clientEnds(): Step {
  return async (peer) => {
    await peer.expectEnd();
  };
}

/** Nobody speaks for a while. */
export function silence(ms: number): Step {
  return async () => {
    await sleep(ms);
  };
}

/** Nothing more ever comes, until the client gives up. */
export function stalls(): Step {
  return (peer) => peer.stall();
}

/** The server closes: FIN. */
export function ends(): Step {
  return (peer) => peer.end();
}

/** The server closes at once, without a TLS close_notify. */
export function cuts(): Step {
  return (peer) => peer.cut();
}

/** The server resets the connection: RST. */
export function resets(): Step {
  return async (peer) => {
    // libuv reports octets and RST that it finds in one poll as an orderly end: let the octets be read first.
    await sleep(2);
    peer.reset();
  };
}

/** The TLS handshake, after the transcript has shown the 220 to STARTTLS. */
export function startsTls(options: ServerTlsOptions): Step {
  return async (peer) => {
    await peer.startTls(options);
  };
}

/** Serves one conversation to every client that connects. */
export function replay(steps: Script, options?: ScriptedServerOptions): Promise<ScriptedServer> {
  return scriptedServer(steps, options);
}

/**
 * Reads transcript files: `const wire = transcripts(new URL("../test/transcripts/", import.meta.url))`, then
 * `server(wire("ehlo/postfix+size+starttls.txt"))`. The files hold real octets, line ends included.
 */
export function transcripts(folder: URL): (name: string) => Uint8Array {
  const base = folder.href.endsWith("/") ? folder : new URL(`${folder.href}/`);
  return (name) =>
    new Uint8Array(readFileSync(new URL(name.split("/").map(encodeURIComponent).join("/"), base)));
}
