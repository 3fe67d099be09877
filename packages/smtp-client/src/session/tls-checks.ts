// What the `tls` option may hold. What OpenSSL thinks of it comes out with the first handshake.

import {
  callback,
  either,
  finite,
  flag,
  listOf,
  type OptionCheck,
  type OptionChecks,
  object,
  oneOf,
  text,
} from "./check-options.js";
import type { TlsSettings } from "./connection-options.js";

const octets: OptionCheck = (name, value) => {
  if (!ArrayBuffer.isView(value)) object(name, undefined);
};
const material = either("PEM text or octets", text, octets);
const certificates = either("PEM text, octets, or a list of them", text, octets, listOf(material));
const texts = listOf(text);
const version = oneOf("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

export const TLS_CHECKS: OptionChecks<TlsSettings> = {
  policy: oneOf("implicit", "required", "opportunistic", "none"),
  servername: text,
  hostNames: texts,
  verify: oneOf("full", "none"),
  ca: certificates,
  extraCa: certificates,
  certificate: certificates,
  key: material,
  pfx: either("octets", octets),
  passphrase: text,
  minVersion: version,
  maxVersion: version,
  ciphers: either("text or a list", text, texts),
  groups: texts,
  signatureAlgorithms: texts,
  alpn: texts,
  sessionStore: object,
  pins: texts,
  trusted: texts,
  denied: texts,
  revocation: object,
  handshakeTimeoutMs: finite,
  onKeyLog: callback,
  requestCertificate: flag,
};

/** Settings by which the server has to prove who it is. They would mean nothing where nobody is verified. */
const PROOFS = ["ca", "extraCa", "hostNames", "pins", "trusted", "denied", "revocation"] as const;

/** A list without members, as programs make one of empty settings, asks for nothing. */
function says(setting: unknown): boolean {
  return setting !== undefined && !(Array.isArray(setting) && setting.length === 0);
}

/** Whether the settings only make sense where the server's certificate is verified. */
export function asksForProof(tls: TlsSettings): boolean {
  return tls.verify === "full" || PROOFS.some((name) => says(tls[name]));
}
