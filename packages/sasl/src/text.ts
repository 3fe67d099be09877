import { SaslError } from "./errors.js";

// The one place that reads platform globals: this package compiles without the types of Node and of the DOM.
interface Platform {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (
    label: string,
    options?: { fatal?: boolean; ignoreBOM?: boolean },
  ) => { decode(octets: Uint8Array): string };
}

const platform = globalThis as unknown as Platform;
const encoder = new platform.TextEncoder();
const strictDecoder = new platform.TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** @throws SaslError `ERR_SASL_BAD_CHALLENGE` when the octets are not UTF-8. */
export function decodeUtf8(octets: Uint8Array): string {
  try {
    return strictDecoder.decode(octets);
  } catch {
    throw new SaslError("ERR_SASL_BAD_CHALLENGE", "the challenge is not UTF-8");
  }
}

/** One character per octet, for grammars that are ASCII and must not fail on anything else. */
export function decodeLatin1(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}

/** The reverse; characters beyond U+00FF must have been refused before. */
export function encodeLatin1(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) octets[index] = text.charCodeAt(index);
  return octets;
}

/** Text that came from a server, made fit for an error or a log: printable ASCII, bounded. */
export function printable(text: string, maxLength = 200): string {
  const clean = text.slice(0, maxLength).replace(/[^\x20-\x7e]/g, "?");
  return text.length > maxLength ? `${clean}…` : clean;
}
