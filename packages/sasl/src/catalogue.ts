import { createAnonymous } from "./anonymous.js";
import type { ChannelBinding } from "./channel-binding.js";
import { createCramMd5 } from "./cram-md5.js";
import type { Credentials, TokenRequest } from "./credentials.js";
import { createDigestMd5 } from "./digest-md5.js";
import type { SaslEnvironment } from "./environment.js";
import { createExternal } from "./external.js";
import { createGssapi } from "./gssapi-mechanism.js";
import { createLogin } from "./login.js";
import type { Mechanism } from "./mechanism.js";
import { createOauthBearer } from "./oauthbearer.js";
import { createPlain } from "./plain.js";
import { createScram, type IterationLimits, type ScramName } from "./scram.js";
import { createXoauth2 } from "./xoauth2.js";

/** All that a mechanism may be made from. */
export interface MechanismContext {
  readonly credentials: Credentials;
  readonly environment: SaslEnvironment;
  readonly host: string;
  readonly port: number;
  readonly service: string;
  /** What this connection can be bound by. */
  readonly binding: ChannelBinding | undefined;
  /** True when the server names any -PLUS mechanism (the gs2 flag `y` would then accuse it, RFC 5802 section 6). */
  readonly plusOffered: boolean;
  /** For NTLM, which knows this binding only. */
  readonly serverEndPoint: () => Uint8Array | undefined;
  readonly scramIterations: IterationLimits | undefined;
  readonly tokenRequest: TokenRequest;
}

/** Why a mechanism could not be used. */
export type SkipReason =
  | "not-asked-for"
  | "not-offered"
  | "no-credentials"
  | "no-channel-binding"
  | "clear-text"
  | "not-available";

/** One mechanism, as the choice sees it. */
export interface MechanismRow {
  readonly name: string;
  /** The server (or a listener, without TLS) learns the secret itself. */
  readonly clearText: boolean;
  /** Uses a bearer token, so a refused attempt may be repeated once with a fresh one. */
  readonly bearer?: boolean;
  unusable(context: MechanismContext): SkipReason | undefined;
  create(context: MechanismContext): Mechanism | Promise<Mechanism>;
}

/**
 * Strongest first. What a caller had to ask for by its own kind of credential stands before what any password can do;
 * among passwords first what proves the server and is bound to the channel, last what shows the password.
 */
export const CATALOGUE: readonly MechanismRow[] = [
  {
    name: "GSSAPI",
    clearText: false,
    unusable: ({ credentials, environment }) => {
      if (credentials.gssapi === undefined || credentials.gssapi === false) return "no-credentials";
      return environment.gssapi === undefined ? "not-available" : undefined;
    },
    create: createGssapiFor,
  },
  {
    name: "EXTERNAL",
    clearText: false,
    unusable: ({ credentials }) => (credentials.external === true ? undefined : "no-credentials"),
    create: ({ credentials }) => createExternal(credentials),
  },
  {
    name: "OAUTHBEARER",
    clearText: true,
    bearer: true,
    unusable: ({ credentials }) => (given(credentials.token) ? undefined : "no-credentials"),
    create: ({ credentials, host, port, tokenRequest }) =>
      createOauthBearer(credentials, { host, port }, tokenRequest),
  },
  {
    name: "XOAUTH2",
    clearText: true,
    bearer: true,
    unusable: ({ credentials }) =>
      given(credentials.token) && given(credentials.username) ? undefined : "no-credentials",
    create: ({ credentials, tokenRequest }) => createXoauth2(credentials, tokenRequest),
  },
  /* @__PURE__ */ scramRow("SCRAM-SHA-512-PLUS"),
  /* @__PURE__ */ scramRow("SCRAM-SHA-256-PLUS"),
  /* @__PURE__ */ scramRow("SCRAM-SHA-1-PLUS"),
  /* @__PURE__ */ scramRow("SCRAM-SHA-512"),
  /* @__PURE__ */ scramRow("SCRAM-SHA-256"),
  /* @__PURE__ */ scramRow("SCRAM-SHA-1"),
  {
    name: "DIGEST-MD5",
    clearText: false,
    unusable: needsPassword,
    create: ({ credentials, host, service, environment }) =>
      createDigestMd5(credentials, { host, service }, environment),
  },
  {
    name: "CRAM-MD5",
    clearText: false,
    unusable: needsPassword,
    create: ({ credentials, environment }) => createCramMd5(credentials, environment),
  },
  {
    name: "NTLM",
    clearText: false,
    unusable: (context) =>
      needsPassword(context) ??
      (context.environment.legacyCrypto === undefined ? "not-available" : undefined),
    create: createNtlmFor,
  },
  {
    name: "PLAIN",
    clearText: true,
    unusable: needsPassword,
    create: ({ credentials }) => createPlain(credentials),
  },
  {
    name: "LOGIN",
    clearText: true,
    unusable: needsPassword,
    create: ({ credentials }) => createLogin(credentials),
  },
  {
    name: "ANONYMOUS",
    clearText: false,
    unusable: ({ credentials: { anonymous } }) =>
      anonymous === undefined || anonymous === false ? "no-credentials" : undefined,
    create: ({ credentials }) => createAnonymous(credentials),
  },
];

function scramRow(name: ScramName): MechanismRow {
  const plus = name.endsWith("-PLUS");
  return {
    name,
    clearText: false,
    unusable: (context) =>
      needsPassword(context) ?? (plus && context.binding === undefined ? "no-channel-binding" : undefined),
    create: ({ credentials, environment, binding, plusOffered, scramIterations }) =>
      createScram(name, credentials, environment, { binding, plusOffered, iterations: scramIterations }),
  };
}

/** NTLM is large and rare: it is loaded when it is chosen. */
async function createNtlmFor({
  credentials,
  environment,
  host,
  service,
  serverEndPoint,
}: MechanismContext): Promise<Mechanism> {
  const { createNtlm } = await import("./ntlm/ntlm.js");
  const legacyCrypto = await environment.legacyCrypto!();
  return createNtlm(
    credentials,
    { host, service, serverEndPoint: serverEndPoint() },
    environment,
    legacyCrypto,
  );
}

async function createGssapiFor({
  credentials,
  environment,
  host,
  service,
}: MechanismContext): Promise<Mechanism> {
  const options = typeof credentials.gssapi === "object" ? credentials.gssapi : {};
  const context = await environment.gssapi!({
    service: options.service ?? service,
    host: options.host ?? host,
    principal: options.principal,
  });
  return createGssapi(credentials, context);
}

function needsPassword({ credentials }: MechanismContext): SkipReason | undefined {
  return given(credentials.username) && given(credentials.password) ? undefined : "no-credentials";
}

function given(value: unknown): boolean {
  return value !== undefined && value !== "";
}
