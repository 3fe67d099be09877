// From properties and arguments to what the core is asked for.
import type { TlsVersion } from "@wirepost/socket-core";
import { stErrorInvalidOption, stErrorInvalidParameter } from "../error-numbers.js";
import {
  SmtpOptions,
  smtpOptionExtended,
  smtpOptionPreferIPv6,
  smtpOptionSecureExplicit,
  smtpOptionSecureFallback,
  smtpOptionSecureImplicit,
  smtpOptionTrustedSite,
  smtpOptionTunnel,
  smtpPortSecure,
  smtpPortStandard,
  smtpPortSubmit,
  smtpProtocolTLS10,
  smtpProtocolTLS11,
  smtpProtocolTLS12,
  smtpProtocolTLS13,
} from "../generated/constants.js";
import { failureOf } from "../outcome.js";
import type { Settings } from "./settings.js";

/** Arguments of Connect; undefined for one that was left out. */
export interface ConnectArguments {
  readonly remoteHost?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly userName?: string | undefined;
  readonly password?: string | undefined;
  readonly timeout?: number | undefined;
  readonly options?: number | undefined;
}

export interface ConnectPlan {
  readonly host: string;
  /** The name in the certificate, where `host` is an address and the program knows its name. */
  readonly certificateName: string | undefined;
  readonly port: number;
  readonly security: "none" | "explicit" | "implicit";
  /** EHLO, rather than HELO. */
  readonly extended: boolean;
  readonly trusted: boolean;
  readonly preferIPv6: boolean;
  readonly minVersion: TlsVersion | undefined;
  readonly maxVersion: TlsVersion | undefined;
  readonly oldCiphers: boolean;
  readonly userName: string;
  readonly password: string;
  /** Each step and reply, in milliseconds. */
  readonly timeoutMs: number;
  /** The reply to the end of a message; undefined for the core's ten minutes. */
  readonly endOfDataMs: number | undefined;
}

/** Timers of Node end here; 24 days are "for ever". */
export const FOR_EVER_MS = 2_147_483_647;

const KNOWN_OPTIONS = Object.values(SmtpOptions).reduce((all: number, one) => all | one, 0);

/** @throws SocketToolsError stErrorInvalidParameter, stErrorInvalidOption */
export function planConnection(settings: Settings, args: ConnectArguments): ConnectPlan {
  const options = args.options ?? settings.options;
  if ((options & ~KNOWN_OPTIONS) !== 0) {
    throw failureOf(stErrorInvalidOption, `${options & ~KNOWN_OPTIONS} is no option of SmtpOptions`);
  }
  const has = (option: number): boolean => (options & option) !== 0;
  const tunnel = has(smtpOptionTunnel);
  const givenPort = args.remotePort ?? settings.chosenRemotePort;
  const security = securityOf(has, settings.secure, givenPort, tunnel);
  const usualPort = security === "implicit" ? smtpPortSecure : smtpPortStandard;
  const port = givenPort === 0 ? usualPort : givenPort;
  if (!(port > 0 && port <= 65_535)) throw failureOf(stErrorInvalidParameter, `${port} is no port`);
  const fallback = has(smtpOptionSecureFallback);
  return {
    ...hostOf(settings, args.remoteHost),
    port,
    security,
    extended:
      has(smtpOptionExtended) ||
      settings.extended ||
      // STARTTLS and AUTH are ESMTP's: who asks for them asks for it.
      security !== "none" ||
      (args.userName ?? "") !== "" ||
      (port === smtpPortSubmit && !tunnel),
    trusted: has(smtpOptionTrustedSite),
    preferIPv6: has(smtpOptionPreferIPv6),
    ...versionsOf(settings.secureProtocol, fallback),
    oldCiphers: fallback,
    userName: args.userName ?? settings.userName,
    password: args.password ?? settings.password,
    ...timesOf(args.timeout ?? settings.chosenTimeout, settings.timeout),
  };
}

function securityOf(
  has: (option: number) => boolean,
  secure: boolean,
  port: number,
  tunnel: boolean,
): ConnectPlan["security"] {
  if (has(smtpOptionSecureImplicit)) return "implicit";
  if (has(smtpOptionSecureExplicit)) return "explicit";
  if (!secure) return "none";
  return port === smtpPortSecure && !tunnel ? "implicit" : "explicit";
}

function hostOf(
  settings: Settings,
  given: string | undefined,
): Pick<ConnectPlan, "host" | "certificateName"> {
  const name = settings.hostName.trim();
  const address = settings.hostAddress.trim();
  const host = given?.trim() || address || name;
  if (host === "") throw failureOf(stErrorInvalidParameter, "there is no HostName to connect to");
  const known = !given?.trim() && address !== "" && name !== "";
  return { host, certificateName: known ? name : undefined };
}

const VERSIONS: readonly (readonly [flag: number, version: TlsVersion])[] = [
  [smtpProtocolTLS10, "TLSv1"],
  [smtpProtocolTLS11, "TLSv1.1"],
  [smtpProtocolTLS12, "TLSv1.2"],
  [smtpProtocolTLS13, "TLSv1.3"],
];

function versionsOf(flags: number, fallback: boolean): Pick<ConnectPlan, "minVersion" | "maxVersion"> {
  const known = VERSIONS.reduce((all, [flag]) => all | flag, 0);
  if ((flags & ~known) !== 0)
    throw failureOf(stErrorInvalidOption, "SecureProtocol takes SmtpSecureProtocol");
  const allowed = VERSIONS.filter(([flag]) => (flags & flag) !== 0).map(([, version]) => version);
  return { minVersion: fallback ? "TLSv1" : allowed[0], maxVersion: allowed.at(-1) };
}

/** @param chosen seconds that the program has asked for, if it has */
function timesOf(chosen: number | undefined, usual: number): Pick<ConnectPlan, "timeoutMs" | "endOfDataMs"> {
  const seconds = chosen ?? usual;
  if (seconds < 0) throw failureOf(stErrorInvalidParameter, "Timeout is 0 or more seconds");
  const timeoutMs = seconds === 0 ? FOR_EVER_MS : Math.min(FOR_EVER_MS, seconds * 1000);
  return { timeoutMs, endOfDataMs: chosen === undefined ? undefined : timeoutMs };
}
