import { bearerToken } from "./bearer-token.js";
import { CATALOGUE, type MechanismContext, type MechanismRow, type SkipReason } from "./catalogue.js";
import type { ChannelBinding, ChannelBindingSource, ChannelBindingType } from "./channel-binding.js";
import { type Credentials, checkCredentials } from "./credentials.js";
import type { SaslEnvironment } from "./environment.js";
import { SaslError } from "./errors.js";
import type { Mechanism } from "./mechanism.js";
import { checkOptionNames } from "./option-names.js";
import { type IterationLimits, iterationLimits } from "./scram.js";

/** What is known about the connection's TLS. */
export interface TlsState {
  readonly active: boolean;
  /** The certificate was checked against a trusted root and the host name. */
  readonly verified: boolean;
  /** E.g. `TLSv1.3`; decides which channel binding both sides mean by default. */
  readonly protocol?: string | undefined;
}

/** What {@link selectMechanisms} decides by. */
export interface SelectOptions {
  /** What the server lists, e.g. the parameters of EHLO's AUTH. Upper or lower case. */
  readonly offered: Iterable<string>;
  readonly credentials: Credentials;
  readonly tls: TlsState;
  /** Default: none, so no -PLUS mechanism is used. */
  readonly channelBinding?: ChannelBindingSource | undefined;
  /** Order in which bindings are tried; default: `tls-exporter`, `tls-unique` (first on TLS 1.2), `tls-server-end-point`. */
  readonly channelBindingTypes?: readonly ChannelBindingType[] | undefined;
  /** Mechanisms that may show a secret without TLS: all of them, or those named. Default: none. */
  readonly allowClearText?: boolean | readonly string[] | undefined;
  /** Only these, in this order. Default: everything this package knows, strongest first. */
  readonly only?: readonly string[] | undefined;
  /** The name that was connected to; DIGEST-MD5, OAUTHBEARER, NTLM and GSSAPI speak of it. */
  readonly host: string;
  readonly port: number;
  /** The service name as GSSAPI registers it: `smtp`, `imap`, `pop`, `xmpp`, `ldap`. */
  readonly service: string;
  readonly environment: SaslEnvironment;
  /** How many hash iterations SCRAM may cost; default 4,096 to 600,000. */
  readonly scramIterations?: IterationLimits | undefined;
}

const OPTION_NAMES: readonly (keyof SelectOptions)[] = [
  "offered",
  "credentials",
  "tls",
  "channelBinding",
  "channelBindingTypes",
  "allowClearText",
  "only",
  "host",
  "port",
  "service",
  "environment",
  "scramIterations",
];

/** A stronger mechanism that was passed over, and why: a downgrade is to be seen. */
export interface SkippedMechanism {
  readonly name: string;
  readonly reason: SkipReason;
}

/** One mechanism that can be used here. */
export interface MechanismChoice {
  readonly name: string;
  /** The server (or a listener, without TLS) learns the secret itself. */
  readonly clearText: boolean;
  /** Stronger mechanisms for which there are credentials, and why they are not used. */
  readonly skipped: readonly SkippedMechanism[];
  /** A new exchange. @throws SaslError when a credential cannot be carried by this mechanism. */
  create(): Mechanism | Promise<Mechanism>;
  /**
   * Only where a token function was given: the same mechanism with another token than the one that was refused. The
   * choice that comes back has no such method, so a token is refreshed once and never twice.
   */
  withFreshToken?(): MechanismChoice;
}

/**
 * The mechanisms that can be used, strongest first. Try the first; whether another may follow is for `nextMechanism`.
 *
 * @throws SaslError `ERR_SASL_NONE_OFFERED`: the list is empty. `ERR_SASL_CLEAR_TEXT_REFUSED`: only mechanisms that
 * show the secret are left, and there is no TLS. `ERR_SASL_CREDENTIALS_MISSING`: nothing to log in with.
 * `ERR_SASL_NONE_USABLE`: anything else. `ERR_SASL_UNKNOWN_MECHANISM`: `only` names one that does not exist here.
 * `ERR_SASL_UNKNOWN_OPTION`.
 */
export function selectMechanisms(options: SelectOptions): readonly MechanismChoice[] {
  checkOptionNames(options, OPTION_NAMES, "selectMechanisms");
  checkCredentials(options.credentials);
  iterationLimits(options.scramIterations);
  const offered = new Set(Array.from(options.offered, (name) => name.toUpperCase()));
  const context = contextOf(options, offered);
  const wanted = options.only === undefined ? CATALOGUE : rowsNamed(options.only);
  const reasons = new Map<string, SkipReason | undefined>();
  for (const row of CATALOGUE) {
    reasons.set(
      row.name,
      wanted.includes(row) ? reasonToSkip(row, context, offered, options) : "not-asked-for",
    );
  }
  const usable = wanted.filter((row) => reasons.get(row.name) === undefined);
  if (usable.length === 0) throw nothingUsable(offered, wanted, reasons);
  return usable.map((row) => choose(row, context, strongerThan(row, context, reasons)));
}

function contextOf(options: SelectOptions, offered: ReadonlySet<string>): MechanismContext {
  const { credentials, environment, host, port, service } = options;
  return {
    credentials,
    environment,
    host,
    port,
    service,
    binding: options.tls.active ? firstBinding(options) : undefined,
    plusOffered: Array.from(offered).some((name) => name.endsWith("-PLUS")),
    serverEndPoint: () => (options.tls.active ? options.channelBinding?.("tls-server-end-point") : undefined),
    scramIterations: options.scramIterations,
    tokenRequest: {},
  };
}

/** Servers mean `tls-exporter` on TLS 1.3 (RFC 9266 section 3) and `tls-unique` before (RFC 5802 section 6.1). */
function firstBinding({
  channelBinding,
  channelBindingTypes,
  tls,
}: SelectOptions): ChannelBinding | undefined {
  if (channelBinding === undefined) return undefined;
  const types: readonly ChannelBindingType[] =
    channelBindingTypes ??
    (tls.protocol === "TLSv1.2"
      ? ["tls-unique", "tls-exporter", "tls-server-end-point"]
      : ["tls-exporter", "tls-unique", "tls-server-end-point"]);
  for (const type of types) {
    const octets = channelBinding(type);
    if (octets !== undefined && octets.length > 0) return { type, octets };
  }
  return undefined;
}

function rowsNamed(names: readonly string[]): readonly MechanismRow[] {
  return names.map((name) => {
    const row = CATALOGUE.find((candidate) => candidate.name === name.toUpperCase());
    if (row === undefined) {
      throw new SaslError("ERR_SASL_UNKNOWN_MECHANISM", `unknown mechanism ${JSON.stringify(name)}`);
    }
    return row;
  });
}

function reasonToSkip(
  row: MechanismRow,
  context: MechanismContext,
  offered: ReadonlySet<string>,
  options: SelectOptions,
): SkipReason | undefined {
  if (!offered.has(row.name)) return "not-offered";
  const reason = row.unusable(context);
  if (reason !== undefined) return reason;
  return row.clearText && !clearTextAllowed(row.name, options) ? "clear-text" : undefined;
}

function clearTextAllowed(name: string, { tls, allowClearText }: SelectOptions): boolean {
  if (tls.active || allowClearText === true) return true;
  if (allowClearText === undefined || allowClearText === false) return false;
  return allowClearText.some((allowed) => allowed.toUpperCase() === name);
}

function strongerThan(
  row: MechanismRow,
  context: MechanismContext,
  reasons: ReadonlyMap<string, SkipReason | undefined>,
): readonly SkippedMechanism[] {
  const skipped: SkippedMechanism[] = [];
  for (const stronger of CATALOGUE.slice(0, CATALOGUE.indexOf(row))) {
    const reason = reasons.get(stronger.name);
    // Without credentials for it, a mechanism was never in question.
    if (reason === undefined || stronger.unusable(context) === "no-credentials") continue;
    skipped.push({ name: stronger.name, reason });
  }
  return skipped;
}

function choose(
  row: MechanismRow,
  context: MechanismContext,
  skipped: readonly SkippedMechanism[],
): MechanismChoice {
  const { name, clearText } = row;
  if (row.bearer !== true || typeof context.credentials.token !== "function") {
    return { name, clearText, skipped, create: () => row.create(context) };
  }
  let issued: string | undefined;
  const remember = async (): Promise<string> => {
    issued = await bearerToken(context.credentials, context.tokenRequest);
    return issued;
  };
  const create = (): Mechanism | Promise<Mechanism> =>
    row.create({ ...context, credentials: withToken(context.credentials, remember) });
  if (context.tokenRequest.refused !== undefined) return { name, clearText, skipped, create };
  const withFreshToken = (): MechanismChoice => {
    if (issued === undefined) throw new SaslError("ERR_SASL_WRONG_STATE", "no token was refused yet");
    return choose(row, { ...context, tokenRequest: { refused: issued } }, skipped);
  };
  return { name, clearText, skipped, create, withFreshToken };
}

/** Not a spread: protected credentials hide their secrets from it. */
function withToken(credentials: Credentials, token: () => Promise<string>): Credentials {
  return { username: credentials.username, authorizationId: credentials.authorizationId, token };
}

function nothingUsable(
  offered: ReadonlySet<string>,
  wanted: readonly MechanismRow[],
  reasons: ReadonlyMap<string, SkipReason | undefined>,
): SaslError {
  if (offered.size === 0) return new SaslError("ERR_SASL_NONE_OFFERED");
  const list = wanted
    .map((row) => ({ name: row.name, reason: reasons.get(row.name) }))
    .filter(({ reason }) => reason !== "not-offered");
  const because = list.map(({ name, reason }) => `${name}: ${reason}`).join(", ");
  if (list.some(({ reason }) => reason === "clear-text")) {
    return new SaslError(
      "ERR_SASL_CLEAR_TEXT_REFUSED",
      `no TLS, and clear text was not allowed (${because})`,
    );
  }
  if (list.length > 0 && list.every(({ reason }) => reason === "no-credentials")) {
    return new SaslError("ERR_SASL_CREDENTIALS_MISSING", `credentials are missing (${because})`);
  }
  return new SaslError("ERR_SASL_NONE_USABLE", because === "" ? undefined : `nothing is usable (${because})`);
}
