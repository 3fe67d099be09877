// For people who sign messages. Node's crypto is behind the door "@wirepost/dkim/node".

// For people who verify, compare or teach: the canonical forms themselves.
export type { BodyCanonicalizer, Canonicalization, OctetSink } from "./body-canonicalization.js";
export { createBodyCanonicalizer } from "./body-canonicalization.js";
export type { AbortSignalLike, SignableSource } from "./content.js";
export type { DkimAlgorithm, DkimEnvironment, DkimKey, Sha256 } from "./environment.js";
// Errors.
export type { DkimErrorCode } from "./errors.js";
export { DKIM_ERROR_CODES, DkimError } from "./errors.js";
export { DEFAULT_OVERSIGNED_HEADERS, DEFAULT_SIGNED_HEADERS } from "./header-list.js";
export type { DkimSignatureOptions, DkimSignerOptions } from "./options.js";
export type { MessageSigner, SignedSource, SignOptions } from "./signer.js";
export { DkimSigner } from "./signer.js";
