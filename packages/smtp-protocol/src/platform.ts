// The one place that reads platform globals. This package compiles without Node's and the DOM's types, so the little
// that is needed is declared here.

type Latin1Slice = (this: Uint8Array, start: number, end: number) => string;
interface Decoder {
  decode(octets: Uint8Array): string;
}
interface Platform {
  readonly Buffer?: { readonly prototype: { readonly latin1Slice?: Latin1Slice } };
  btoa(latin1: string): string;
  readonly TextDecoder: new (label: string, options: { fatal: boolean; ignoreBOM: boolean }) => Decoder;
  readonly TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };
}

const platform = /* @__PURE__ */ (() => globalThis as unknown as Platform)();
/** Under `Buffer#toString("latin1")`; works on every Uint8Array and saves making a Buffer of it. Asked for, not relied on. */
const latin1Slice = /* @__PURE__ */ (() => platform.Buffer?.prototype.latin1Slice)();
let utf8Decoder: Decoder | undefined;

/** Octets to a string of one character per octet. TextDecoder cannot: its "latin1" is windows-1252. */
export function latin1(octets: Uint8Array, start: number, end: number): string {
  if (latin1Slice !== undefined) return latin1Slice.call(octets, start, end);
  let text = "";
  // 4,096 arguments are below every engine's limit for apply().
  for (let at = start; at < end; at += 4096) {
    text += String.fromCharCode.apply(null, octets.subarray(at, Math.min(at + 4096, end)) as never);
  }
  return text;
}

/** Reads a latin1 string as UTF-8 where it is that, and leaves it alone where it is not: never throws, loses nothing. */
export function utf8FromLatin1(text: string): string {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  utf8Decoder ??= new platform.TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return utf8Decoder.decode(octets);
  } catch {
    return text;
  }
}

/** Base64 (RFC 4648 4), with padding, of a string of one character per octet. */
export function base64OfLatin1(text: string): string {
  return platform.btoa(text);
}

export function utf8Octets(text: string): Uint8Array<ArrayBuffer> {
  return new platform.TextEncoder().encode(text);
}
