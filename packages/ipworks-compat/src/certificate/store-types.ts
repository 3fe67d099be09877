import type { Fail } from "../failure.js";

export const STORE_DEFAULT = "MY";
export const STORE_TYPES: readonly number[] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 99,
];

export interface StoreChoice {
  readonly type: number;
  readonly store: string | Uint8Array;
  readonly password: string;
  readonly keyPassword: string;
}

/** Types whose store is a file's name. */
export const FILE_TYPES: ReadonlySet<number> = new Set([2, 4, 6, 8, 11, 13, 14, 16, 18, 21]);

const WINDOWS = "the certificate stores of Windows cannot be read here: export a PFX file and use cstPFXFile";
const UNAVAILABLE: Readonly<Record<number, string>> = {
  0: WINDOWS,
  1: WINDOWS,
  16: "keys in XML cannot be read here: export PEM, PFX or JWK",
  17: "keys in XML cannot be read here: export PEM, PFX or JWK",
  21: "BCFKS key stores cannot be read here: export a PFX file and use cstPFXFile",
  22: "BCFKS key stores cannot be read here: export PFX and use cstPFXBlob",
  23: "keys in hardware (PKCS #11) cannot be used by Node's TLS: export a PFX file, or connect through a TLS proxy",
};

/** @throws 271 with advice */
export function checkStoreType(type: number, fail: Fail): void {
  const advice = UNAVAILABLE[type];
  if (advice !== undefined) throw fail(271, advice);
}
