import type { Reply } from "@wirepost/smtp-protocol";
import { publishConnection } from "../outcome/diagnostics.js";
import { fromLowerError } from "../outcome/from-lower-error.js";
import { notLoaded } from "../outcome/not-loaded.js";
import { abortedError, refused } from "../outcome/refused.js";
import { SendError } from "../outcome/send-error.js";
import { defaultClientName, type ResolvedConnectionOptions } from "./connection-options.js";
import type { ReplyHandler } from "./reply-handler.js";
import { Session } from "./session.js";
import { elapsed, turnNow } from "./turn-clock.js";

/**
 * Everything before the first MAIL: connection, greeting, EHLO, TLS by policy, EHLO again, AUTH. No step waits for more than
 * its own reply.
 * @throws SendError with the phase that failed; the connection is closed then.
 */
export function establish(options: ResolvedConnectionOptions): Promise<Session> {
  return open(options, async (session) => {
    if (options.earlyHello === true) {
      await greetAndHello(session);
    } else {
      await greet(session);
      await hello(session);
    }
    const { capabilities } = session.protocol;
    session.pipeConnect = capabilities.has("PIPECONNECT") || capabilities.has("X_PIPE_CONNECT");
    await secure(session);
    if (options.login !== undefined) await login(session);
  });
}

/** Connection, implicit TLS and greeting, for callers who write every command themselves. @throws SendError */
export function openAndGreet(options: ResolvedConnectionOptions): Promise<Session> {
  return open(options, greet);
}

/** Opens a session, prepares it, and closes it again when that fails or the caller's signal fires. */
async function open(
  options: ResolvedConnectionOptions,
  prepare: (session: Session) => Promise<void>,
): Promise<Session> {
  let session: Session;
  try {
    session = await Session.open(options);
  } catch (error) {
    publishConnection({ host: options.host, port: options.port, state: "failed", error: error as SendError });
    throw error;
  }
  const { signal } = options;
  const onAbort = (): void => session.fail(abortedError(session.phase, signal?.reason));
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    if (signal?.aborted) onAbort();
    await prepare(session);
    // A server may say yes and 421 in one breath.
    if (session.failure !== undefined) throw session.failure;
    publishConnection({ host: options.host, port: options.port, state: "open", timings: session.timings });
    return session;
  } catch (error) {
    // A refused step leaves the session open for a QUIT; a failed one has closed it already.
    const { secrets, phase } = session;
    const failure = fromLowerError(error, phase, { secrets, otherwise: "ERR_CLIENT_CALLBACK" });
    failure.transcript ??= session.transcript?.entries;
    publishConnection({ host: options.host, port: options.port, state: "failed", error: failure });
    void session.quit();
    throw failure;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

async function greet(session: Session): Promise<void> {
  const began = turnNow();
  const reply = await session.greeting;
  session.timings.greetingMs = elapsed(began);
  if (reply.code >= 400)
    throw refused("ERR_CLIENT_GREETING_REFUSED", "the server refused the connection", "greeting", reply);
}

/** EHLO in the first segment, ahead of the greeting: one round trip less. */
async function greetAndHello(session: Session): Promise<void> {
  const said = hello(session);
  // A refused greeting is what counts then; the reply to EHLO must not become an unhandled rejection.
  said.catch(() => undefined);
  await greet(session);
  await said;
}

/**
 * EHLO, or HELO where the server knows no extensions (RFC 5321 3.2) or must not be asked for any; LHLO in LMTP (RFC 2033 4.1).
 */
export async function hello(session: Session, extended = session.options.extended !== false): Promise<void> {
  session.phase = "ehlo";
  const began = turnNow();
  const domain = session.options.clientName ?? defaultClientName(session.socket.localAddress);
  const lmtp = session.options.protocol === "lmtp";
  let reply = await session.request({ verb: lmtp ? "LHLO" : extended ? "EHLO" : "HELO", domain });
  if (reply.code >= 500 && !lmtp && extended) reply = await session.request({ verb: "HELO", domain });
  session.timings.ehloMs = (session.timings.ehloMs ?? 0) + elapsed(began);
  if (reply.code >= 400)
    throw refused("ERR_CLIENT_HELLO_REFUSED", "the server refused EHLO and HELO", "ehlo", reply);
}

async function secure(session: Session): Promise<void> {
  const { policy } = session.options;
  if (session.socket.tls !== undefined) {
    // A socket that the caller brought is held to the same policy as one that was opened here.
    if ((policy === "implicit" || policy === "required") && !session.tlsTrusted) {
      const message = "TLS has to be verified and the given TLS socket is not";
      throw new SendError("ERR_CLIENT_TLS_UNVERIFIED", message, { phase: "tls" });
    }
    return;
  }
  if (policy === "none") return;
  if (!session.protocol.capabilities.has("STARTTLS")) {
    if (policy === "opportunistic") return;
    throw new SendError(
      "ERR_CLIENT_TLS_NOT_OFFERED",
      "TLS is required and the server does not announce STARTTLS",
      { phase: "tls" },
    );
  }
  if (await startTls(session)) await hello(session);
}

/** STARTTLS and the handshake. False: refused, and the policy goes on without. @throws SendError */
export async function startTls(session: Session, verify?: "full"): Promise<boolean> {
  const before = session.phase;
  session.phase = "tls";
  let secured = false;
  try {
    const { reply, handshake } = await requestStartTls(session, verify);
    if (handshake === undefined) {
      if (session.options.policy === "opportunistic") return false;
      const message = "TLS is required and the server refused STARTTLS";
      throw refused("ERR_CLIENT_TLS_REFUSED", message, "tls", reply);
    }
    await handshake;
    secured = true;
    return true;
  } finally {
    // The session goes on where it was.
    if (!secured && session.failure === undefined) session.phase = before;
  }
}

/** The handshake must begin in the turn of the 220: bytes that follow it in clear then break the handshake (threats T5). */
function requestStartTls(
  session: Session,
  verify: "full" | undefined,
): Promise<{ reply: Reply; handshake: Promise<void> | undefined }> {
  return new Promise((resolve, reject) => {
    const handler: ReplyHandler = {
      onReply: (exchange) => {
        const reply = exchange.reply as Reply;
        const handshake = exchange.replyClass === "positive" ? session.startTls(verify) : undefined;
        // Wrapped in an object, so that resolving does not wait for the handshake itself.
        handshake?.catch(() => undefined);
        resolve({ reply, handshake });
      },
      onLost: reject,
    };
    session.attempt(() => session.send({ verb: "STARTTLS" }, handler), reject);
  });
}

async function login(session: Session): Promise<void> {
  session.phase = "auth";
  const began = turnNow();
  // Mechanisms are loaded by those who log in only.
  const { authenticate } = await import("./authenticate.js").catch((cause: unknown) => {
    throw notLoaded(cause);
  });
  await authenticate(session);
  session.timings.authMs = elapsed(began);
}
