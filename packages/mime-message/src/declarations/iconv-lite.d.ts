// What of iconv-lite is used, without Node's ambient names.
export function encodingExists(name: string): boolean;
export function encode(text: string, name: string): Uint8Array;
export function decode(octets: Uint8Array, name: string): string;
