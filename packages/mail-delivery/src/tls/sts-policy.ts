import { trimBlanks } from "../blanks.js";
import { DeliveryError } from "../errors.js";

/** The TXT record at `_mta-sts.<domain>` (RFC 8461 section 3.1). */
export interface StsRecord {
  /** Another id means another policy. */
  readonly id: string;
}

/** What a domain asks of those who send to it (RFC 8461 section 3.2). */
export interface StsPolicy {
  /** `testing`: failures are reported and change nothing. `none`: there is no policy any more. */
  readonly mode: "enforce" | "testing" | "none";
  /** In lower case; `*.` in front stands for one label. */
  readonly mx: readonly string[];
  /** How long it counts; at most a year. */
  readonly maxAgeSeconds: number;
  /** The lines of the policy, for reports. */
  readonly lines: readonly string[];
}

/**
 * Reads the texts of all TXT records at the name. Undefined: the domain has no policy.
 *
 * @throws DeliveryError ERR_DELIVERY_STS_RECORD when the one record that there is cannot be read
 */
export function parseStsRecord(texts: readonly string[]): StsRecord | undefined {
  // Others may share the name; with none or several of ours there is no policy (section 3.1).
  const own = texts.filter((text) => /^v=STSv1[ \t]*(?:;|$)/.test(text));
  const text = own[0];
  if (own.length !== 1 || text === undefined) return undefined;
  for (const field of text.split(";").slice(1)) {
    const match = /^[ \t]*id[ \t]*=[ \t]*([A-Za-z0-9]{1,32})[ \t]*$/.exec(field);
    if (match?.[1] !== undefined) return { id: match[1] };
  }
  throw new DeliveryError("ERR_DELIVERY_STS_RECORD", "it has no id");
}

const MODES: ReadonlySet<string> = new Set(["enforce", "testing", "none"]);
const MX = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_AGE_SECONDS = 31_557_600;
const MAX_PATTERNS = 1000;

/** Reads a policy (RFC 8461 section 3.2). @throws DeliveryError ERR_DELIVERY_STS_POLICY */
export function parseStsPolicy(text: string): StsPolicy {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const single = new Map<string, string>();
  const mx: string[] = [];
  for (const line of lines) {
    const match = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31})[ \t]*:(.*)$/.exec(line);
    if (match === null) throw bad("a line is no field");
    const [, name = "", given = ""] = match;
    const value = trimBlanks(given);
    if (name === "mx") {
      const pattern = value.toLowerCase().replace(/\.$/, "");
      if (pattern.length > 255 || !MX.test(pattern)) throw bad("an mx is no host name");
      if (mx.push(pattern) > MAX_PATTERNS) throw bad("too many mx");
    } else if (!single.has(name)) single.set(name, value); // of several the first counts (section 3.2)
  }
  if (single.get("version") !== "STSv1") throw bad("the version is not STSv1");
  const mode = single.get("mode") ?? "";
  if (!MODES.has(mode)) throw bad("the mode is not known");
  const age = single.get("max_age") ?? "";
  if (!/^\d{1,10}$/.test(age)) throw bad("max_age is no number");
  if (mode !== "none" && mx.length === 0) throw bad("there is no mx");
  return {
    mode: mode as StsPolicy["mode"],
    mx,
    maxAgeSeconds: Math.min(Number(age), MAX_AGE_SECONDS),
    lines,
  };
}

/** Whether the policy names the host (section 4.1): `*.` covers exactly one label. */
export function policyNames(policy: Pick<StsPolicy, "mx">, host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  const parent = name.slice(name.indexOf(".") + 1);
  return policy.mx.some((pattern) =>
    pattern.startsWith("*.") ? name.includes(".") && pattern.slice(2) === parent : pattern === name,
  );
}

function bad(detail: string): DeliveryError {
  return new DeliveryError("ERR_DELIVERY_STS_POLICY", detail);
}
