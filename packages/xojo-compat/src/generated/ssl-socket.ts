// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { integer, object, text, truth } from "../language/coerce.js";
import { guardSpelling } from "../language/spelling.js";
import { socketStates } from "../sockets/socket-state.js";
import { TCPSocket } from "./tcp-socket.js";

/** The oldest version of TLS to be spoken. `SSLv23` is any. */
export const SSLConnectionTypes = { SSLv23: 1, TLSv1: 3, TLSv11: 4, TLSv12: 5, TLSv13: 6 } as const;

/**
 * A TCP connection that may speak TLS. Certificates are always verified against the system's authorities.
 */
export class SSLSocket extends TCPSocket {
  /** The oldest version of TLS to be spoken. `SSLv23` is any. */
  static readonly SSLConnectionTypes = SSLConnectionTypes;
  /** Not spoken any more; assigning it throws. */
  static readonly SSLv2 = 0;
  /** Any version. */
  static readonly SSLv23 = 1;
  /** Not spoken any more; assigning it throws. */
  static readonly SSLv3 = 2;
  /** TLS 1.0 or newer; the default. */
  static readonly TLSv1 = 3;
  /** TLS 1.1 or newer. */
  static readonly TLSv11 = 4;
  /** TLS 1.2 or newer. */
  static readonly TLSv12 = 5;

  static {
    guardSpelling(SSLSocket);
  }

  constructor() {
    super();
    // A misspelt member of ours must not become a new one; a subclass has members of its own.
    if (new.target === SSLSocket) Object.preventExtensions(this);
  }

  /**
   * Whether TLS is spoken. Set on a plain connection of Connect, the handshake begins at once. A connection
   * that has TLS keeps it when this is set to false.
   */
  get SSLEnabled(): boolean {
    return socketStates.of(this).sslEnabled;
  }
  set SSLEnabled(value: boolean) {
    socketStates.of(this).sslEnabled = truth("SSLEnabled", value);
  }
  /** The spelling of API 1 of SSLEnabled. */
  get Secure(): boolean {
    return this.SSLEnabled;
  }
  set Secure(value: boolean) {
    this.SSLEnabled = value;
  }

  /**
   * The version of TLS, for the next connection. Means "that version or newer"; configureSocket(socket, {
   * strictConnectionType: true }) takes it literally.
   *
   * @throws RuntimeException for SSLv2, SSLv3 and unknown numbers
   */
  get SSLConnectionType(): number {
    return socketStates.of(this).connectionType;
  }
  set SSLConnectionType(value: number) {
    socketStates.of(this).connectionType = integer("SSLConnectionType", value);
  }
  /** The spelling of API 1 of SSLConnectionType. */
  get ConnectionType(): number {
    return this.SSLConnectionType;
  }
  set ConnectionType(value: number) {
    this.SSLConnectionType = value;
  }

  /** This side's certificate with its key, in any usual format. */
  get CertificateFile(): { readonly NativePath: string } | null {
    return socketStates.of(this).certificateFile;
  }
  set CertificateFile(value: { readonly NativePath: string } | null) {
    socketStates.of(this).certificateFile = object("CertificateFile", value);
  }

  /** The password of CertificateFile. */
  get CertificatePassword(): string {
    return socketStates.of(this).certificatePassword;
  }
  set CertificatePassword(value: string) {
    socketStates.of(this).certificatePassword = text("CertificatePassword", value);
  }

  /** Certificates that are refused: PEM, or fingerprints and serial numbers by line. */
  get CertificateRejectionFile(): { readonly NativePath: string } | null {
    return socketStates.of(this).rejectionFile;
  }
  set CertificateRejectionFile(value: { readonly NativePath: string } | null) {
    socketStates.of(this).rejectionFile = object("CertificateRejectionFile", value);
  }

  /** True while the connection has TLS. */
  get SSLConnected(): boolean {
    return socketStates.of(this).sslConnected;
  }

  /** True during the handshake. */
  get SSLConnecting(): boolean {
    return socketStates.of(this).sslConnecting;
  }
}
