import { DkimError, type DkimErrorCode, excerpt } from "./errors.js";

// Tag values go into a header field of ours, so each is checked against its own grammar, and nothing is escaped that
// could be refused.

const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
// RFC 6376 has host-name labels here too, but selectors with underscores are in use, and DNS has no quarrel with them.
const SELECTOR_LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$/;
const MAX_NAME_BYTES = 253;
const MAX_LABEL_BYTES = 63;

function checkName(value: unknown, what: string, label: RegExp, code: DkimErrorCode): string {
  if (typeof value !== "string") throw new DkimError("ERR_DKIM_INVALID_ARGUMENT", `${what} must be a string`);
  const valid =
    value.length <= MAX_NAME_BYTES &&
    value.split(".").every((part) => part.length <= MAX_LABEL_BYTES && label.test(part));
  if (!valid) throw new DkimError(code, `${what} ${excerpt(value)} is not a name in ASCII`);
  return value;
}

/** d=: a host name (RFC 6376 3.5), A-labels for internationalised ones (RFC 8616 5). */
export function checkDomain(value: unknown): string {
  const domain = checkName(value, "domain", LABEL, "ERR_DKIM_DOMAIN");
  if (!domain.includes(".")) throw new DkimError("ERR_DKIM_DOMAIN", "domain must have at least two labels");
  return domain;
}

/** s=: what stands before `._domainkey.` in the DNS (RFC 6376 3.1). */
export function checkSelector(value: unknown): string {
  return checkName(value, "selector", SELECTOR_LABEL, "ERR_DKIM_SELECTOR");
}

/** i=: `[local part]@domain`, the domain d= or below it (RFC 6376 3.5). Comes back as dkim-quoted-printable. */
export function encodeIdentity(value: unknown, domain: string): string {
  if (typeof value !== "string")
    throw new DkimError("ERR_DKIM_INVALID_ARGUMENT", "identity must be a string");
  const at = value.lastIndexOf("@");
  const identityDomain = value.slice(at + 1).toLowerCase();
  const own = domain.toLowerCase();
  const below = identityDomain === own || identityDomain.endsWith(`.${own}`);
  const localPart = value.slice(0, at);
  if (at < 0 || !below || localPart.length > 256 || /[\x00-\x20\x7f-\u{10ffff}]/u.test(localPart)) {
    throw new DkimError("ERR_DKIM_IDENTITY", `identity must be [local part]@${domain} or below it, in ASCII`);
  }
  checkName(identityDomain, "identity", LABEL, "ERR_DKIM_IDENTITY");
  // dkim-safe-char: printable ASCII but ; and = (RFC 6376 2.11).
  const encoded = localPart.replace(
    /[;=]/g,
    (character) => `=${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${encoded}@${identityDomain}`;
}

const FIELD_NAME = /^[!-9<-~]+$/;

/** A name in h=: ftext of RFC 5322 3.6.8 without the semicolon, which would end the tag. */
export function checkFieldName(value: unknown): string {
  if (typeof value !== "string" || value.length > 100 || !FIELD_NAME.test(value)) {
    throw new DkimError("ERR_DKIM_HEADER_NAME", `${excerpt(value)} is no header field name`);
  }
  return value;
}
