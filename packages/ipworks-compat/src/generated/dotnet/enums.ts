// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

/** How to log in. */
export const SMTPAuthMechanisms = {
  /** AUTH LOGIN, or PLAIN where LOGIN is not offered. */
  amUserPassword: 0,
  /** CRAM-MD5. */
  amCRAMMD5: 1,
  /** NTLM; the setting UseNTLMv2 chooses the version. */
  amNTLM: 2,
  /** Has no meaning in SMTP: logging in fails with 161. */
  amAPOP: 3,
  /** PLAIN. */
  amSASLPlain: 4,
  /** DIGEST-MD5. */
  amSASLDigestMD5: 5,
  /** GSSAPI; needs the optional package `kerberos`. */
  amKerberos: 6,
  /** XOAUTH2: User and the setting AuthorizationIdentity, no Password. */
  amXOAUTH2: 7,
} as const;
/** A value of SMTPAuthMechanisms. */
export type SMTPAuthMechanisms = (typeof SMTPAuthMechanisms)[keyof typeof SMTPAuthMechanisms];

/** The header Importance. */
export const SMTPImportances = {
  /** No header. */
  miUnspecified: 0,
  /** High. */
  miHigh: 1,
  /** Normal. */
  miNormal: 2,
  /** Low. */
  miLow: 3,
} as const;
/** A value of SMTPImportances. */
export type SMTPImportances = (typeof SMTPImportances)[keyof typeof SMTPImportances];

/** The header Priority. */
export const SMTPPriorities = {
  /** No header. */
  epUnspecified: 0,
  /** Normal. */
  epNormal: 1,
  /** Urgent. */
  epUrgent: 2,
  /** Non-urgent. */
  epNonUrgent: 3,
} as const;
/** A value of SMTPPriorities. */
export type SMTPPriorities = (typeof SMTPPriorities)[keyof typeof SMTPPriorities];

/** The header Sensitivity. */
export const SMTPSensitivities = {
  /** No header. */
  esUnspecified: 0,
  /** Personal. */
  esPersonal: 1,
  /** Private. */
  esPrivate: 2,
  /** Company-Confidential. */
  esCompanyConfidential: 3,
} as const;
/** A value of SMTPSensitivities. */
export type SMTPSensitivities = (typeof SMTPSensitivities)[keyof typeof SMTPSensitivities];

/** Which TLS implementation to take; here it is always Node's. */
export const SMTPSSLProviders = {
  /** Stored. */
  sslpAutomatic: 0,
  /** Stored. */
  sslpPlatform: 1,
  /** Stored. */
  sslpInternal: 2,
} as const;
/** A value of SMTPSSLProviders. */
export type SMTPSSLProviders = (typeof SMTPSSLProviders)[keyof typeof SMTPSSLProviders];

/** How TLS begins. */
export const SMTPSSLStartModes = {
  /** Explicit on port 25, implicit on every other port. */
  sslAutomatic: 0,
  /** TLS from the first octet. */
  sslImplicit: 1,
  /** STARTTLS; never plain when the server has none. */
  sslExplicit: 2,
  /** No TLS. */
  sslNone: 3,
} as const;
/** A value of SMTPSSLStartModes. */
export type SMTPSSLStartModes = (typeof SMTPSSLStartModes)[keyof typeof SMTPSSLStartModes];

/** The kinds of firewall. */
export const FirewallTypes = {
  /** No firewall. */
  fwNone: 0,
  /** HTTP CONNECT; Port becomes 80. */
  fwTunnel: 1,
  /** SOCKS 4; Port becomes 1080. */
  fwSOCKS4: 2,
  /** SOCKS 5; Port becomes 1080. */
  fwSOCKS5: 3,
  /** SOCKS 4A; Port becomes 1080. */
  fwSOCKS4A: 10,
} as const;
/** A value of FirewallTypes. */
export type FirewallTypes = (typeof FirewallTypes)[keyof typeof FirewallTypes];

/** Where a certificate is kept. */
export const CertStoreTypes = {
  /** The user's store of Windows: not available here, error 271. */
  cstUser: 0,
  /** The machine's store of Windows: not available here, error 271. */
  cstMachine: 1,
  /** A PKCS #12 file. */
  cstPFXFile: 2,
  /** PKCS #12, as octets or base64. */
  cstPFXBlob: 3,
  /** A Java key store file. */
  cstJKSFile: 4,
  /** A Java key store, as octets or base64. */
  cstJKSBlob: 5,
  /** A PEM file with a key and, maybe, its certificate. */
  cstPEMKeyFile: 6,
  /** PEM text with a key and, maybe, its certificate. */
  cstPEMKeyBlob: 7,
  /** A file with an X.509 certificate, PEM or DER. */
  cstPublicKeyFile: 8,
  /** An X.509 certificate, PEM or DER. */
  cstPublicKeyBlob: 9,
  /** An SSH public key. */
  cstSSHPublicKeyBlob: 10,
  /** A PKCS #7 file of certificates. */
  cstP7BFile: 11,
  /** PKCS #7, as octets. */
  cstP7BBlob: 12,
  /** A file with an SSH public key. */
  cstSSHPublicKeyFile: 13,
  /** A PuTTY key file. */
  cstPPKFile: 14,
  /** A PuTTY key. */
  cstPPKBlob: 15,
  /** A key in XML: not available here, error 271. */
  cstXMLFile: 16,
  /** A key in XML: not available here, error 271. */
  cstXMLBlob: 17,
  /** A JSON Web Key file. */
  cstJWKFile: 18,
  /** A JSON Web Key. */
  cstJWKBlob: 19,
  /** A Bouncy Castle FIPS key store file: error 271. */
  cstBCFKSFile: 21,
  /** A Bouncy Castle FIPS key store: error 271. */
  cstBCFKSBlob: 22,
  /** A key in hardware: not available here, error 271. */
  cstPKCS11: 23,
  /** Found out from the data. */
  cstAuto: 99,
} as const;
/** A value of CertStoreTypes. */
export type CertStoreTypes = (typeof CertStoreTypes)[keyof typeof CertStoreTypes];

/** The kinds of recipients. */
export const EmailRecipientTypes = {
  /** To. */
  ertTo: 0,
  /** Cc. */
  ertCc: 1,
  /** BCc: in the envelope alone. */
  ertBCc: 2,
} as const;
/** A value of EmailRecipientTypes. */
export type EmailRecipientTypes = (typeof EmailRecipientTypes)[keyof typeof EmailRecipientTypes];
