import type { TlsSettings } from "@wirepost/smtp-client";
import type { TlsVersion } from "@wirepost/socket-core";
import { RuntimeException } from "../errors.js";
import type { SocketOptions } from "./socket-options.js";

/** SSLConnectionTypes as versions. The oldest that any server of today still speaks is TLS 1.0. */
const VERSIONS: Readonly<Record<number, TlsVersion>> = {
  1: "TLSv1",
  3: "TLSv1",
  4: "TLSv1.1",
  5: "TLSv1.2",
  6: "TLSv1.3",
};
const ANY_VERSION = 1;

/** @throws RuntimeException ERR_XOJO_VALUE for SSL 2 and 3, which nobody speaks, and for numbers without a meaning */
export function checkConnectionType(value: number): number {
  if (VERSIONS[value] !== undefined) return value;
  const what =
    value === 0 || value === 2
      ? "SSL 2 and SSL 3 are not spoken any more"
      : `${value} is no SSLConnectionType`;
  throw new RuntimeException(`${what}: take SSLSocket.SSLConnectionTypes`, { code: "ERR_XOJO_VALUE" });
}

/** What the members say about TLS. */
export interface TlsMembers {
  readonly connectionType: number;
  readonly certificateFile: { readonly NativePath: string } | null;
  readonly certificatePassword: string;
  readonly rejectionFile: { readonly NativePath: string } | null;
  readonly options: SocketOptions;
}

/** What the core is told about TLS. */
export type TlsChoice = Omit<TlsSettings, "policy">;

/** The settings for the core; files are read. @throws SocketError of the group file */
export async function chooseTls(members: TlsMembers): Promise<TlsChoice> {
  const { connectionType, certificateFile, rejectionFile, options } = members;
  const version = VERSIONS[connectionType] as TlsVersion;
  const exact = options.strictConnectionType === true && connectionType !== ANY_VERSION;
  const settings: { -readonly [Key in keyof TlsSettings]: TlsSettings[Key] } = { minVersion: version };
  if (exact) {
    settings.maxVersion = version;
    // OpenSSL 3 takes the signatures of these versions at no higher level.
    if (version === "TLSv1" || version === "TLSv1.1") settings.ciphers = "DEFAULT@SECLEVEL=0";
  }
  if (certificateFile !== null || rejectionFile !== null) {
    const { loadCertificate, loadDenyList } = await import("@wirepost/socket-core/certificates");
    if (certificateFile !== null) {
      const password = members.certificatePassword === "" ? undefined : members.certificatePassword;
      Object.assign(settings, (await loadCertificate(certificateFile.NativePath, { password })).tls);
    }
    if (rejectionFile !== null) settings.denied = await loadDenyList(rejectionFile.NativePath);
  }
  return { ...settings, ...options.tls };
}
