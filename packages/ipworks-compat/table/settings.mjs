// Every setting of Config. `effect`: what it does here. `stored`: why it is only kept and given back. `door`: the edition that
// alone has it. A `read` setting cannot be set. Defaults are the documents'.

const bool = (name, fallback, row) => ({ name, kind: "bool", default: fallback ? "True" : "False", ...row });
const int = (name, fallback, row) => ({ name, kind: "int", default: String(fallback), ...row });
const text = (name, fallback, row) => ({ name, kind: "text", default: fallback, ...row });
const read = (name, row) => ({ name, kind: "read", default: "", ...row });

const TLS12_SIGNATURES =
  "sha512-ecdsa,sha512-rsa,sha512-dsa,sha384-ecdsa,sha384-rsa,sha384-dsa,sha256-ecdsa,sha256-rsa,sha256-dsa,sha224-ecdsa,sha224-rsa,sha224-dsa,sha1-ecdsa,sha1-rsa,sha1-dsa";
const TLS13_SIGNATURES =
  "ed25519,ed448,ecdsa_secp256r1_sha256,ecdsa_secp384r1_sha384,ecdsa_secp521r1_sha512,rsa_pkcs1_sha256,rsa_pkcs1_sha384,rsa_pkcs1_sha512,rsa_pss_sha256,rsa_pss_sha384,rsa_pss_sha512";
const TLS13_GROUPS =
  "ecdhe_x25519,ecdhe_x448,ecdhe_secp256r1,ecdhe_secp384r1,ecdhe_secp521r1,ffdhe_2048,ffdhe_3072,ffdhe_4096,ffdhe_6144,ffdhe_8192";

const CA_FILES =
  "/etc/ssl/ca-bundle.pem;/etc/pki/tls/certs/ca-bundle.crt;/etc/ssl/certs/ca-certificates.crt;/etc/pki/tls/cacert.pem";

export const SETTINGS = [
  bool("AllowEmptyTo", false, { effect: "SendTo may be empty when there is a Cc or a BCc" }),
  text("AuthorizationIdentity", "", {
    effect: "the token of XOAUTH2 (`Bearer …`); with the other mechanisms the identity to act as",
  }),
  text("Charset", "", {
    effect: "header text that is not ASCII becomes encoded words in it; empty: it is not encoded",
  }),
  bool("FoldHeaders", true, { effect: "long headers are folded" }),
  text("Hello", "", {
    effect:
      "the name said with EHLO, as it is; empty: this host's name, or an address literal where that is no domain (it then reads as empty)",
  }),
  bool("KeepQueue", false, { effect: "a sent queue file is kept as `.sent`" }),
  int("MaxHeaderLength", 80, { effect: "headers are folded beyond this length" }),
  read("MessageHeadersString", { effect: "the headers of the message" }),
  text("MessageIdAlgorithm", "SHA1", { effect: "the hash behind the Message-Id: MD5, SHA1 or SHA256" }),
  text("OtherHeaders", "", { effect: "the property of that name" }),
  text("ReturnPath", "", { effect: "the property of that name" }),
  bool("SendRSET", true, { effect: "RSET before every message of a connection but the first" }),
  bool("StopOnBccErrors", false, { effect: "a refused blind copy stops the message" }),
  bool("StopOnCcErrors", true, { effect: "a refused copy stops the message; False: it fires Error" }),
  bool("StopOnToErrors", true, { effect: "a refused recipient stops the message; False: it fires Error" }),
  read("TransferText", {
    effect: "the body as it was sent; inside Transfer the piece; of a stream up to 1 MiB",
  }),

  bool("CloseStreamAfterTransfer", true, { effect: "the stream of SetMessageStream is closed after Send" }),
  int("ConnectionTimeout", "", { effect: "seconds for connecting alone; empty or 0: Timeout" }),
  bool("FirewallAutoDetect", false, { effect: "Firewall.AutoDetect" }),
  text("FirewallHost", "", { effect: "Firewall.Host" }),
  bool("FirewallListener", false, { effect: "True: Connect fails with 213, nothing can listen here" }),
  text("FirewallPassword", "", { effect: "Firewall.Password" }),
  int("FirewallPort", 0, { effect: "Firewall.Port" }),
  int("FirewallType", 0, {
    effect: "Firewall.FirewallType; another type than before sets Firewall.Port too",
  }),
  text("FirewallUser", "", { effect: "Firewall.User" }),
  int("KeepAliveInterval", "", { stored: "Node sets the idle time before the first probe only" }),
  int("KeepAliveTime", "", { effect: "idle milliseconds before a keep-alive probe, with TCPKeepAlive" }),
  bool("Linger", true, { effect: "False: the connection is reset instead of closed" }),
  int("LingerTime", 0, { stored: "Node has no such option; closing waits for the server 2 seconds at most" }),
  text("LocalHost", "", { effect: "the property of that name" }),
  int("LocalPort", 0, { effect: "the port to connect from; while connected, the one in use" }),
  int("MaxLineLength", 2048, { effect: "the longest line of a reply; at least 256" }),
  int("MaxTransferRate", 0, { effect: "octets a second at most; 0: no limit" }),
  text("ProxyExceptionsList", "", { effect: "hosts that are reached without the firewall" }),
  bool("TCPKeepAlive", false, { effect: "keep-alive probes are sent" }),
  bool("TcpNoDelay", false, {
    effect: "small packets are not held back; until it is set they are not either, whatever the default says",
  }),
  int("UseIPv6", 0, { effect: "0: IPv4 alone, 1: IPv6 alone, 2: IPv6 first" }),
  bool("UseNTLMv2", false, { effect: "NTLM version 2" }),

  text("CACertFilePaths", CA_FILES, {
    door: "dotnet",
    effect:
      "once set to others: files separated by semicolons, the first of which that can be read is trusted besides the other certificates",
  }),
  bool("LogSSLPackets", false, { stored: "Node shows no TLS records" }),
  bool("ReuseSSLSession", false, {
    effect: "TLS sessions of verified servers are resumed by the same object",
  }),
  text("SSLCACerts", "", { effect: "certificates sent behind the client's own" }),
  int("SSLCheckCRL", 0, { effect: "revocation lists: 0 not asked, 1 if possible, 2 must be had" }),
  int("SSLCheckOCSP", 0, { effect: "OCSP: 0 not asked, 1 if possible, 2 must be had" }),
  int("SSLCipherStrength", 0, { effect: "a cipher with fewer bits ends the connection with 276" }),
  text("SSLClientCACerts", "", { stored: "for servers that ask for certificates" }),
  text("SSLContextProtocol", "TLS", { door: "java", stored: "SSLEnabledProtocols chooses the versions" }),
  text("SSLEnabledCipherSuites", "*", {
    effect: "the cipher suites by their JSSE or IANA names, separated by semicolons; `*`: Node's",
  }),
  int("SSLEnabledProtocols", 4032, {
    effect:
      "12288 TLS 1.3, 3072 TLS 1.2, 768 TLS 1.1, 192 TLS 1.0, added up; SSL 2 and 3 fail with 270. Until it is set to another value: TLS 1.2 and 1.3; for TLS 1.0 and 1.1 too: 16320",
  }),
  bool("SSLEnableRenegotiation", false, { stored: "OpenSSL always uses the safe form" }),
  bool("SSLIncludeCertChain", false, { effect: "SSLServerAuthentication shows the whole chain" }),
  text("SSLKeyLogFile", "", { effect: "session secrets are appended to this file" }),
  read("SSLNegotiatedCipher", { effect: "the cipher in use, by OpenSSL's name" }),
  read("SSLNegotiatedCipherStrength", { effect: "its bits" }),
  read("SSLNegotiatedCipherSuite", { effect: "the cipher suite in use, by IANA's name" }),
  read("SSLNegotiatedKeyExchange", { effect: "the key exchange in use" }),
  read("SSLNegotiatedKeyExchangeStrength", { effect: "its bits" }),
  read("SSLNegotiatedVersion", { effect: "the version in use, as `TLSv1.3`" }),
  int("SSLSecurityFlags", 0, {
    door: "dotnet",
    stored: "the documents exclude OpenSSL; assign Accept in SSLServerAuthentication instead",
  }),
  text("SSLServerCACerts", "", {
    effect: "the certificates that may have signed the server's, instead of Node's",
  }),
  text("SSLTrustManagerFactoryAlgorithm", "", { door: "java", stored: "there are no trust managers here" }),
  text("TLS12SignatureAlgorithms", TLS12_SIGNATURES, {
    effect:
      "the signatures that are accepted in TLS 1.2, once set; where TLS 1.3 may be used too, those of TLS13SignatureAlgorithms besides",
  }),
  text("TLS12SupportedGroups", "ecdhe_secp256r1,ecdhe_secp384r1,ecdhe_secp521r1", {
    effect: "the groups offered, once set and TLS 1.3 is off",
  }),
  text("TLS13KeyShareGroups", "ecdhe_x25519,ecdhe_secp256r1,ecdhe_secp384r1,ffdhe_2048,ffdhe_3072", {
    stored: "OpenSSL decides for which groups it prepares keys",
  }),
  text("TLS13SignatureAlgorithms", TLS13_SIGNATURES, {
    effect: "the signatures that are accepted in TLS 1.3, once set",
  }),
  text("TLS13SupportedGroups", TLS13_GROUPS, { effect: "the groups offered, once set" }),

  bool("AbsoluteTimeout", false, { effect: "Timeout counts from the start of the call" }),
  text("FirewallData", "", { stored: "no proxy protocol here has a place for it" }),
  int("InBufferSize", "", { stored: "Node cannot set it" }),
  int("OutBufferSize", "", { stored: "Node cannot set it" }),

  read("BuildInfo", { effect: "the name of this package" }),
  bool("GUIAvailable", true, { stored: "there is no message loop" }),
  read("LicenseInfo", { effect: "the licence of this package" }),
  bool("MaskSensitiveData", true, { stored: "secrets are never shown, whatever it says" }),
  bool("UseDaemonThreads", false, {
    door: "java",
    stored: "there are no threads; a connection that waits between two calls never keeps the process",
  }),
  bool("UseInternalSecurityAPI", false, {
    stored: "Node's TLS is the only one; in .NET it reads True but on Windows",
  }),
];
