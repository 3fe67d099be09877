import { encodeBase64 } from "./base64.js";
import { concatOctets } from "./octets.js";
import { encodeUtf8 } from "./text.js";

const HIDDEN = "[hidden]";
/** Shorter pieces of base64 are found by chance in ordinary text. */
const MIN_BASE64_CHARACTERS = 6;

/**
 * The text without the secrets, for a reply that echoes what was sent or a log line: as they are, percent-encoded, in
 * hexadecimal, and in base64 at each of the three places where they can stand in a longer message. Time is linear in
 * the text for each secret.
 */
export function redactSecrets(text: string, secrets: Iterable<string | undefined>): string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret !== undefined && secret !== "") for (const form of formsOf(secret)) forms.add(form);
  }
  // The longest first: a form may hold another.
  const ordered = Array.from(forms).sort((a, b) => b.length - a.length);
  return ordered.reduce((clean, form) => clean.replaceAll(form, HIDDEN), text);
}

function formsOf(secret: string): string[] {
  const octets = encodeUtf8(secret);
  const hex = Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
  const base64 = [0, 1, 2].map((before) => base64Within(octets, before));
  const forms = [secret, ...base64.filter((form) => form.length >= MIN_BASE64_CHARACTERS)];
  if (octets.length >= MIN_BASE64_CHARACTERS / 2) forms.push(hex, hex.toUpperCase());
  const percent = percentEncoded(secret);
  return percent === undefined ? forms : [...forms, percent];
}

/** The characters that these octets alone decide when `before` octets of something else stand in their group. */
function base64Within(octets: Uint8Array, before: number): string {
  const text = encodeBase64(concatOctets(new Uint8Array(before), octets)).replace(/=+$/, "");
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor(((before + octets.length) * 8) / 6);
  return text.slice(first, last);
}

function percentEncoded(secret: string): string | undefined {
  try {
    return encodeURIComponent(secret);
  } catch {
    return undefined;
  }
}
