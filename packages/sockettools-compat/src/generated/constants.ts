// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

/** Plain SMTP: HELO. */
export const smtpOptionNone = 0;
/** ESMTP where the server has it. */
export const smtpOptionExtended = 1;
/** Behind a tunnel: the port number says nothing about the server. */
export const smtpOptionTunnel = 1024;
/** The server's certificate is not checked. */
export const smtpOptionTrustedSite = 2048;
/** TLS after STARTTLS. */
export const smtpOptionSecureExplicit = 4096;
/** TLS from the first octet. */
export const smtpOptionSecureImplicit = 8192;
/** Old versions and ciphers of TLS are allowed. */
export const smtpOptionSecureFallback = 32768;
/** The older name of smtpOptionSecureExplicit. */
export const smtpOptionSecure = 4096;
/** An IPv6 address first. The number is this package's. */
export const smtpOptionPreferIPv6 = 262144;
/** Options of Connect and of the Options property, combined by Or. */
export const SmtpOptions = {
  smtpOptionNone,
  smtpOptionExtended,
  smtpOptionTunnel,
  smtpOptionTrustedSite,
  smtpOptionSecureExplicit,
  smtpOptionSecureImplicit,
  smtpOptionSecureFallback,
  smtpOptionSecure,
  smtpOptionPreferIPv6,
} as const;

/** Servers among themselves. */
export const smtpPortStandard = 25;
/** Submission with implicit TLS. */
export const smtpPortSecure = 465;
/** Submission. */
export const smtpPortSubmit = 587;
/** Usual ports. */
export const SmtpPorts = { smtpPortStandard, smtpPortSecure, smtpPortSubmit } as const;

/** LOGIN; not assigned: the strongest that the server has. The number is this package's. */
export const smtpAuthLogin = 1;
/** PLAIN. The number is this package's. */
export const smtpAuthPlain = 2;
/** XOAUTH2, with BearerToken or the password as token. The number is this package's. */
export const smtpAuthXOAuth2 = 4;
/** OAUTHBEARER, with BearerToken or the password as token. The number is this package's. */
export const smtpAuthBearer = 8;
/** How to log in. */
export const SmtpAuthType = { smtpAuthLogin, smtpAuthPlain, smtpAuthXOAuth2, smtpAuthBearer } as const;

/** No notice at all. The number is this package's. */
export const smtpNotifyNever = 1;
/** A notice when the message was delivered. The number is this package's. */
export const smtpNotifySuccess = 2;
/** A notice when it was not. The number is this package's. */
export const smtpNotifyFailure = 4;
/** A notice when it is late. The number is this package's. */
export const smtpNotifyDelay = 8;
/** Notices bring the headers alone. The number is this package's. */
export const smtpReturnHeaders = 16;
/** Notices bring the whole message. The number is this package's. */
export const smtpReturnMessage = 32;
/** Notices of delivery (RFC 3461), combined by Or; for Delivery and the options of SendMessage. */
export const SmtpDelivery = {
  smtpNotifyNever,
  smtpNotifySuccess,
  smtpNotifyFailure,
  smtpNotifyDelay,
  smtpReturnHeaders,
  smtpReturnMessage,
} as const;

/** Of InternetMail; no meaning here. */
export const mailOptionImplicitSSL = 1;
/** Of InternetMail; no meaning here. */
export const mailOptionAuthLogin = 4;
/** As smtpNotifySuccess. */
export const mailNotifySuccess = 65536;
/** As smtpNotifyFailure. */
export const mailNotifyFailure = 131072;
/** As smtpNotifyDelay. The number is this package's. */
export const mailNotifyDelay = 262144;
/** As smtpReturnHeaders. The number is this package's. */
export const mailReturnHeaders = 524288;
/** All four. */
export const mailOptionNotify = 983040;
/** Options of the InternetMail control; its notices are understood wherever SmtpDelivery is. */
export const MailOptions = {
  mailOptionImplicitSSL,
  mailOptionAuthLogin,
  mailNotifySuccess,
  mailNotifyFailure,
  mailNotifyDelay,
  mailReturnHeaders,
  mailOptionNotify,
} as const;

/** No connection. The number is this package's. */
export const smtpStateUnconnected = 0;
/** A connection is being made. The number is this package's. */
export const smtpStateConnecting = 1;
/** Connected, nothing under way. The number is this package's. */
export const smtpStateIdle = 2;
/** A command waits for its reply. The number is this package's. */
export const smtpStateCommand = 3;
/** Between CreateMessage and the first Write. The number is this package's. */
export const smtpStateEnvelope = 4;
/** Between the first Write and CloseMessage. The number is this package's. */
export const smtpStateMessage = 5;
/** The connection is being ended. The number is this package's. */
export const smtpStateDisconnecting = 6;
/** What State says. */
export const SmtpState = {
  smtpStateUnconnected,
  smtpStateConnecting,
  smtpStateIdle,
  smtpStateCommand,
  smtpStateEnvelope,
  smtpStateMessage,
  smtpStateDisconnecting,
} as const;

/** Calls, their results, commands and replies. The number is this package's. */
export const smtpTraceDefault = 0;
/** Calls that failed alone. The number is this package's. */
export const smtpTraceError = 1;
/** Calls that failed, and replies of refusal. The number is this package's. */
export const smtpTraceWarning = 2;
/** All, and the octets of messages. The number is this package's. */
export const smtpTraceHexDump = 4;
/** What TraceFlags says, combined by Or. */
export const SmtpTrace = { smtpTraceDefault, smtpTraceError, smtpTraceWarning, smtpTraceHexDump } as const;

/** There was none. The number is this package's. */
export const smtpCertificateNone = 0;
/** Good. The number is this package's. */
export const smtpCertificateValid = 1;
/** Another host's. The number is this package's. */
export const smtpCertificateNoMatch = 2;
/** Expired, or not valid yet. The number is this package's. */
export const smtpCertificateExpired = 3;
/** Revoked. The number is this package's. */
export const smtpCertificateRevoked = 4;
/** Of an authority that is not trusted. The number is this package's. */
export const smtpCertificateUntrusted = 5;
/** Not to be used for another reason. The number is this package's. */
export const smtpCertificateInvalid = 6;
/** What CertificateStatus says of the server's certificate. */
export const SmtpCertificateStatus = {
  smtpCertificateNone,
  smtpCertificateValid,
  smtpCertificateNoMatch,
  smtpCertificateExpired,
  smtpCertificateRevoked,
  smtpCertificateUntrusted,
  smtpCertificateInvalid,
} as const;

/** TLS 1.2 or newer. The number is this package's. */
export const smtpProtocolDefault = 0;
/** TLS 1.0. The number is this package's. */
export const smtpProtocolTLS10 = 4;
/** TLS 1.1. The number is this package's. */
export const smtpProtocolTLS11 = 8;
/** TLS 1.2. The number is this package's. */
export const smtpProtocolTLS12 = 16;
/** TLS 1.3. The number is this package's. */
export const smtpProtocolTLS13 = 32;
/** What SecureProtocol takes and says, combined by Or. */
export const SmtpSecureProtocol = {
  smtpProtocolDefault,
  smtpProtocolTLS10,
  smtpProtocolTLS11,
  smtpProtocolTLS12,
  smtpProtocolTLS13,
} as const;

/** No TLS. The number is this package's. */
export const smtpCipherNone = 0;
/** AES. The number is this package's. */
export const smtpCipherAES = 1;
/** ChaCha20. The number is this package's. */
export const smtpCipherChaCha20 = 2;
/** Another. The number is this package's. */
export const smtpCipherOther = 4;
/** What SecureCipher says. */
export const SmtpCipher = { smtpCipherNone, smtpCipherAES, smtpCipherChaCha20, smtpCipherOther } as const;

/** No TLS. The number is this package's. */
export const smtpHashNone = 0;
/** SHA-1. The number is this package's. */
export const smtpHashSHA1 = 1;
/** SHA-256. The number is this package's. */
export const smtpHashSHA256 = 2;
/** SHA-384. The number is this package's. */
export const smtpHashSHA384 = 4;
/** Another. The number is this package's. */
export const smtpHashOther = 8;
/** What SecureHash says; HashStrength has its bits. */
export const SmtpHash = {
  smtpHashNone,
  smtpHashSHA1,
  smtpHashSHA256,
  smtpHashSHA384,
  smtpHashOther,
} as const;

/** No TLS. The number is this package's. */
export const smtpKeyExchangeNone = 0;
/** RSA. The number is this package's. */
export const smtpKeyExchangeRSA = 1;
/** Diffie-Hellman. The number is this package's. */
export const smtpKeyExchangeDH = 2;
/** Diffie-Hellman on a curve. The number is this package's. */
export const smtpKeyExchangeECDH = 4;
/** What SecureKeyExchange says. */
export const SmtpKeyExchange = {
  smtpKeyExchangeNone,
  smtpKeyExchangeRSA,
  smtpKeyExchangeDH,
  smtpKeyExchangeECDH,
} as const;
