// The one place where this package touches the platform. Nothing here is Node's alone: everything but the optional
// `Buffer` (native base64 and search) exists in browsers and workers too.

/** What is needed of the platform, declared here because pure packages compile without any ambient names. */
interface Platform {
  readonly TextEncoder: new () => {
    encode(text: string): Uint8Array<ArrayBuffer>;
    encodeInto(text: string, target: Uint8Array): { read: number; written: number };
  };
  readonly TextDecoder: new (
    label?: string,
    options?: { fatal?: boolean; ignoreBOM?: boolean },
  ) => { decode(octets?: Uint8Array, options?: { stream?: boolean }): string };
  readonly URL: new (url: string) => { readonly href: string; readonly protocol: string };
  readonly crypto: { getRandomValues(target: Uint8Array<ArrayBuffer>): Uint8Array };
  readonly Buffer?: NativeBuffer;
  btoa(binary: string): string;
  atob(base64: string): string;
}

/** A Node Buffer seen as octets with native encoders. */
interface NativeOctets extends Uint8Array<ArrayBuffer> {
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, offset: number): number;
  utf8Write(text: string, offset: number): number;
  toString(encoding?: string, start?: number, end?: number): string;
  indexOf(needle: number | Uint8Array, from?: number): number;
}

interface NativeBuffer {
  isBuffer(value: unknown): value is NativeOctets;
  from(buffer: ArrayBufferLike, byteOffset: number, length: number): NativeOctets;
  from(text: string, encoding: string): NativeOctets;
  allocUnsafeSlow(sizeBytes: number): NativeOctets;
  byteLength(text: string): number;
}

/** What a `Blob` must have. */
export interface BlobLike {
  readonly size: number;
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
  slice(start?: number, end?: number): BlobLike;
}

/** What a web stream must have. */
export interface ReadableStreamLike<T = Uint8Array> {
  readonly locked: boolean;
  getReader(): {
    read(): Promise<{ done: boolean; value?: T | undefined }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

/** What this package needs of an `AbortSignal`. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

const platform = globalThis as unknown as Platform;

/** Node's Buffer where there is one, else `undefined`. */
export const nativeBuffer: NativeBuffer | undefined = platform.Buffer;

const encoder = new platform.TextEncoder();
const decoder = new platform.TextDecoder("utf-8", { ignoreBOM: true });
const strictDecoder = new platform.TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Text to UTF-8. Lone surrogates become U+FFFD. */
export function utf8Encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** UTF-8 to text. Broken sequences become U+FFFD; a BOM is kept. */
export function utf8Decode(octets: Uint8Array): string {
  return decoder.decode(octets);
}

/** UTF-8 to text, or `undefined` when the octets are not valid UTF-8. */
export function utf8DecodeStrict(octets: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(octets);
  } catch {
    return undefined;
  }
}

/** Octets in a charset of the platform's own decoders; `undefined` when the charset is unknown. */
export function decodeCharset(octets: Uint8Array, charset: string): string | undefined {
  try {
    return new platform.TextDecoder(charset, { ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}

/** Length of the text as UTF-8. */
export function utf8Length(text: string): number {
  return nativeBuffer === undefined ? encoder.encode(text).length : nativeBuffer.byteLength(text);
}

/** One octet per UTF-16 unit; the caller knows that every unit is below 256. */
export function latin1Encode(text: string): Uint8Array {
  if (nativeBuffer !== undefined) {
    const octets = nativeBuffer.allocUnsafeSlow(text.length);
    octets.latin1Write(text, 0);
    return new Uint8Array(octets.buffer);
  }
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) octets[i] = text.charCodeAt(i);
  return octets;
}

/** Each octet as the character of its number. */
export function latin1Decode(octets: Uint8Array, start = 0, end = octets.length): string {
  if (nativeBuffer !== undefined) {
    return nativeBuffer.from(octets.buffer, octets.byteOffset, octets.length).latin1Slice(start, end);
  }
  let text = "";
  for (let i = start; i < end; i += 8192) {
    text += String.fromCharCode(...octets.subarray(i, Math.min(end, i + 8192)));
  }
  return text;
}

/** Octets to base64 on one line. */
export function base64OneLine(octets: Uint8Array, start = 0, end = octets.length): string {
  if (nativeBuffer !== undefined) {
    return nativeBuffer.from(octets.buffer, octets.byteOffset, octets.length).toString("base64", start, end);
  }
  return platform.btoa(latin1Decode(octets, start, end));
}

/** Base64 to octets; characters outside the alphabet are skipped (RFC 2045, 6.8). */
export function base64Decode(text: string): Uint8Array {
  const clean = text.replace(/[^A-Za-z0-9+/]+/g, "");
  if (nativeBuffer !== undefined) {
    const octets = nativeBuffer.from(clean, "base64");
    return new Uint8Array(octets.buffer, octets.byteOffset, octets.length);
  }
  const usable = clean.length % 4 === 1 ? clean.slice(0, -1) : clean;
  return latin1Encode(platform.atob(usable));
}

const NOT_BASE64 = /[^A-Za-z0-9+/_-]/;

/**
 * Base64 or base64url (RFC 4648 4 and 5) to octets, or `undefined` when the text is neither. White space counts for nothing
 * and padding may be left out; padding that is there must be whole. Linear.
 */
export function base64DecodeStrict(text: string): Uint8Array | undefined {
  let digits = text;
  if (NOT_BASE64.test(digits)) {
    digits = digits.replace(/[\t\n\f\r ]+/g, "");
    if (digits.endsWith("=")) {
      if (digits.length % 4 !== 0) return undefined;
      digits = digits.slice(0, digits.endsWith("==") ? -2 : -1);
    }
    if (NOT_BASE64.test(digits)) return undefined;
  }
  if (digits.length % 4 === 1) return undefined;
  if (nativeBuffer === undefined) {
    return latin1Encode(platform.atob(digits.replaceAll("-", "+").replaceAll("_", "/")));
  }
  const octets = nativeBuffer.from(digits, "base64");
  return new Uint8Array(octets.buffer, octets.byteOffset, octets.length);
}

/** The same octets with native encoders, or `undefined` without Node's Buffer. */
export function nativeView(octets: Uint8Array): NativeOctets | undefined {
  if (nativeBuffer?.isBuffer(octets) === true) return octets;
  return nativeBuffer?.from(octets.buffer, octets.byteOffset, octets.length);
}

/** Octets with unspecified content: the caller overwrites all of them. */
export function allocate(sizeBytes: number): Uint8Array {
  if (nativeBuffer === undefined) return new Uint8Array(sizeBytes);
  const octets = nativeBuffer.allocUnsafeSlow(sizeBytes);
  return new Uint8Array(octets.buffer, octets.byteOffset, octets.length);
}

/** Where `needle` first occurs in `octets`, or -1. */
export function indexOfSequence(octets: Uint8Array, needle: Uint8Array): number {
  const native = nativeView(octets);
  return native === undefined ? latin1Decode(octets).indexOf(latin1Decode(needle)) : native.indexOf(needle);
}

/** The octets before the first `needle`, each as a character; undefined where there is none within `limit` octets. */
export function latin1Before(octets: Uint8Array, needle: Uint8Array, limit: number): string | undefined {
  const native = nativeView(octets);
  const end = native === undefined ? indexOfSequence(octets, needle) : native.indexOf(needle);
  if (end < 0 || end > limit) return undefined;
  return native === undefined ? latin1Decode(octets, 0, end) : native.latin1Slice(0, end);
}

/** True when `needle` occurs in `octets`. */
export function includesOctets(octets: Uint8Array, needle: string): boolean {
  return indexOfSequence(octets, latin1Encode(needle)) >= 0;
}

/** The URL in its canonical form, or `undefined` when the platform does not read it as one. */
export function canonicalUrl(text: string): string | undefined {
  try {
    return new platform.URL(text).href;
  } catch {
    return undefined;
  }
}

/** Fills `target` with random octets fit for identifiers that must not be guessed. */
export function fillRandom(target: Uint8Array<ArrayBuffer>): void {
  platform.crypto.getRandomValues(target);
}
