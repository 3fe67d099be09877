// Whether a certificate was revoked: OCSP, stapled and fetched, and CRLs.

export type { RevocationOptions } from "./revocation/checker.js";
export { revocationChecker } from "./revocation/checker.js";
export type { FetchQuestion } from "./revocation/fetch-octets.js";
