// The global constants. `unsure`: the product's number is not known, and the one here is this package's.
const number = (name, value, doc, unsure = false) => ({ name, value, doc, unsure });
const ours = (name, value, doc) => number(name, value, doc, true);

export const CONSTANTS = [
  {
    name: "SmtpOptions",
    doc: "Options of Connect and of the Options property, combined by Or.",
    members: [
      number("smtpOptionNone", 0x0000, "plain SMTP: HELO"),
      number("smtpOptionExtended", 0x0001, "ESMTP where the server has it"),
      number("smtpOptionTunnel", 0x0400, "behind a tunnel: the port number says nothing about the server"),
      number("smtpOptionTrustedSite", 0x0800, "the server's certificate is not checked"),
      number("smtpOptionSecureExplicit", 0x1000, "TLS after STARTTLS"),
      number("smtpOptionSecureImplicit", 0x2000, "TLS from the first octet"),
      number("smtpOptionSecureFallback", 0x8000, "old versions and ciphers of TLS are allowed"),
      number("smtpOptionSecure", 0x1000, "the older name of smtpOptionSecureExplicit"),
      ours("smtpOptionPreferIPv6", 0x40000, "an IPv6 address first"),
    ],
  },
  {
    name: "SmtpPorts",
    doc: "Usual ports.",
    members: [
      number("smtpPortStandard", 25, "servers among themselves"),
      number("smtpPortSecure", 465, "submission with implicit TLS"),
      number("smtpPortSubmit", 587, "submission"),
    ],
  },
  {
    name: "SmtpAuthType",
    doc: "How to log in.",
    members: [
      ours("smtpAuthLogin", 1, "LOGIN; not assigned: the strongest that the server has"),
      ours("smtpAuthPlain", 2, "PLAIN"),
      ours("smtpAuthXOAuth2", 4, "XOAUTH2, with BearerToken or the password as token"),
      ours("smtpAuthBearer", 8, "OAUTHBEARER, with BearerToken or the password as token"),
    ],
  },
  {
    name: "SmtpDelivery",
    doc: "Notices of delivery (RFC 3461), combined by Or; for Delivery and the options of SendMessage.",
    members: [
      ours("smtpNotifyNever", 1, "no notice at all"),
      ours("smtpNotifySuccess", 2, "a notice when the message was delivered"),
      ours("smtpNotifyFailure", 4, "a notice when it was not"),
      ours("smtpNotifyDelay", 8, "a notice when it is late"),
      ours("smtpReturnHeaders", 16, "notices bring the headers alone"),
      ours("smtpReturnMessage", 32, "notices bring the whole message"),
    ],
  },
  {
    name: "MailOptions",
    doc: "Options of the InternetMail control; its notices are understood wherever SmtpDelivery is.",
    members: [
      number("mailOptionImplicitSSL", 1, "of InternetMail; no meaning here"),
      number("mailOptionAuthLogin", 4, "of InternetMail; no meaning here"),
      number("mailNotifySuccess", 65536, "as smtpNotifySuccess"),
      number("mailNotifyFailure", 131072, "as smtpNotifyFailure"),
      ours("mailNotifyDelay", 262144, "as smtpNotifyDelay"),
      ours("mailReturnHeaders", 524288, "as smtpReturnHeaders"),
      number("mailOptionNotify", 983040, "all four"),
    ],
  },
  {
    name: "SmtpState",
    doc: "What State says.",
    members: [
      ours("smtpStateUnconnected", 0, "no connection"),
      ours("smtpStateConnecting", 1, "a connection is being made"),
      ours("smtpStateIdle", 2, "connected, nothing under way"),
      ours("smtpStateCommand", 3, "a command waits for its reply"),
      ours("smtpStateEnvelope", 4, "between CreateMessage and the first Write"),
      ours("smtpStateMessage", 5, "between the first Write and CloseMessage"),
      ours("smtpStateDisconnecting", 6, "the connection is being ended"),
    ],
  },
  {
    name: "SmtpTrace",
    doc: "What TraceFlags says, combined by Or.",
    members: [
      ours("smtpTraceDefault", 0, "calls, their results, commands and replies"),
      ours("smtpTraceError", 1, "calls that failed alone"),
      ours("smtpTraceWarning", 2, "calls that failed, and replies of refusal"),
      ours("smtpTraceHexDump", 4, "all, and the octets of messages"),
    ],
  },
  {
    name: "SmtpCertificateStatus",
    doc: "What CertificateStatus says of the server's certificate.",
    members: [
      ours("smtpCertificateNone", 0, "there was none"),
      ours("smtpCertificateValid", 1, "good"),
      ours("smtpCertificateNoMatch", 2, "another host's"),
      ours("smtpCertificateExpired", 3, "expired, or not valid yet"),
      ours("smtpCertificateRevoked", 4, "revoked"),
      ours("smtpCertificateUntrusted", 5, "of an authority that is not trusted"),
      ours("smtpCertificateInvalid", 6, "not to be used for another reason"),
    ],
  },
  {
    name: "SmtpSecureProtocol",
    doc: "What SecureProtocol takes and says, combined by Or.",
    members: [
      ours("smtpProtocolDefault", 0, "TLS 1.2 or newer"),
      ours("smtpProtocolTLS10", 4, "TLS 1.0"),
      ours("smtpProtocolTLS11", 8, "TLS 1.1"),
      ours("smtpProtocolTLS12", 16, "TLS 1.2"),
      ours("smtpProtocolTLS13", 32, "TLS 1.3"),
    ],
  },
  {
    name: "SmtpCipher",
    doc: "What SecureCipher says.",
    members: [
      ours("smtpCipherNone", 0, "no TLS"),
      ours("smtpCipherAES", 1, "AES"),
      ours("smtpCipherChaCha20", 2, "ChaCha20"),
      ours("smtpCipherOther", 4, "another"),
    ],
  },
  {
    name: "SmtpHash",
    doc: "What SecureHash says; HashStrength has its bits.",
    members: [
      ours("smtpHashNone", 0, "no TLS"),
      ours("smtpHashSHA1", 1, "SHA-1"),
      ours("smtpHashSHA256", 2, "SHA-256"),
      ours("smtpHashSHA384", 4, "SHA-384"),
      ours("smtpHashOther", 8, "another"),
    ],
  },
  {
    name: "SmtpKeyExchange",
    doc: "What SecureKeyExchange says.",
    members: [
      ours("smtpKeyExchangeNone", 0, "no TLS"),
      ours("smtpKeyExchangeRSA", 1, "RSA"),
      ours("smtpKeyExchangeDH", 2, "Diffie-Hellman"),
      ours("smtpKeyExchangeECDH", 4, "Diffie-Hellman on a curve"),
    ],
  },
];
