// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

/** A setting of Config. */
export interface SettingRow {
  /** As the documents spell it; `Config` takes any letter case. */
  readonly name: string;
  /** `read`: it cannot be set. */
  readonly kind: "bool" | "int" | "text" | "read";
  /** What it reads as until it is set. */
  readonly default: string;
  /** What it does here. */
  readonly effect?: string | undefined;
  /** Why it is only kept and given back. */
  readonly stored?: string | undefined;
  /** The edition that alone has it. */
  readonly door?: "java" | "dotnet" | undefined;
}

/** Every setting, in the order of the documents. */
export const SETTINGS: readonly SettingRow[] = [
  {
    name: "AllowEmptyTo",
    kind: "bool",
    default: "False",
    effect: "SendTo may be empty when there is a Cc or a BCc",
  },
  {
    name: "AuthorizationIdentity",
    kind: "text",
    default: "",
    effect: "the token of XOAUTH2 (`Bearer …`); with the other mechanisms the identity to act as",
  },
  {
    name: "Charset",
    kind: "text",
    default: "",
    effect: "header text that is not ASCII becomes encoded words in it; empty: it is not encoded",
  },
  { name: "FoldHeaders", kind: "bool", default: "True", effect: "long headers are folded" },
  {
    name: "Hello",
    kind: "text",
    default: "",
    effect:
      "the name said with EHLO, as it is; empty: this host's name, or an address literal where that is no domain (it then reads as empty)",
  },
  { name: "KeepQueue", kind: "bool", default: "False", effect: "a sent queue file is kept as `.sent`" },
  { name: "MaxHeaderLength", kind: "int", default: "80", effect: "headers are folded beyond this length" },
  { name: "MessageHeadersString", kind: "read", default: "", effect: "the headers of the message" },
  {
    name: "MessageIdAlgorithm",
    kind: "text",
    default: "SHA1",
    effect: "the hash behind the Message-Id: MD5, SHA1 or SHA256",
  },
  { name: "OtherHeaders", kind: "text", default: "", effect: "the property of that name" },
  { name: "ReturnPath", kind: "text", default: "", effect: "the property of that name" },
  {
    name: "SendRSET",
    kind: "bool",
    default: "True",
    effect: "RSET before every message of a connection but the first",
  },
  {
    name: "StopOnBccErrors",
    kind: "bool",
    default: "False",
    effect: "a refused blind copy stops the message",
  },
  {
    name: "StopOnCcErrors",
    kind: "bool",
    default: "True",
    effect: "a refused copy stops the message; False: it fires Error",
  },
  {
    name: "StopOnToErrors",
    kind: "bool",
    default: "True",
    effect: "a refused recipient stops the message; False: it fires Error",
  },
  {
    name: "TransferText",
    kind: "read",
    default: "",
    effect: "the body as it was sent; inside Transfer the piece; of a stream up to 1 MiB",
  },
  {
    name: "CloseStreamAfterTransfer",
    kind: "bool",
    default: "True",
    effect: "the stream of SetMessageStream is closed after Send",
  },
  {
    name: "ConnectionTimeout",
    kind: "int",
    default: "",
    effect: "seconds for connecting alone; empty or 0: Timeout",
  },
  { name: "FirewallAutoDetect", kind: "bool", default: "False", effect: "Firewall.AutoDetect" },
  { name: "FirewallHost", kind: "text", default: "", effect: "Firewall.Host" },
  {
    name: "FirewallListener",
    kind: "bool",
    default: "False",
    effect: "True: Connect fails with 213, nothing can listen here",
  },
  { name: "FirewallPassword", kind: "text", default: "", effect: "Firewall.Password" },
  { name: "FirewallPort", kind: "int", default: "0", effect: "Firewall.Port" },
  {
    name: "FirewallType",
    kind: "int",
    default: "0",
    effect: "Firewall.FirewallType; another type than before sets Firewall.Port too",
  },
  { name: "FirewallUser", kind: "text", default: "", effect: "Firewall.User" },
  {
    name: "KeepAliveInterval",
    kind: "int",
    default: "",
    stored: "Node sets the idle time before the first probe only",
  },
  {
    name: "KeepAliveTime",
    kind: "int",
    default: "",
    effect: "idle milliseconds before a keep-alive probe, with TCPKeepAlive",
  },
  {
    name: "Linger",
    kind: "bool",
    default: "True",
    effect: "False: the connection is reset instead of closed",
  },
  {
    name: "LingerTime",
    kind: "int",
    default: "0",
    stored: "Node has no such option; closing waits for the server 2 seconds at most",
  },
  { name: "LocalHost", kind: "text", default: "", effect: "the property of that name" },
  {
    name: "LocalPort",
    kind: "int",
    default: "0",
    effect: "the port to connect from; while connected, the one in use",
  },
  {
    name: "MaxLineLength",
    kind: "int",
    default: "2048",
    effect: "the longest line of a reply; at least 256",
  },
  { name: "MaxTransferRate", kind: "int", default: "0", effect: "octets a second at most; 0: no limit" },
  {
    name: "ProxyExceptionsList",
    kind: "text",
    default: "",
    effect: "hosts that are reached without the firewall",
  },
  { name: "TCPKeepAlive", kind: "bool", default: "False", effect: "keep-alive probes are sent" },
  {
    name: "TcpNoDelay",
    kind: "bool",
    default: "False",
    effect: "small packets are not held back; until it is set they are not either, whatever the default says",
  },
  { name: "UseIPv6", kind: "int", default: "0", effect: "0: IPv4 alone, 1: IPv6 alone, 2: IPv6 first" },
  { name: "UseNTLMv2", kind: "bool", default: "False", effect: "NTLM version 2" },
  {
    name: "CACertFilePaths",
    kind: "text",
    default:
      "/etc/ssl/ca-bundle.pem;/etc/pki/tls/certs/ca-bundle.crt;/etc/ssl/certs/ca-certificates.crt;/etc/pki/tls/cacert.pem",
    effect:
      "once set to others: files separated by semicolons, the first of which that can be read is trusted besides the other certificates",
    door: "dotnet",
  },
  { name: "LogSSLPackets", kind: "bool", default: "False", stored: "Node shows no TLS records" },
  {
    name: "ReuseSSLSession",
    kind: "bool",
    default: "False",
    effect: "TLS sessions of verified servers are resumed by the same object",
  },
  { name: "SSLCACerts", kind: "text", default: "", effect: "certificates sent behind the client's own" },
  {
    name: "SSLCheckCRL",
    kind: "int",
    default: "0",
    effect: "revocation lists: 0 not asked, 1 if possible, 2 must be had",
  },
  {
    name: "SSLCheckOCSP",
    kind: "int",
    default: "0",
    effect: "OCSP: 0 not asked, 1 if possible, 2 must be had",
  },
  {
    name: "SSLCipherStrength",
    kind: "int",
    default: "0",
    effect: "a cipher with fewer bits ends the connection with 276",
  },
  { name: "SSLClientCACerts", kind: "text", default: "", stored: "for servers that ask for certificates" },
  {
    name: "SSLContextProtocol",
    kind: "text",
    default: "TLS",
    stored: "SSLEnabledProtocols chooses the versions",
    door: "java",
  },
  {
    name: "SSLEnabledCipherSuites",
    kind: "text",
    default: "*",
    effect: "the cipher suites by their JSSE or IANA names, separated by semicolons; `*`: Node's",
  },
  {
    name: "SSLEnabledProtocols",
    kind: "int",
    default: "4032",
    effect:
      "12288 TLS 1.3, 3072 TLS 1.2, 768 TLS 1.1, 192 TLS 1.0, added up; SSL 2 and 3 fail with 270. Until it is set to another value: TLS 1.2 and 1.3; for TLS 1.0 and 1.1 too: 16320",
  },
  {
    name: "SSLEnableRenegotiation",
    kind: "bool",
    default: "False",
    stored: "OpenSSL always uses the safe form",
  },
  {
    name: "SSLIncludeCertChain",
    kind: "bool",
    default: "False",
    effect: "SSLServerAuthentication shows the whole chain",
  },
  { name: "SSLKeyLogFile", kind: "text", default: "", effect: "session secrets are appended to this file" },
  { name: "SSLNegotiatedCipher", kind: "read", default: "", effect: "the cipher in use, by OpenSSL's name" },
  { name: "SSLNegotiatedCipherStrength", kind: "read", default: "", effect: "its bits" },
  {
    name: "SSLNegotiatedCipherSuite",
    kind: "read",
    default: "",
    effect: "the cipher suite in use, by IANA's name",
  },
  { name: "SSLNegotiatedKeyExchange", kind: "read", default: "", effect: "the key exchange in use" },
  { name: "SSLNegotiatedKeyExchangeStrength", kind: "read", default: "", effect: "its bits" },
  { name: "SSLNegotiatedVersion", kind: "read", default: "", effect: "the version in use, as `TLSv1.3`" },
  {
    name: "SSLSecurityFlags",
    kind: "int",
    default: "0",
    stored: "the documents exclude OpenSSL; assign Accept in SSLServerAuthentication instead",
    door: "dotnet",
  },
  {
    name: "SSLServerCACerts",
    kind: "text",
    default: "",
    effect: "the certificates that may have signed the server's, instead of Node's",
  },
  {
    name: "SSLTrustManagerFactoryAlgorithm",
    kind: "text",
    default: "",
    stored: "there are no trust managers here",
    door: "java",
  },
  {
    name: "TLS12SignatureAlgorithms",
    kind: "text",
    default:
      "sha512-ecdsa,sha512-rsa,sha512-dsa,sha384-ecdsa,sha384-rsa,sha384-dsa,sha256-ecdsa,sha256-rsa,sha256-dsa,sha224-ecdsa,sha224-rsa,sha224-dsa,sha1-ecdsa,sha1-rsa,sha1-dsa",
    effect:
      "the signatures that are accepted in TLS 1.2, once set; where TLS 1.3 may be used too, those of TLS13SignatureAlgorithms besides",
  },
  {
    name: "TLS12SupportedGroups",
    kind: "text",
    default: "ecdhe_secp256r1,ecdhe_secp384r1,ecdhe_secp521r1",
    effect: "the groups offered, once set and TLS 1.3 is off",
  },
  {
    name: "TLS13KeyShareGroups",
    kind: "text",
    default: "ecdhe_x25519,ecdhe_secp256r1,ecdhe_secp384r1,ffdhe_2048,ffdhe_3072",
    stored: "OpenSSL decides for which groups it prepares keys",
  },
  {
    name: "TLS13SignatureAlgorithms",
    kind: "text",
    default:
      "ed25519,ed448,ecdsa_secp256r1_sha256,ecdsa_secp384r1_sha384,ecdsa_secp521r1_sha512,rsa_pkcs1_sha256,rsa_pkcs1_sha384,rsa_pkcs1_sha512,rsa_pss_sha256,rsa_pss_sha384,rsa_pss_sha512",
    effect: "the signatures that are accepted in TLS 1.3, once set",
  },
  {
    name: "TLS13SupportedGroups",
    kind: "text",
    default:
      "ecdhe_x25519,ecdhe_x448,ecdhe_secp256r1,ecdhe_secp384r1,ecdhe_secp521r1,ffdhe_2048,ffdhe_3072,ffdhe_4096,ffdhe_6144,ffdhe_8192",
    effect: "the groups offered, once set",
  },
  {
    name: "AbsoluteTimeout",
    kind: "bool",
    default: "False",
    effect: "Timeout counts from the start of the call",
  },
  { name: "FirewallData", kind: "text", default: "", stored: "no proxy protocol here has a place for it" },
  { name: "InBufferSize", kind: "int", default: "", stored: "Node cannot set it" },
  { name: "OutBufferSize", kind: "int", default: "", stored: "Node cannot set it" },
  { name: "BuildInfo", kind: "read", default: "", effect: "the name of this package" },
  { name: "GUIAvailable", kind: "bool", default: "True", stored: "there is no message loop" },
  { name: "LicenseInfo", kind: "read", default: "", effect: "the licence of this package" },
  {
    name: "MaskSensitiveData",
    kind: "bool",
    default: "True",
    stored: "secrets are never shown, whatever it says",
  },
  {
    name: "UseDaemonThreads",
    kind: "bool",
    default: "False",
    stored: "there are no threads; a connection that waits between two calls never keeps the process",
    door: "java",
  },
  {
    name: "UseInternalSecurityAPI",
    kind: "bool",
    default: "False",
    stored: "Node's TLS is the only one; in .NET it reads True but on Windows",
  },
];
