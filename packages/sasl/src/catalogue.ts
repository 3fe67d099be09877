import type { ChannelBinding } from "./channel-binding.js";
import { createCramMd5 } from "./cram-md5.js";
import type { Credentials, TokenRequest } from "./credentials.js";
import type { SaslEnvironment } from "./environment.js";
import { createLogin } from "./login.js";
import type { Mechanism } from "./mechanism.js";
import { createPlain } from "./plain.js";
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

/** Strongest first. */
export const CATALOGUE: readonly MechanismRow[] = [
  {
    name: "XOAUTH2",
    clearText: true,
    bearer: true,
    unusable: ({ credentials }) =>
      given(credentials.token) && given(credentials.username) ? undefined : "no-credentials",
    create: ({ credentials, tokenRequest }) => createXoauth2(credentials, tokenRequest),
  },
  {
    name: "CRAM-MD5",
    clearText: false,
    unusable: needsPassword,
    create: ({ credentials, environment }) => createCramMd5(credentials, environment),
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
];

function needsPassword({ credentials }: MechanismContext): SkipReason | undefined {
  return given(credentials.username) && given(credentials.password) ? undefined : "no-credentials";
}

function given(value: unknown): boolean {
  return value !== undefined && value !== "";
}
