/** MS-NLMP section 2.2.2.5: the flags that matter to a client that wants to log in and nothing else. */
export const NTLM_FLAGS = {
  UNICODE: 0x0000_0001,
  OEM: 0x0000_0002,
  REQUEST_TARGET: 0x0000_0004,
  SIGN: 0x0000_0010,
  SEAL: 0x0000_0020,
  LM_KEY: 0x0000_0080,
  NTLM: 0x0000_0200,
  ALWAYS_SIGN: 0x0000_8000,
  EXTENDED_SESSION_SECURITY: 0x0008_0000,
  REQUEST_NON_NT_SESSION_KEY: 0x0040_0000,
  TARGET_INFO: 0x0080_0000,
  BITS_128: 0x2000_0000,
  KEY_EXCHANGE: 0x4000_0000,
  BITS_56: 0x8000_0000,
} as const;

/** Unsigned, where JavaScript's `|` would be signed. */
export function allFlags(...flags: readonly number[]): number {
  return flags.reduce((sum, flag) => (sum | flag) >>> 0, 0);
}

export function hasFlag(flags: number, flag: number): boolean {
  return (flags & flag) !== 0;
}
