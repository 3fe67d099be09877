/** One row of the table of errors. */
export interface SocketErrorRow {
  /** Where the failure belongs when nothing more exact is known. */
  readonly group:
    | "use"
    | "resolve"
    | "connect"
    | "transfer"
    | "timeout"
    | "tls"
    | "certificate"
    | "file"
    | "proxy"
    | "dns"
    | "revocation";
  /** POSIX name; the platform's own number is looked up in `os.constants.errno`. */
  readonly errno?: string | undefined;
  /** WinSock number, 10004 to 11004. Absent where WinSock has no such error. */
  readonly winsock?: number | undefined;
  /** The first words of every message with this code. */
  readonly meaning: string;
}

const none = undefined;

function row(
  group: SocketErrorRow["group"],
  errno: string | undefined,
  winsock: number | undefined,
  meaning: string,
): SocketErrorRow {
  return { group, errno, winsock, meaning };
}

/**
 * Every error of this package: stable code, POSIX name, WinSock number, meaning. Facades map their historical
 * numbers from this table and own no table of causes.
 */
export const SOCKET_ERRORS = {
  // You called it wrongly.
  ERR_SOCKET_UNKNOWN_OPTION: row("use", "EINVAL", 10022, "an option of this name does not exist"),
  ERR_SOCKET_BAD_OPTION: row("use", "EINVAL", 10022, "the value of an option is not valid"),
  ERR_SOCKET_BAD_PORT: row("use", "EINVAL", 10022, "the port is not a whole number from 1 to 65535"),
  ERR_SOCKET_BAD_HOST: row(
    "use",
    "EINVAL",
    10022,
    "the host name is empty or holds characters that no host name has",
  ),
  ERR_SOCKET_WRONG_STATE: row("use", "ENOTCONN", 10057, "the socket is not in a state for this call"),
  ERR_SOCKET_ABORTED: row("use", "ECANCELED", 10004, "the caller's signal ended the operation"),

  // Finding the address.
  ERR_SOCKET_HOST_NOT_FOUND: row("resolve", none, 11001, "the host name does not exist"),
  ERR_SOCKET_HOST_NO_ADDRESS: row(
    "resolve",
    none,
    11004,
    "the host name exists but has no address of the kind asked for",
  ),
  ERR_SOCKET_RESOLVE_TRY_AGAIN: row("resolve", none, 11002, "the name server could not answer now"),
  ERR_SOCKET_RESOLVE_FAILED: row("resolve", none, 11003, "the name server refused or failed for good"),

  // Reaching the address.
  ERR_SOCKET_REFUSED: row("connect", "ECONNREFUSED", 10061, "nothing listens on this address and port"),
  ERR_SOCKET_HOST_UNREACHABLE: row("connect", "EHOSTUNREACH", 10065, "no route to the host"),
  ERR_SOCKET_HOST_DOWN: row("connect", "EHOSTDOWN", 10064, "the host is down"),
  ERR_SOCKET_NETWORK_UNREACHABLE: row("connect", "ENETUNREACH", 10051, "no route to the network"),
  ERR_SOCKET_NETWORK_DOWN: row("connect", "ENETDOWN", 10050, "the local network is down"),
  ERR_SOCKET_ADDRESS_IN_USE: row("connect", "EADDRINUSE", 10048, "the local address and port are in use"),
  ERR_SOCKET_ADDRESS_NOT_AVAILABLE: row(
    "connect",
    "EADDRNOTAVAIL",
    10049,
    "the local address does not belong to this machine",
  ),
  ERR_SOCKET_ACCESS_DENIED: row(
    "connect",
    "EACCES",
    10013,
    "the system does not permit this address or port",
  ),
  ERR_SOCKET_NO_SUCH_PATH: row("connect", "ENOENT", none, "no socket has this path"),
  ERR_SOCKET_FAMILY_UNSUPPORTED: row(
    "connect",
    "EAFNOSUPPORT",
    10047,
    "the address family is not supported here",
  ),
  ERR_SOCKET_PROTOCOL_UNSUPPORTED: row(
    "connect",
    "EPROTONOSUPPORT",
    10043,
    "the protocol is not supported here",
  ),
  ERR_SOCKET_TYPE_UNSUPPORTED: row("connect", none, 10044, "the socket type is not supported here"),
  ERR_SOCKET_PROTOCOL_FAMILY_UNSUPPORTED: row(
    "connect",
    none,
    10046,
    "the protocol family is not supported here",
  ),
  ERR_SOCKET_WRONG_PROTOCOL_TYPE: row("connect", "EPROTOTYPE", 10041, "the protocol does not fit the socket"),
  ERR_SOCKET_TOO_MANY_OPEN: row("connect", "EMFILE", 10024, "too many files or sockets are open"),
  ERR_SOCKET_NO_BUFFERS: row("connect", "ENOBUFS", 10055, "the system has no buffer space left"),
  ERR_SOCKET_OUT_OF_MEMORY: row("connect", "ENOMEM", 10055, "the system has no memory left"),
  ERR_SOCKET_ALREADY_CONNECTED: row("connect", "EISCONN", 10056, "the socket is connected already"),
  ERR_SOCKET_ALREADY: row("connect", "EALREADY", 10037, "the operation is under way already"),
  ERR_SOCKET_IN_PROGRESS: row("connect", "EINPROGRESS", 10036, "a blocking operation is under way"),
  ERR_SOCKET_NO_DESTINATION: row("connect", "EDESTADDRREQ", 10039, "a destination address is missing"),
  ERR_SOCKET_NAME_TOO_LONG: row("connect", "ENAMETOOLONG", 10063, "the name or path is too long"),
  ERR_SOCKET_TOO_MANY_LINKS: row("connect", "ELOOP", 10062, "the path has too many links"),
  ERR_SOCKET_NOT_EMPTY: row("connect", "ENOTEMPTY", 10066, "the directory is not empty"),
  ERR_SOCKET_TOO_MANY_PROCESSES: row("connect", none, 10067, "too many processes use sockets"),
  ERR_SOCKET_QUOTA: row("connect", "EDQUOT", 10069, "a quota of the system is used up"),
  ERR_SOCKET_STALE: row("connect", "ESTALE", 10070, "the handle is stale"),

  // While connected.
  ERR_SOCKET_RESET: row("transfer", "ECONNRESET", 10054, "the peer reset the connection"),
  ERR_SOCKET_CONNECTION_ABORTED: row(
    "transfer",
    "ECONNABORTED",
    10053,
    "the local system gave the connection up",
  ),
  ERR_SOCKET_NETWORK_RESET: row("transfer", "ENETRESET", 10052, "the network dropped the connection"),
  ERR_SOCKET_BROKEN_PIPE: row("transfer", "EPIPE", 10058, "the peer no longer takes octets"),
  ERR_SOCKET_CLOSED: row(
    "transfer",
    "ECONNRESET",
    10054,
    "the peer closed the connection before the operation was done",
  ),
  ERR_SOCKET_NOT_CONNECTED: row("transfer", "ENOTCONN", 10057, "the socket is not connected"),
  ERR_SOCKET_SHUT_DOWN: row("transfer", "ESHUTDOWN", 10058, "this direction of the socket was shut down"),
  ERR_SOCKET_MESSAGE_TOO_LONG: row("transfer", "EMSGSIZE", 10040, "the datagram is too long"),
  ERR_SOCKET_WOULD_BLOCK: row("transfer", "EWOULDBLOCK", 10035, "the operation would have to wait"),
  ERR_SOCKET_INTERRUPTED: row("transfer", "EINTR", 10004, "the system call was interrupted"),
  ERR_SOCKET_BAD_HANDLE: row("transfer", "EBADF", 10009, "the handle is not open"),
  ERR_SOCKET_NOT_A_SOCKET: row("transfer", "ENOTSOCK", 10038, "the handle is not a socket"),
  ERR_SOCKET_BAD_ADDRESS: row("transfer", "EFAULT", 10014, "a memory address is not valid"),
  ERR_SOCKET_INVALID: row("transfer", "EINVAL", 10022, "the system refused an argument"),
  ERR_SOCKET_BAD_PROTOCOL_OPTION: row("transfer", "ENOPROTOOPT", 10042, "the protocol has no such option"),
  ERR_SOCKET_UNSUPPORTED: row("transfer", "EOPNOTSUPP", 10045, "the operation is not supported here"),
  ERR_SOCKET_IO: row("transfer", "EIO", none, "the system reported an input/output error"),
  ERR_SOCKET_UNKNOWN: row("transfer", none, none, "an error without a code of its own; the cause tells more"),

  // Time ran out.
  ERR_SOCKET_TIMED_OUT: row("timeout", "ETIMEDOUT", 10060, "the system gave up waiting for the peer"),
  ERR_SOCKET_CONNECT_TIMEOUT: row("timeout", "ETIMEDOUT", 10060, "no connection within connectTimeoutMs"),
  ERR_SOCKET_IDLE_TIMEOUT: row("timeout", "ETIMEDOUT", 10060, "no octet came or went within idleTimeoutMs"),
  ERR_SOCKET_TOTAL_TIMEOUT: row(
    "timeout",
    "ETIMEDOUT",
    10060,
    "the connection was open longer than totalTimeoutMs",
  ),
  ERR_SOCKET_TLS_TIMEOUT: row(
    "timeout",
    "ETIMEDOUT",
    10060,
    "the TLS handshake took longer than handshakeTimeoutMs",
  ),
  ERR_SOCKET_PROXY_TIMEOUT: row(
    "timeout",
    "ETIMEDOUT",
    10060,
    "the proxy did not answer within connectTimeoutMs",
  ),
  ERR_SOCKET_DNS_TIMEOUT: row("timeout", "ETIMEDOUT", 10060, "no name server answered in time"),

  // The handshake.
  ERR_SOCKET_TLS_LEFTOVER: row(
    "tls",
    "EPROTO",
    10053,
    "octets were waiting unread when TLS should begin; someone may have put them there",
  ),
  ERR_SOCKET_TLS_CLOSED: row(
    "tls",
    "ECONNRESET",
    10054,
    "the peer closed the connection during the TLS handshake",
  ),
  ERR_SOCKET_TLS_NOT_TLS: row(
    "tls",
    "EPROTO",
    10053,
    "the peer answered the TLS handshake with something that is not TLS",
  ),
  ERR_SOCKET_TLS_VERSION: row("tls", "EPROTO", 10053, "no TLS version that both sides accept"),
  ERR_SOCKET_TLS_CIPHER: row("tls", "EPROTO", 10053, "no cipher suite or group that both sides accept"),
  ERR_SOCKET_TLS_ALPN: row("tls", "EPROTO", 10053, "no application protocol that both sides accept"),
  ERR_SOCKET_TLS_ALERT: row("tls", "EPROTO", 10053, "the peer ended TLS with an alert"),
  ERR_SOCKET_TLS_CLIENT_CERTIFICATE: row(
    "tls",
    "EPROTO",
    10053,
    "the peer wants a client certificate or refused the one it got",
  ),
  ERR_SOCKET_TLS_PROTOCOL: row(
    "tls",
    "EPROTO",
    10053,
    "the TLS octets from the peer are broken or were altered",
  ),
  ERR_SOCKET_TLS_OPTION: row(
    "tls",
    "EINVAL",
    10022,
    "the TLS library refused an option: version, cipher, group, certificate or key",
  ),

  // The certificate of the peer.
  ERR_SOCKET_CERTIFICATE_MISSING: row("certificate", "EPROTO", 10053, "the peer showed no certificate"),
  ERR_SOCKET_CERTIFICATE_EXPIRED: row(
    "certificate",
    "EPROTO",
    10053,
    "a certificate of the chain has expired",
  ),
  ERR_SOCKET_CERTIFICATE_NOT_YET_VALID: row(
    "certificate",
    "EPROTO",
    10053,
    "a certificate of the chain is not valid yet",
  ),
  ERR_SOCKET_CERTIFICATE_SELF_SIGNED: row(
    "certificate",
    "EPROTO",
    10053,
    "the chain ends in a self-signed certificate that is not trusted",
  ),
  ERR_SOCKET_CERTIFICATE_UNKNOWN_ISSUER: row(
    "certificate",
    "EPROTO",
    10053,
    "the issuer of the certificate is not known",
  ),
  ERR_SOCKET_CERTIFICATE_HOST_MISMATCH: row(
    "certificate",
    "EPROTO",
    10053,
    "the certificate is for another host (RFC 9525)",
  ),
  ERR_SOCKET_CERTIFICATE_PURPOSE: row("certificate", "EPROTO", 10053, "the certificate is not for this use"),
  ERR_SOCKET_CERTIFICATE_INVALID_CA: row(
    "certificate",
    "EPROTO",
    10053,
    "the certificate was issued by one that may not issue",
  ),
  ERR_SOCKET_CERTIFICATE_SIGNATURE: row("certificate", "EPROTO", 10053, "a signature in the chain is wrong"),
  ERR_SOCKET_CERTIFICATE_WEAK: row(
    "certificate",
    "EPROTO",
    10053,
    "a key or a digest in the chain is too weak",
  ),
  ERR_SOCKET_CERTIFICATE_REVOKED: row(
    "certificate",
    "EPROTO",
    10053,
    "a certificate of the chain was revoked",
  ),
  ERR_SOCKET_CERTIFICATE_UNTRUSTED: row("certificate", "EPROTO", 10053, "the chain could not be verified"),
  ERR_SOCKET_CERTIFICATE_MALFORMED: row("certificate", "EPROTO", 10053, "the certificate cannot be read"),
  ERR_SOCKET_CERTIFICATE_PIN: row(
    "certificate",
    "EPROTO",
    10053,
    "the certificate is not one of the pinned ones",
  ),
  ERR_SOCKET_CERTIFICATE_DENIED: row("certificate", "EPROTO", 10053, "the certificate is on the deny list"),
  ERR_SOCKET_CERTIFICATE_REFUSED: row(
    "certificate",
    "EPROTO",
    10053,
    "the caller's onCertificate refused the certificate",
  ),

  // Certificate and key files.
  ERR_SOCKET_FILE_UNREADABLE: row("file", "ENOENT", none, "the certificate or key file cannot be read"),
  ERR_SOCKET_FILE_FORMAT: row(
    "file",
    "EINVAL",
    10022,
    "the file is in no known certificate or key format, or is damaged",
  ),
  ERR_SOCKET_FILE_PASSWORD: row("file", "EACCES", 10013, "the password of the file is wrong or missing"),
  ERR_SOCKET_FILE_NO_KEY: row("file", "EINVAL", 10022, "there is a certificate but no private key"),
  ERR_SOCKET_FILE_NO_CERTIFICATE: row("file", "EINVAL", 10022, "the file holds no certificate"),
  ERR_SOCKET_FILE_KEY_MISMATCH: row(
    "file",
    "EINVAL",
    10022,
    "the private key does not belong to the certificate",
  ),
  ERR_SOCKET_FILE_NO_ENTRY: row("file", "ENOENT", none, "the store holds no entry of this name"),
  ERR_SOCKET_FILE_UNSUPPORTED: row(
    "file",
    "ENOTSUP",
    10045,
    "this certificate or key format is known but cannot be used here",
  ),
  ERR_SOCKET_FILE_LEGACY: row(
    "file",
    "ENOTSUP",
    10045,
    "the PFX uses RC2 or 3DES, which OpenSSL 3 refuses; load it through @wirepost/socket-core/certificates",
  ),

  // Proxies.
  ERR_SOCKET_PROXY_REFUSED: row("proxy", "ECONNREFUSED", 10061, "the proxy refused without a closer reason"),
  ERR_SOCKET_PROXY_AUTH_REQUIRED: row(
    "proxy",
    "EACCES",
    10013,
    "the proxy wants a login and none was given, or none of its methods is known",
  ),
  ERR_SOCKET_PROXY_AUTH_FAILED: row("proxy", "EACCES", 10013, "the proxy refused the login"),
  ERR_SOCKET_PROXY_NOT_ALLOWED: row(
    "proxy",
    "EACCES",
    10013,
    "the rules of the proxy do not permit this destination",
  ),
  ERR_SOCKET_PROXY_NETWORK_UNREACHABLE: row(
    "proxy",
    "ENETUNREACH",
    10051,
    "the proxy has no route to the network",
  ),
  ERR_SOCKET_PROXY_HOST_UNREACHABLE: row(
    "proxy",
    "EHOSTUNREACH",
    10065,
    "the proxy cannot reach or resolve the destination",
  ),
  ERR_SOCKET_PROXY_TARGET_REFUSED: row(
    "proxy",
    "ECONNREFUSED",
    10061,
    "the destination refused the proxy's connection",
  ),
  ERR_SOCKET_PROXY_TARGET_TIMEOUT: row(
    "proxy",
    "ETIMEDOUT",
    10060,
    "the destination did not answer the proxy in time",
  ),
  ERR_SOCKET_PROXY_UNSUPPORTED: row(
    "proxy",
    "EOPNOTSUPP",
    10045,
    "the proxy does not support this command or address type",
  ),
  ERR_SOCKET_PROXY_PROTOCOL: row(
    "proxy",
    "EPROTO",
    10053,
    "the answer of the proxy is not what its protocol prescribes",
  ),
  ERR_SOCKET_PROXY_CLOSED: row(
    "proxy",
    "ECONNRESET",
    10054,
    "the proxy closed the connection before it answered",
  ),

  // DNS queries of the ./dns door.
  ERR_SOCKET_DNS_NAME: row(
    "dns",
    "EINVAL",
    10022,
    "the name cannot be asked for: empty, too long, or a label over 63 octets",
  ),
  ERR_SOCKET_DNS_SERVFAIL: row(
    "dns",
    none,
    11002,
    "the name server failed (SERVFAIL), perhaps because DNSSEC validation did",
  ),
  ERR_SOCKET_DNS_REFUSED: row("dns", none, 11003, "the name server refused the query or does not know it"),
  ERR_SOCKET_DNS_PROTOCOL: row("dns", "EPROTO", 11003, "the name server's answer is broken"),
  ERR_SOCKET_DNS_NO_SERVERS: row("dns", none, 11003, "no name server is configured"),

  // Revocation.
  ERR_SOCKET_REVOCATION_UNKNOWN: row(
    "revocation",
    "EPROTO",
    10053,
    "whether the certificate was revoked could not be found out, and the mode is hard",
  ),
} as const satisfies Record<string, SocketErrorRow>;

/** The stable codes. */
export type SocketErrorCode = keyof typeof SOCKET_ERRORS;
