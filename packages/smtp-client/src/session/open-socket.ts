import { connect, type Socket } from "@wirepost/socket-core";
import { fromLowerError } from "../outcome/from-lower-error.js";
import { abortedError } from "../outcome/refused.js";
import type { Phase } from "../outcome/send-error.js";
import type { ResolvedConnectionOptions } from "./connection-options.js";
import { describeTls, tlsOptionsFor } from "./tls-settings.js";
import { Secrets, Transcript } from "./transcript.js";
import { elapsed, roundMs, turnNow } from "./turn-clock.js";

/** Milliseconds that each step of the set-up took; undefined for a step that did not happen. */
export interface SetupTimings {
  resolveMs?: number | undefined;
  connectMs?: number | undefined;
  tlsMs?: number | undefined;
  greetingMs?: number | undefined;
  ehloMs?: number | undefined;
  authMs?: number | undefined;
}

/** What a session begins with. */
export interface OpenedSocket {
  readonly socket: Socket;
  readonly secrets: Secrets;
  readonly transcript: Transcript | undefined;
  readonly timings: SetupTimings;
  /** The certificate did not stand, and an observer took it. */
  readonly acceptedByObserver: boolean;
}

/** TCP, a proxy and implicit TLS, or the socket that the caller brought. @throws SendError */
export async function openSocket(options: ResolvedConnectionOptions): Promise<OpenedSocket> {
  const secrets = new Secrets();
  for (const secret of options.login?.secrets ?? []) secrets.add(secret);
  const observer = options.observer;
  const transcript =
    options.transcript === true || observer?.onTranscript !== undefined
      ? new Transcript(secrets, observer?.onTranscript?.bind(observer))
      : undefined;
  const timings: SetupTimings = {};
  let phase: Phase = "connect";
  let acceptedByObserver = false;
  let socket: Socket | undefined;
  try {
    socket =
      options.socket ??
      (await connect({
        host: options.host,
        ...(options.path === undefined ? { port: options.port } : { path: options.path }),
        connectTimeoutMs: options.times.connectMs,
        signal: options.signal,
        ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
        family: options.family,
        preferFamily: options.preferFamily,
        localAddress: options.localAddress,
        localPort: options.localPort,
        lookup: options.lookup,
        // Where TLS follows there is nothing to gain.
        lendReads: options.policy === "none",
        onProgress: ({ step, durationMs }) => {
          if (step === "resolved") timings.resolveMs = roundMs(durationMs);
          else if (step === "connected") timings.connectMs = roundMs(durationMs);
        },
      }));
    transcript?.note(`connected to ${socket.remoteAddress ?? options.path ?? options.host}`);
    if (options.policy === "implicit" && socket.tls === undefined) {
      phase = "tls";
      const tlsBegan = turnNow();
      await socket.startTls(
        tlsOptionsFor(options, () => {
          acceptedByObserver = true;
        }),
      );
      timings.tlsMs = elapsed(tlsBegan);
      transcript?.note(describeTls(socket));
    }
    return { socket, secrets, transcript, timings, acceptedByObserver };
  } catch (error) {
    socket?.destroy();
    if (options.signal?.aborted === true) throw abortedError(phase, options.signal.reason);
    throw fromLowerError(error, phase, {
      transcript: transcript?.entries,
      otherwise: "ERR_CLIENT_CALLBACK",
    });
  }
}
