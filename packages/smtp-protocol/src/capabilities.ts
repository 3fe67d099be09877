import type { Reply } from "./reply.js";

/** What RFC 9422 lets a server announce; a field is undefined where nothing valid was announced. */
export interface SessionLimits {
  /** Transactions in one session. */
  readonly mailMax?: number | undefined;
  /** Recipients in one transaction. */
  readonly rcptMax?: number | undefined;
  /** Different domains among the recipients of one transaction. */
  readonly rcptDomainMax?: number | undefined;
}

const NOTHING: readonly string[] = [];

/**
 * Upper case of an ASCII text; `undefined` when a character is no visible ASCII. `toUpperCase` alone would turn U+017F
 * into `S` and U+0131 into `I`, and so read a keyword that was never sent.
 */
export function asciiUpperCase(text: string): string | undefined {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x21 || code > 0x7e) return undefined;
  }
  return text.toUpperCase();
}

/**
 * What a server announced in its reply to EHLO or LHLO (RFC 5321 4.1.1.1). Keywords are compared without regard to
 * case and as whole words; a line that is no keyword changes nothing.
 */
export class Capabilities {
  readonly #keywords: ReadonlyMap<string, readonly string[]>;
  /** What the server calls itself: the first word of the first line. */
  readonly greetingDomain: string;
  /** SASL mechanisms in upper case, from `AUTH ...` and from the older `AUTH=...`, in the server's order. */
  readonly auth: ReadonlySet<string>;
  /** The largest message the server takes, in octets; 0 when it declares that it has no limit (RFC 1870 4), null when unknown. */
  readonly sizeBytes: number | null;
  /** Limits of the session (RFC 9422). */
  readonly limits: SessionLimits;

  constructor(greetingDomain = "", keywords: ReadonlyMap<string, readonly string[]> = new Map()) {
    this.#keywords = keywords;
    this.greetingDomain = greetingDomain;
    this.auth = mechanisms(keywords.get("AUTH") ?? NOTHING);
    this.sizeBytes = declaredSize(keywords.get("SIZE") ?? NOTHING);
    this.limits = declaredLimits(keywords.get("LIMITS") ?? NOTHING);
  }

  /** How many keywords were announced. */
  get size(): number {
    return this.#keywords.size;
  }

  has(keyword: string): boolean {
    return this.get(keyword) !== undefined;
  }

  /** The parameters of a keyword as they were sent, an empty list when it has none, undefined when it was not announced. */
  get(keyword: string): readonly string[] | undefined {
    const upper = asciiUpperCase(keyword);
    return upper === undefined ? undefined : this.#keywords.get(upper);
  }

  /** The keywords in upper case, in the server's order. */
  keywords(): string[] {
    return [...this.#keywords.keys()];
  }
}

/** What is known of a server that was greeted with HELO, or not yet. */
export const NO_CAPABILITIES: Capabilities = /* @__PURE__ */ new Capabilities();

/** Reads the reply to EHLO or LHLO. Never throws: what cannot be understood is left out. */
export function parseCapabilities(reply: Reply): Capabilities {
  const { lines } = reply;
  const keywords = new Map<string, string[]>();
  for (let i = 1; i < lines.length; i++) readKeywordLine(lines[i]!, keywords);
  return new Capabilities(words(lines[0] ?? "")[0] ?? "", keywords);
}

function readKeywordLine(line: string, keywords: Map<string, string[]>): void {
  const [first, ...parameters] = words(line);
  if (first === undefined) return;
  let keyword = asciiUpperCase(first);
  if (keyword === undefined) return;
  // "AUTH=PLAIN LOGIN": a form of before RFC 4954 that servers still send beside the other, or alone.
  if (keyword.startsWith("AUTH=")) {
    if (first.length > 5) parameters.unshift(first.slice(5));
    keyword = "AUTH";
  }
  const known = keywords.get(keyword);
  if (known === undefined) keywords.set(keyword, parameters);
  else for (const parameter of parameters) known.push(parameter);
}

function words(line: string): string[] {
  return line.split(/[ \t]/).filter((word) => word !== "");
}

function mechanisms(parameters: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const parameter of parameters) {
    // RFC 4422 3.1, except that names longer than 20 characters are in use.
    if (/^[A-Za-z0-9_-]{1,64}$/.test(parameter)) names.add(parameter.toUpperCase());
  }
  return names;
}

/** The first value that is a size: `SIZE big`, `SIZE -1` and values beyond exact integers are as if they were not there. */
function declaredSize(parameters: readonly string[]): number | null {
  for (const parameter of parameters) {
    if (!/^[0-9]{1,20}$/.test(parameter)) continue;
    const size = Number(parameter);
    if (Number.isSafeInteger(size)) return size;
  }
  return null;
}

function declaredLimits(parameters: readonly string[]): SessionLimits {
  const values = new Map<string, number>();
  for (const parameter of parameters) {
    // RFC 9422 4: one to six digits, not zero. The first of several counts.
    const [, name, value] = /^([A-Za-z0-9_-]+)=([1-9][0-9]{0,5})$/.exec(parameter) ?? [];
    if (name === undefined) continue;
    const upper = name.toUpperCase();
    if (!values.has(upper)) values.set(upper, Number(value));
  }
  return {
    mailMax: values.get("MAILMAX"),
    rcptMax: values.get("RCPTMAX"),
    rcptDomainMax: values.get("RCPTDOMAINMAX"),
  };
}
