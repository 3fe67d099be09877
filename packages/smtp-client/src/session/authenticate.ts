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
import { ownStep } from "./own-step.js";
import { SecretForms } from "./secret-forms.js";
import type { Session } from "./session.js";

/** No mechanism takes so many steps; a server that goes on with 334 is cancelled by the mechanism first (threats S4). */
const MAX_STEPS = 20;

/** Logs in with the strongest mechanism, or one weaker where that is safe. @throws SendError */
export async function authenticate(
  session: Session,
  auth: AuthOptions | undefined = session.options.login?.reveal(),
): Promise<void> {
  if (auth === undefined) return;
  try {
    await choose(session, auth);
  } finally {
    // What fails from here on is none of the login's; `failure` has been told its phase.
    if (session.failure === undefined) session.phase = "ehlo";
  }
}

/** Tries the mechanisms until one has logged in. @throws SendError */
async function choose(session: Session, auth: AuthOptions): Promise<void> {
  const offered = session.protocol.capabilities.auth;
  if (offered.size === 0) {
    throw new SendError(
      "ERR_CLIENT_AUTH_NOT_OFFERED",
      "credentials were given and the server announces no AUTH",
      { phase: "auth" },
    );
  }
  session.secrets.hideWith(new SecretForms());
  for (const secret of [auth.password, auth.token]) {
    if (typeof secret === "string") session.secrets.add(secret);
  }
  const names = openNames(auth, session);
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
    for (const { name, reason } of choice.skipped) session.note(`AUTH ${name} not used: ${reason}`);
    const result = await attempt(session, choice, names);
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

/** What mechanisms say besides secrets, and everybody may read. */
function openNames(auth: AuthOptions, { options }: Session): string[] {
  const { username, authorizationId, realm, domain, workstation } = auth;
  const names = [username, authorizationId, realm, domain, workstation, options.host, options.clientName];
  return names.filter((name) => name !== undefined);
}

/** One exchange. Undefined: logged in. @throws SendError where the exchange broke, rather than being refused. */
async function attempt(
  session: Session,
  choice: MechanismChoice,
  names: readonly string[],
): Promise<{ reply: Reply; mechanism: Mechanism } | undefined> {
  const step = `AUTH ${choice.name}`;
  let mechanism: Mechanism;
  let first: Uint8Array | null;
  try {
    mechanism = await ownStep(session, step, () => choice.create());
    first = await ownStep(session, step, () => mechanism.initial());
  } catch (error) {
    throw stepError(error, session);
  }
  const heard: Uint8Array[] = [];
  session.secrets.addResponse(first, names, heard);
  // RFC 4954 4: with an initial response the command line still is one of at most 512 octets.
  const inline = first !== null && fitsInitialResponse(mechanism.name, first);
  let pending = inline ? null : first;
  let reply = await session.request({
    verb: "AUTH",
    mechanism: mechanism.name,
    ...(inline ? { initialResponse: first as Uint8Array } : {}),
  });
  for (let steps = 0; reply.code === 334; steps++) {
    const challenge = reply;
    let response: Uint8Array;
    try {
      if (steps >= MAX_STEPS)
        throw new SendError("ERR_CLIENT_AUTH_REFUSED", "the server never ended AUTH", { phase: "auth" });
      // What was too long for the command line answers the server's first, empty challenge.
      response =
        pending ??
        (await ownStep(session, step, () => {
          const octets = parseSaslChallenge(challenge);
          heard.push(octets);
          return mechanism.respond(octets);
        }));
    } catch (error) {
      await session.respond(null).catch(() => undefined);
      throw stepError(error, session);
    }
    pending = null;
    session.secrets.addResponse(response, names, heard);
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

/** What no mechanism throws comes from a function of the caller that it called. */
function stepError(error: unknown, { secrets }: Session): SendError {
  return fromLowerError(error, "auth", { secrets, otherwise: "ERR_CLIENT_CALLBACK" });
}
