import {
  type Credentials,
  type FailedAttempt,
  type Mechanism,
  type MechanismChoice,
  nextMechanism,
  requireDone,
  selectMechanisms,
} from "@wirepost/sasl";
import { nodeEnvironment } from "@wirepost/sasl/node";
import { fitsInitialResponse, parseSaslChallenge, type Reply } from "@wirepost/smtp-protocol";
import { fromLowerError } from "../outcome/from-lower-error.js";
import { refused } from "../outcome/refused.js";
import { SendError } from "../outcome/send-error.js";
import { isLoopback } from "./connection-options.js";
import type { AuthOptions } from "./login.js";
import type { Session } from "./session.js";

/** No mechanism takes so many steps; a server that goes on with 334 is cancelled by the mechanism first (threats S4). */
const MAX_STEPS = 20;

/** Logs in with the strongest mechanism, or one weaker where that is safe. @throws SendError */
export async function authenticate(
  session: Session,
  auth: AuthOptions | undefined = session.options.login?.reveal(),
): Promise<void> {
  if (auth === undefined) return;
  const offered = session.protocol.capabilities.auth;
  if (offered.size === 0) {
    throw new SendError(
      "ERR_CLIENT_AUTH_NOT_OFFERED",
      "credentials were given and the server announces no AUTH",
      {
        phase: "auth",
      },
    );
  }
  for (const secret of [auth.password, auth.token]) {
    if (typeof secret === "string") session.secrets.add(secret);
  }
  const { tls } = session.socket;
  const tlsState = {
    // TLS that nobody vouches for hides nothing from whoever sits in the middle; on this machine nobody does.
    active: session.tlsTrusted || (tls !== undefined && isLoopback(session.options.host)),
    verified: tls?.verified ?? false,
    protocol: tls?.protocol ?? undefined,
  };
  let choices: readonly MechanismChoice[];
  try {
    choices = selectMechanisms({
      offered,
      credentials: credentialsOf(auth, session),
      tls: tlsState,
      channelBinding: tls === undefined ? undefined : (type) => tls.channelBinding(type),
      allowClearText: auth.allowClearText,
      only: auth.mechanisms,
      host: session.options.host,
      port: session.options.port,
      service: session.options.protocol,
      environment: nodeEnvironment,
    });
  } catch (error) {
    throw fromLowerError(error, "auth");
  }
  const attempts: FailedAttempt[] = [];
  let failure: SendError | undefined;
  for (;;) {
    const choice = nextMechanism(choices, attempts, tlsState);
    if (choice === undefined) throw failure as SendError;
    for (const { name, reason } of choice.skipped)
      session.transcript?.note(`AUTH ${name} not used: ${reason}`);
    const result = await attempt(session, choice);
    if (result === undefined) return;
    failure = refused(
      "ERR_CLIENT_AUTH_REFUSED",
      `the server refused AUTH ${choice.name}`,
      "auth",
      result.reply,
    );
    attempts.push({ choice, replyCode: result.reply.code, refusal: result.mechanism.refusal });
  }
}

/** What `selectMechanisms` may know: the credentials alone, with a token function that tells us what must not be shown. */
function credentialsOf(auth: AuthOptions, session: Session): Credentials {
  const { mechanisms: _mechanisms, allowClearText: _allowClearText, ...credentials } = auth;
  const { token } = credentials;
  if (typeof token !== "function") return credentials;
  return {
    ...credentials,
    token: async (request) => {
      const fresh = await token(request);
      session.secrets.add(fresh);
      return fresh;
    },
  };
}

/** One exchange. Undefined: logged in. @throws SendError where the exchange broke, rather than being refused. */
async function attempt(
  session: Session,
  choice: MechanismChoice,
): Promise<{ reply: Reply; mechanism: Mechanism } | undefined> {
  let mechanism: Mechanism;
  let first: Uint8Array | null;
  try {
    mechanism = await choice.create();
    first = await mechanism.initial();
  } catch (error) {
    throw fromLowerError(error, "auth", { secrets: session.secrets });
  }
  session.secrets.add(first);
  // RFC 4954 4: with an initial response the command line still is one of at most 512 octets.
  const inline = first !== null && fitsInitialResponse(mechanism.name, first);
  let pending = inline ? null : first;
  let reply = await session.request({
    verb: "AUTH",
    mechanism: mechanism.name,
    ...(inline ? { initialResponse: first as Uint8Array } : {}),
  });
  for (let step = 0; reply.code === 334; step++) {
    let response: Uint8Array;
    try {
      if (step >= MAX_STEPS)
        throw new SendError("ERR_CLIENT_AUTH_REFUSED", "the server never ended AUTH", { phase: "auth" });
      // What was too long for the command line answers the server's first, empty challenge.
      response = pending ?? (await mechanism.respond(parseSaslChallenge(reply)));
    } catch (error) {
      await session.respond(null).catch(() => undefined);
      throw fromLowerError(error, "auth", { secrets: session.secrets });
    }
    pending = null;
    session.secrets.add(response);
    reply = await session.respond(response);
  }
  if (reply.code >= 400) return { reply, mechanism };
  try {
    requireDone(mechanism);
  } catch (error) {
    // RFC 5802 5: the server skipped its proof. Nothing more may be said to it.
    const failure = new SendError(
      "ERR_CLIENT_AUTH_UNPROVEN",
      "the server reported success without proving itself",
      {
        phase: "auth",
        cause: error,
      },
    );
    session.fail(failure);
    throw failure;
  }
  return undefined;
}
