// For people who connect.

export type { CertificateFingerprints, CertificateInfo } from "./certificate/certificate-info.js";
export { readCertificate } from "./certificate/certificate-info.js";
export type { DistinguishedName, NameAttribute } from "./certificate/distinguished-name.js";
export type { CertificateExtensions, SubjectAlternativeName } from "./certificate/extensions.js";
// Certificates as data.
export { isIssuedBy } from "./certificate/signed-object.js";
export type { ConnectOptions, ConnectStep } from "./connect.js";
export { connect } from "./connect.js";
export type { SocketErrorCode, SocketErrorRow } from "./error-table.js";
// Errors.
export { SOCKET_ERRORS } from "./error-table.js";
export type { SocketErrorDetails, SocketPhase } from "./errors.js";
export { codeFromNode, fromNodeError, platformNumber, SocketError } from "./errors.js";
export type { SocketReceiver } from "./inbox.js";
export type { ListenOptions } from "./listen.js";
export { acceptOne, Listener, listen } from "./listen.js";
export type { ProxyOptions, ProxyType } from "./proxy/proxy-options.js";
export type { HostAddress, LookupFunction } from "./resolve-host.js";
export type { SocketSettings } from "./socket.js";
export { Socket } from "./socket.js";
export { certificateMatchesHost } from "./tls/host-check.js";
export type { StoredTlsSession, TlsSessionStore } from "./tls/session-store.js";
export { MemoryTlsSessionStore } from "./tls/session-store.js";
export type { ChannelBindingType, TlsCipher, TlsInfo, TlsKeyExchange } from "./tls/tls-info.js";
export type {
  CertificateSource,
  RevocationChecker,
  RevocationQuestion,
  TlsOptions,
  TlsVersion,
} from "./tls/tls-options.js";
