// For people who log in.

export type { SkipReason } from "./catalogue.js";
export type { ChannelBinding, ChannelBindingSource, ChannelBindingType } from "./channel-binding.js";
export {
  type MechanismChoice,
  type SelectOptions,
  type SkippedMechanism,
  selectMechanisms,
  type TlsState,
} from "./choice.js";
// One mechanism at a time.
export { createCramMd5 } from "./cram-md5.js";
export {
  type Credentials,
  type GssapiOptions,
  type NtlmOptions,
  protectCredentials,
  type TokenFunction,
  type TokenRequest,
} from "./credentials.js";
// For those who bring their own crypto.
export type {
  GssapiContext,
  GssapiRequest,
  HashAlgorithm,
  LegacyCrypto,
  SaslEnvironment,
} from "./environment.js";
export { SASL_ERROR_CODES, SaslError, type SaslErrorCode, type SaslErrorOptions } from "./errors.js";
export { type FailedAttempt, MAX_ATTEMPTS, nextMechanism } from "./fallback.js";
export { createLogin } from "./login.js";
export { MAX_CHALLENGE_BYTES, type Mechanism, type MechanismRefusal, requireDone } from "./mechanism.js";
export { createPlain } from "./plain.js";
export { createXoauth2 } from "./xoauth2.js";
