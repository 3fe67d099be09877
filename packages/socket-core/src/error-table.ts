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
  readonly errno?: string;
  /** WinSock number, 10004 to 11004. Absent where WinSock has no such error. */
  readonly winsock?: number;
  /** The first words of every message with this code. */
  readonly meaning: string;
}

/**
 * Every error of this package: stable code, POSIX name, WinSock number, meaning. Facades map their historical
 * numbers from this table and own no table of causes.
 */
export const SOCKET_ERRORS = {
  // You called it wrongly.
  ERR_SOCKET_UNKNOWN_OPTION: {
    group: "use",
    errno: "EINVAL",
    winsock: 10022,
    meaning: "an option of this name does not exist",
  },
  ERR_SOCKET_BAD_OPTION: {
    group: "use",
    errno: "EINVAL",
    winsock: 10022,
    meaning: "the value of an option is not valid",
  },
  ERR_SOCKET_BAD_PORT: {
    group: "use",
    errno: "EINVAL",
    winsock: 10022,
    meaning: "the port is not a whole number from 1 to 65535",
  },
  ERR_SOCKET_BAD_HOST: {
    group: "use",
    errno: "EINVAL",
    winsock: 10022,
    meaning: "the host name is empty or holds characters that no host name has",
  },
  ERR_SOCKET_WRONG_STATE: {
    group: "use",
    errno: "ENOTCONN",
    winsock: 10057,
    meaning: "the socket is not in a state for this call",
  },
  ERR_SOCKET_ABORTED: {
    group: "use",
    errno: "ECANCELED",
    winsock: 10004,
    meaning: "the caller's signal ended the operation",
  },

  // Finding the address.
  ERR_SOCKET_HOST_NOT_FOUND: { group: "resolve", winsock: 11001, meaning: "the host name does not exist" },
  ERR_SOCKET_HOST_NO_ADDRESS: {
    group: "resolve",
    winsock: 11004,
    meaning: "the host name exists but has no address of the kind asked for",
  },
  ERR_SOCKET_RESOLVE_TRY_AGAIN: {
    group: "resolve",
    winsock: 11002,
    meaning: "the name server could not answer now",
  },
  ERR_SOCKET_RESOLVE_FAILED: {
    group: "resolve",
    winsock: 11003,
    meaning: "the name server refused or failed for good",
  },

  // Reaching the address.
  ERR_SOCKET_REFUSED: {
    group: "connect",
    errno: "ECONNREFUSED",
    winsock: 10061,
    meaning: "nothing listens on this address and port",
  },
  ERR_SOCKET_HOST_UNREACHABLE: {
    group: "connect",
    errno: "EHOSTUNREACH",
    winsock: 10065,
    meaning: "no route to the host",
  },
  ERR_SOCKET_HOST_DOWN: { group: "connect", errno: "EHOSTDOWN", winsock: 10064, meaning: "the host is down" },
  ERR_SOCKET_NETWORK_UNREACHABLE: {
    group: "connect",
    errno: "ENETUNREACH",
    winsock: 10051,
    meaning: "no route to the network",
  },
  ERR_SOCKET_NETWORK_DOWN: {
    group: "connect",
    errno: "ENETDOWN",
    winsock: 10050,
    meaning: "the local network is down",
  },
  ERR_SOCKET_ADDRESS_IN_USE: {
    group: "connect",
    errno: "EADDRINUSE",
    winsock: 10048,
    meaning: "the local address and port are in use",
  },
  ERR_SOCKET_ADDRESS_NOT_AVAILABLE: {
    group: "connect",
    errno: "EADDRNOTAVAIL",
    winsock: 10049,
    meaning: "the local address does not belong to this machine",
  },
  ERR_SOCKET_ACCESS_DENIED: {
    group: "connect",
    errno: "EACCES",
    winsock: 10013,
    meaning: "the system does not permit this address or port",
  },
  ERR_SOCKET_NO_SUCH_PATH: { group: "connect", errno: "ENOENT", meaning: "no socket has this path" },
  ERR_SOCKET_FAMILY_UNSUPPORTED: {
    group: "connect",
    errno: "EAFNOSUPPORT",
    winsock: 10047,
    meaning: "the address family is not supported here",
  },
  ERR_SOCKET_PROTOCOL_UNSUPPORTED: {
    group: "connect",
    errno: "EPROTONOSUPPORT",
    winsock: 10043,
    meaning: "the protocol is not supported here",
  },
  ERR_SOCKET_TYPE_UNSUPPORTED: {
    group: "connect",
    winsock: 10044,
    meaning: "the socket type is not supported here",
  },
  ERR_SOCKET_PROTOCOL_FAMILY_UNSUPPORTED: {
    group: "connect",
    winsock: 10046,
    meaning: "the protocol family is not supported here",
  },
  ERR_SOCKET_WRONG_PROTOCOL_TYPE: {
    group: "connect",
    errno: "EPROTOTYPE",
    winsock: 10041,
    meaning: "the protocol does not fit the socket",
  },
  ERR_SOCKET_TOO_MANY_OPEN: {
    group: "connect",
    errno: "EMFILE",
    winsock: 10024,
    meaning: "too many files or sockets are open",
  },
  ERR_SOCKET_NO_BUFFERS: {
    group: "connect",
    errno: "ENOBUFS",
    winsock: 10055,
    meaning: "the system has no buffer space left",
  },
  ERR_SOCKET_OUT_OF_MEMORY: {
    group: "connect",
    errno: "ENOMEM",
    winsock: 10055,
    meaning: "the system has no memory left",
  },
  ERR_SOCKET_ALREADY_CONNECTED: {
    group: "connect",
    errno: "EISCONN",
    winsock: 10056,
    meaning: "the socket is connected already",
  },
  ERR_SOCKET_ALREADY: {
    group: "connect",
    errno: "EALREADY",
    winsock: 10037,
    meaning: "the operation is under way already",
  },
  ERR_SOCKET_IN_PROGRESS: {
    group: "connect",
    errno: "EINPROGRESS",
    winsock: 10036,
    meaning: "a blocking operation is under way",
  },
  ERR_SOCKET_NO_DESTINATION: {
    group: "connect",
    errno: "EDESTADDRREQ",
    winsock: 10039,
    meaning: "a destination address is missing",
  },
  ERR_SOCKET_NAME_TOO_LONG: {
    group: "connect",
    errno: "ENAMETOOLONG",
    winsock: 10063,
    meaning: "the name or path is too long",
  },
  ERR_SOCKET_TOO_MANY_LINKS: {
    group: "connect",
    errno: "ELOOP",
    winsock: 10062,
    meaning: "the path has too many links",
  },
  ERR_SOCKET_NOT_EMPTY: {
    group: "connect",
    errno: "ENOTEMPTY",
    winsock: 10066,
    meaning: "the directory is not empty",
  },
  ERR_SOCKET_TOO_MANY_PROCESSES: {
    group: "connect",
    winsock: 10067,
    meaning: "too many processes use sockets",
  },
  ERR_SOCKET_QUOTA: {
    group: "connect",
    errno: "EDQUOT",
    winsock: 10069,
    meaning: "a quota of the system is used up",
  },
  ERR_SOCKET_STALE: { group: "connect", errno: "ESTALE", winsock: 10070, meaning: "the handle is stale" },

  // While connected.
  ERR_SOCKET_RESET: {
    group: "transfer",
    errno: "ECONNRESET",
    winsock: 10054,
    meaning: "the peer reset the connection",
  },
  ERR_SOCKET_CONNECTION_ABORTED: {
    group: "transfer",
    errno: "ECONNABORTED",
    winsock: 10053,
    meaning: "the local system gave the connection up",
  },
  ERR_SOCKET_NETWORK_RESET: {
    group: "transfer",
    errno: "ENETRESET",
    winsock: 10052,
    meaning: "the network dropped the connection",
  },
  ERR_SOCKET_BROKEN_PIPE: {
    group: "transfer",
    errno: "EPIPE",
    winsock: 10058,
    meaning: "the peer no longer takes octets",
  },
  ERR_SOCKET_CLOSED: {
    group: "transfer",
    errno: "ECONNRESET",
    winsock: 10054,
    meaning: "the peer closed the connection before the operation was done",
  },
  ERR_SOCKET_NOT_CONNECTED: {
    group: "transfer",
    errno: "ENOTCONN",
    winsock: 10057,
    meaning: "the socket is not connected",
  },
  ERR_SOCKET_SHUT_DOWN: {
    group: "transfer",
    errno: "ESHUTDOWN",
    winsock: 10058,
    meaning: "this direction of the socket was shut down",
  },
  ERR_SOCKET_MESSAGE_TOO_LONG: {
    group: "transfer",
    errno: "EMSGSIZE",
    winsock: 10040,
    meaning: "the datagram is too long",
  },
  ERR_SOCKET_WOULD_BLOCK: {
    group: "transfer",
    errno: "EWOULDBLOCK",
    winsock: 10035,
    meaning: "the operation would have to wait",
  },
  ERR_SOCKET_INTERRUPTED: {
    group: "transfer",
    errno: "EINTR",
    winsock: 10004,
    meaning: "the system call was interrupted",
  },
  ERR_SOCKET_BAD_HANDLE: {
    group: "transfer",
    errno: "EBADF",
    winsock: 10009,
    meaning: "the handle is not open",
  },
  ERR_SOCKET_NOT_A_SOCKET: {
    group: "transfer",
    errno: "ENOTSOCK",
    winsock: 10038,
    meaning: "the handle is not a socket",
  },
  ERR_SOCKET_BAD_ADDRESS: {
    group: "transfer",
    errno: "EFAULT",
    winsock: 10014,
    meaning: "a memory address is not valid",
  },
  ERR_SOCKET_INVALID: {
    group: "transfer",
    errno: "EINVAL",
    winsock: 10022,
    meaning: "the system refused an argument",
  },
  ERR_SOCKET_BAD_PROTOCOL_OPTION: {
    group: "transfer",
    errno: "ENOPROTOOPT",
    winsock: 10042,
    meaning: "the protocol has no such option",
  },
  ERR_SOCKET_UNSUPPORTED: {
    group: "transfer",
    errno: "EOPNOTSUPP",
    winsock: 10045,
    meaning: "the operation is not supported here",
  },
  ERR_SOCKET_IO: { group: "transfer", errno: "EIO", meaning: "the system reported an input/output error" },
  ERR_SOCKET_UNKNOWN: {
    group: "transfer",
    meaning: "an error without a code of its own; the cause tells more",
  },

  // Time ran out.
  ERR_SOCKET_TIMED_OUT: {
    group: "timeout",
    errno: "ETIMEDOUT",
    winsock: 10060,
    meaning: "the system gave up waiting for the peer",
  },
  ERR_SOCKET_CONNECT_TIMEOUT: {
    group: "timeout",
    errno: "ETIMEDOUT",
    winsock: 10060,
    meaning: "no connection within connectTimeoutMs",
  },
  ERR_SOCKET_IDLE_TIMEOUT: {
    group: "timeout",
    errno: "ETIMEDOUT",
    winsock: 10060,
    meaning: "no octet came or went within idleTimeoutMs",
  },
  ERR_SOCKET_TOTAL_TIMEOUT: {
    group: "timeout",
    errno: "ETIMEDOUT",
    winsock: 10060,
    meaning: "the connection was open longer than totalTimeoutMs",
  },
  ERR_SOCKET_TLS_TIMEOUT: {
    group: "timeout",
    errno: "ETIMEDOUT",
    winsock: 10060,
    meaning: "the TLS handshake took longer than handshakeTimeoutMs",
  },
  ERR_SOCKET_PROXY_TIMEOUT: {
    group: "timeout",
    errno: "ETIMEDOUT",
    winsock: 10060,
    meaning: "the proxy did not answer within connectTimeoutMs",
  },
  ERR_SOCKET_DNS_TIMEOUT: {
    group: "timeout",
    errno: "ETIMEDOUT",
    winsock: 10060,
    meaning: "no name server answered in time",
  },

  // The handshake.
  ERR_SOCKET_TLS_LEFTOVER: {
    group: "tls",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "octets were waiting unread when TLS should begin; someone may have put them there",
  },
  ERR_SOCKET_TLS_CLOSED: {
    group: "tls",
    errno: "ECONNRESET",
    winsock: 10054,
    meaning: "the peer closed the connection during the TLS handshake",
  },
  ERR_SOCKET_TLS_NOT_TLS: {
    group: "tls",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the peer answered the TLS handshake with something that is not TLS",
  },
  ERR_SOCKET_TLS_VERSION: {
    group: "tls",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "no TLS version that both sides accept",
  },
  ERR_SOCKET_TLS_CIPHER: {
    group: "tls",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "no cipher suite or group that both sides accept",
  },
  ERR_SOCKET_TLS_ALPN: {
    group: "tls",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "no application protocol that both sides accept",
  },
  ERR_SOCKET_TLS_ALERT: {
    group: "tls",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the peer ended TLS with an alert",
  },
  ERR_SOCKET_TLS_CLIENT_CERTIFICATE: {
    group: "tls",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the peer wants a client certificate or refused the one it got",
  },
  ERR_SOCKET_TLS_PROTOCOL: {
    group: "tls",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the TLS octets from the peer are broken or were altered",
  },
  ERR_SOCKET_TLS_OPTION: {
    group: "tls",
    errno: "EINVAL",
    winsock: 10022,
    meaning: "the TLS library refused an option: version, cipher, group, certificate or key",
  },

  // The certificate of the peer.
  ERR_SOCKET_CERTIFICATE_MISSING: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the peer showed no certificate",
  },
  ERR_SOCKET_CERTIFICATE_EXPIRED: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "a certificate of the chain has expired",
  },
  ERR_SOCKET_CERTIFICATE_NOT_YET_VALID: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "a certificate of the chain is not valid yet",
  },
  ERR_SOCKET_CERTIFICATE_SELF_SIGNED: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the chain ends in a self-signed certificate that is not trusted",
  },
  ERR_SOCKET_CERTIFICATE_UNKNOWN_ISSUER: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the issuer of the certificate is not known",
  },
  ERR_SOCKET_CERTIFICATE_HOST_MISMATCH: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the certificate is for another host (RFC 9525)",
  },
  ERR_SOCKET_CERTIFICATE_PURPOSE: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the certificate is not for this use",
  },
  ERR_SOCKET_CERTIFICATE_INVALID_CA: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the certificate was issued by one that may not issue",
  },
  ERR_SOCKET_CERTIFICATE_SIGNATURE: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "a signature in the chain is wrong",
  },
  ERR_SOCKET_CERTIFICATE_WEAK: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "a key or a digest in the chain is too weak",
  },
  ERR_SOCKET_CERTIFICATE_REVOKED: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "a certificate of the chain was revoked",
  },
  ERR_SOCKET_CERTIFICATE_UNTRUSTED: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the chain could not be verified",
  },
  ERR_SOCKET_CERTIFICATE_MALFORMED: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the certificate cannot be read",
  },
  ERR_SOCKET_CERTIFICATE_PIN: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the certificate is not one of the pinned ones",
  },
  ERR_SOCKET_CERTIFICATE_DENIED: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the certificate is on the deny list",
  },
  ERR_SOCKET_CERTIFICATE_REFUSED: {
    group: "certificate",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the caller's onCertificate refused the certificate",
  },

  // Certificate and key files.
  ERR_SOCKET_FILE_UNREADABLE: {
    group: "file",
    errno: "ENOENT",
    meaning: "the certificate or key file cannot be read",
  },
  ERR_SOCKET_FILE_FORMAT: {
    group: "file",
    errno: "EINVAL",
    winsock: 10022,
    meaning: "the file is in no known certificate or key format, or is damaged",
  },
  ERR_SOCKET_FILE_PASSWORD: {
    group: "file",
    errno: "EACCES",
    winsock: 10013,
    meaning: "the password of the file is wrong or missing",
  },
  ERR_SOCKET_FILE_NO_KEY: {
    group: "file",
    errno: "EINVAL",
    winsock: 10022,
    meaning: "there is a certificate but no private key",
  },
  ERR_SOCKET_FILE_NO_CERTIFICATE: {
    group: "file",
    errno: "EINVAL",
    winsock: 10022,
    meaning: "the file holds no certificate",
  },
  ERR_SOCKET_FILE_KEY_MISMATCH: {
    group: "file",
    errno: "EINVAL",
    winsock: 10022,
    meaning: "the private key does not belong to the certificate",
  },
  ERR_SOCKET_FILE_NO_ENTRY: {
    group: "file",
    errno: "ENOENT",
    meaning: "the store holds no entry of this name",
  },
  ERR_SOCKET_FILE_UNSUPPORTED: {
    group: "file",
    errno: "ENOTSUP",
    winsock: 10045,
    meaning: "this certificate or key format is known but cannot be used here",
  },
  ERR_SOCKET_FILE_LEGACY: {
    group: "file",
    errno: "ENOTSUP",
    winsock: 10045,
    meaning:
      "the PFX uses RC2 or 3DES, which OpenSSL 3 refuses; load it through @wirepost/socket-core/certificates",
  },

  // Proxies.
  ERR_SOCKET_PROXY_REFUSED: {
    group: "proxy",
    errno: "ECONNREFUSED",
    winsock: 10061,
    meaning: "the proxy refused without a closer reason",
  },
  ERR_SOCKET_PROXY_AUTH_REQUIRED: {
    group: "proxy",
    errno: "EACCES",
    winsock: 10013,
    meaning: "the proxy wants a login and none was given, or none of its methods is known",
  },
  ERR_SOCKET_PROXY_AUTH_FAILED: {
    group: "proxy",
    errno: "EACCES",
    winsock: 10013,
    meaning: "the proxy refused the login",
  },
  ERR_SOCKET_PROXY_NOT_ALLOWED: {
    group: "proxy",
    errno: "EACCES",
    winsock: 10013,
    meaning: "the rules of the proxy do not permit this destination",
  },
  ERR_SOCKET_PROXY_NETWORK_UNREACHABLE: {
    group: "proxy",
    errno: "ENETUNREACH",
    winsock: 10051,
    meaning: "the proxy has no route to the network",
  },
  ERR_SOCKET_PROXY_HOST_UNREACHABLE: {
    group: "proxy",
    errno: "EHOSTUNREACH",
    winsock: 10065,
    meaning: "the proxy cannot reach or resolve the destination",
  },
  ERR_SOCKET_PROXY_TARGET_REFUSED: {
    group: "proxy",
    errno: "ECONNREFUSED",
    winsock: 10061,
    meaning: "the destination refused the proxy's connection",
  },
  ERR_SOCKET_PROXY_TARGET_TIMEOUT: {
    group: "proxy",
    errno: "ETIMEDOUT",
    winsock: 10060,
    meaning: "the destination did not answer the proxy in time",
  },
  ERR_SOCKET_PROXY_UNSUPPORTED: {
    group: "proxy",
    errno: "EOPNOTSUPP",
    winsock: 10045,
    meaning: "the proxy does not support this command or address type",
  },
  ERR_SOCKET_PROXY_PROTOCOL: {
    group: "proxy",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "the answer of the proxy is not what its protocol prescribes",
  },
  ERR_SOCKET_PROXY_CLOSED: {
    group: "proxy",
    errno: "ECONNRESET",
    winsock: 10054,
    meaning: "the proxy closed the connection before it answered",
  },

  // DNS queries of the ./dns door.
  ERR_SOCKET_DNS_NAME: {
    group: "dns",
    errno: "EINVAL",
    winsock: 10022,
    meaning: "the name cannot be asked for: empty, too long, or a label over 63 octets",
  },
  ERR_SOCKET_DNS_SERVFAIL: {
    group: "dns",
    winsock: 11002,
    meaning: "the name server failed (SERVFAIL), perhaps because DNSSEC validation did",
  },
  ERR_SOCKET_DNS_REFUSED: {
    group: "dns",
    winsock: 11003,
    meaning: "the name server refused the query or does not know it",
  },
  ERR_SOCKET_DNS_PROTOCOL: {
    group: "dns",
    errno: "EPROTO",
    winsock: 11003,
    meaning: "the name server's answer is broken",
  },
  ERR_SOCKET_DNS_NO_SERVERS: { group: "dns", winsock: 11003, meaning: "no name server is configured" },

  // Revocation.
  ERR_SOCKET_REVOCATION_UNKNOWN: {
    group: "revocation",
    errno: "EPROTO",
    winsock: 10053,
    meaning: "whether the certificate was revoked could not be found out, and the mode is hard",
  },
} as const satisfies Record<string, SocketErrorRow>;

/** The stable codes. */
export type SocketErrorCode = keyof typeof SOCKET_ERRORS;
