import { isAddressLiteral } from "./address-literal.js";
import { isAscii, isLetterOrDigit } from "./characters.js";
import { AddressError, excerpt } from "./errors.js";
import { isSafeToShow } from "./homograph.js";
import { checkText } from "./options.js";
import { platformDomainToAscii } from "./platform.js";
import { decodePunycode } from "./punycode.js";

const MAX_DOMAIN_BYTES = 255;
const MAX_LABEL_BYTES = 63;
const DOT = 0x2e;
const HYPHEN = 0x2d;

// What UTS 46 would delete without a trace (soft hyphen, zero width space, …). Two readers would see two domains, so
// none is accepted; the two joiners are left to UTS 46, which asks for the right context. Text until the first domain outside ASCII
// asks: the property takes the engine half a millisecond, as a literal already while it reads this file.
const INVISIBLE = "(?![\\u200c\\u200d])\\p{Default_Ignorable_Code_Point}";
let invisible: RegExp | undefined;

// Words joined by single dots and hyphens: no empty label, no hyphen at an edge, no "xn--"; up to 63 octets no label is
// too long either. Nearly every domain is one, and a compiled expression is the cheapest way to know.
const PLAIN = /^[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*$/;

/** Whether the domain is ASCII, valid and short: nothing is left to check. */
export function isPlainDomain(domain: string): boolean {
  return domain.length <= MAX_LABEL_BYTES && PLAIN.test(domain);
}

function domainError(domain: string, reason: string): AddressError {
  return new AddressError("ERR_ADDRESS_DOMAIN", `Domain ${excerpt(domain)} ${reason}`);
}

/** Checks RFC 5321 Domain (sub-domain *("." sub-domain)) in ASCII, with its lengths. True when a label is "xn--…". */
function checkHostName(ascii: string, written: string): boolean {
  if (ascii.length > MAX_DOMAIN_BYTES) {
    throw new AddressError("ERR_ADDRESS_DOMAIN_TOO_LONG", `Domain exceeds ${MAX_DOMAIN_BYTES} octets`);
  }
  if (ascii.length === 0) throw new AddressError("ERR_ADDRESS_NO_DOMAIN", "The domain is empty");
  let labelStart = 0;
  let hasALabel = false;
  for (let i = 0; i <= ascii.length; i++) {
    const unit = i < ascii.length ? ascii.charCodeAt(i) : DOT;
    if (unit === DOT) {
      if (i === labelStart) throw domainError(written, "has an empty label");
      if (i - labelStart > MAX_LABEL_BYTES) {
        throw new AddressError("ERR_ADDRESS_DOMAIN_TOO_LONG", `A label exceeds ${MAX_LABEL_BYTES} octets`);
      }
      if (ascii.charCodeAt(labelStart) === HYPHEN || ascii.charCodeAt(i - 1) === HYPHEN) {
        throw domainError(written, "has a label that begins or ends with a hyphen");
      }
      labelStart = i + 1;
    } else if (unit === HYPHEN) {
      // (x | 0x20) is the lower case of an ASCII letter.
      hasALabel ||=
        i === labelStart + 2 &&
        ascii.charCodeAt(i + 1) === HYPHEN &&
        (ascii.charCodeAt(labelStart) | 0x20) === 0x78 &&
        (ascii.charCodeAt(labelStart + 1) | 0x20) === 0x6e;
    } else if (!isLetterOrDigit(unit)) {
      throw domainError(written, "holds a character that no host name can hold");
    }
  }
  return hasALabel;
}

/** The labels of a lower-case ASCII domain with its A-labels decoded; undefined when one is not Punycode. */
function decodeLabels(ascii: string): string[] | undefined {
  const labels: string[] = [];
  for (const label of ascii.split(".")) {
    if (!label.startsWith("xn--")) {
      labels.push(label);
      continue;
    }
    const decoded = decodePunycode(label.slice(4));
    if (decoded === undefined || isAscii(decoded) || decoded.startsWith("-") || decoded.endsWith("-"))
      return undefined;
    labels.push(decoded);
  }
  return labels;
}

function idnError(domain: string): AddressError {
  return new AddressError("ERR_ADDRESS_IDN", `Domain ${excerpt(domain)} is not valid under UTS 46`);
}

function mapThroughUts46(domain: string): string {
  if (domain.length > 4 * MAX_DOMAIN_BYTES) {
    throw new AddressError("ERR_ADDRESS_DOMAIN_TOO_LONG", `Domain exceeds ${MAX_DOMAIN_BYTES} octets`);
  }
  for (let i = 0; i < domain.length; i++) {
    const unit = domain.charCodeAt(i);
    if (unit < 128 && unit !== DOT && unit !== HYPHEN && !isLetterOrDigit(unit)) {
      throw domainError(domain, "holds a character that no host name can hold");
    }
  }
  invisible ??= new RegExp(INVISIBLE, "u");
  if (invisible.test(domain)) throw idnError(domain);
  const ascii = platformDomainToAscii(domain);
  if (ascii === undefined) throw idnError(domain);
  if (checkHostName(ascii, domain)) {
    // Platforms differ in how closely they look into an A-label; a round trip through its Unicode form does not.
    const labels = decodeLabels(ascii);
    if (labels === undefined || platformDomainToAscii(labels.join(".")) !== ascii) throw idnError(domain);
  }
  return ascii;
}

/**
 * The domain as it goes on the wire. A plain ASCII domain and an address literal come back as they are (case included)
 * once checked; any other goes through the platform's UTS 46 (not transitional) and comes back as A-labels.
 *
 * @throws AddressError ERR_ADDRESS_DOMAIN, _NO_DOMAIN, _DOMAIN_TOO_LONG, _IDN, _LITERAL
 */
export function domainToAscii(domain: string): string {
  checkText(domain, "domain");
  if (isPlainDomain(domain)) return domain;
  if (domain.charCodeAt(0) === 0x5b) {
    if (domain.length > MAX_DOMAIN_BYTES) {
      throw new AddressError("ERR_ADDRESS_DOMAIN_TOO_LONG", `Literal exceeds ${MAX_DOMAIN_BYTES} octets`);
    }
    if (!isAddressLiteral(domain)) {
      throw new AddressError("ERR_ADDRESS_LITERAL", `${excerpt(domain)} is not an address literal`);
    }
    return domain;
  }
  if (isAscii(domain) && !checkHostName(domain, domain)) return domain;
  return mapThroughUts46(domain);
}

/**
 * The domain for people to read: A-labels decoded, except those that could be taken for something else (mixed scripts,
 * Latin look-alikes, symbols, invisible characters), which stay A-labels. For show only, never for the wire.
 *
 * @throws AddressError as {@link domainToAscii}
 */
export function domainToUnicode(domain: string): string {
  const ascii = domainToAscii(domain);
  if (ascii.startsWith("[")) return ascii;
  const labels = ascii.toLowerCase().includes("xn--") ? decodeLabels(ascii) : undefined;
  if (labels === undefined) return ascii;
  const topLevelIsAscii = isAscii(labels.at(-1)!);
  return ascii
    .split(".")
    .map((label, i) =>
      isAscii(labels[i]!) || isSafeToShow(labels[i]!, topLevelIsAscii) ? labels[i]! : label,
    )
    .join(".");
}

// Words of letters, digits, hyphens and underscores, joined by single dots.
const MACHINE_NAME = /^(?=.{1,255}$)[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_][A-Za-z0-9_-]*)*$/;

/**
 * What a client calls itself in EHLO, HELO and LHLO: a domain or an address literal (RFC 5321 4.1.1.1), as it goes on the wire.
 * Machines are called by names with underscores too, which no server minds; everything else outside the grammar is refused.
 *
 * @throws AddressError as `domainToAscii`
 */
export function helloDomain(domain: string): string {
  return typeof domain === "string" && MACHINE_NAME.test(domain) ? domain : domainToAscii(domain);
}
