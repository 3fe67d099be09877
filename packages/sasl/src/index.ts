// For people who log in.

// One mechanism at a time.
export { createAnonymous } from "./anonymous.js";
export { apopDigest } from "./apop.js";
export type { SkipReason } from "./catalogue.js";
export type { ChannelBinding, ChannelBindingSource, ChannelBindingType } from "./channel-binding.js";
export {
  type MechanismChoice,
  type SelectOptions,
  type SkippedMechanism,
  selectMechanisms,
  type TlsState,
} from "./choice.js";
export { createCramMd5 } from "./cram-md5.js";
export {
  type Credentials,
  type GssapiOptions,
  type NtlmOptions,
  protectCredentials,
  type TokenFunction,
  type TokenRequest,
} from "./credentials.js";
export { createDigestMd5, type DigestMd5Target } from "./digest-md5.js";
// For those who bring their own crypto.
export type {
  GssapiContext,
  GssapiRequest,
  HashAlgorithm,
  LegacyCrypto,
  SaslEnvironment,
} from "./environment.js";
export { SASL_ERROR_CODES, SaslError, type SaslErrorCode, type SaslErrorOptions } from "./errors.js";
export { createExternal } from "./external.js";
export { type FailedAttempt, MAX_ATTEMPTS, nextMechanism } from "./fallback.js";
export { createGssapi } from "./gssapi-mechanism.js";
export { createLogin } from "./login.js";
export { MAX_CHALLENGE_BYTES, type Mechanism, type MechanismRefusal, requireDone } from "./mechanism.js";
export { createOauthBearer, type OauthBearerTarget } from "./oauthbearer.js";
export { createPlain } from "./plain.js";
export { redactSecrets } from "./redaction.js";
export { type StringKind, saslprep } from "./saslprep.js";
export { createScram, type IterationLimits, type ScramName, type ScramOptions } from "./scram.js";
export { createTokenSource, type TokenGrant, type TokenSourceOptions } from "./token-source.js";
export { createXoauth2 } from "./xoauth2.js";
