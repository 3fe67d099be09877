import type { TlsSettings } from "@wirepost/smtp-client";
import { stErrorOperationNotSupported } from "../error-numbers.js";
import { failureOf } from "../outcome.js";
import type { Settings } from "./settings.js";

/** The store that the control opens when it is not told. */
const PERSONAL_STORE = "MY";
/** Stores of Windows, by name or under their user or machine. */
const WINDOWS_STORE = /^(?:(?:HKCU|HKLM):)?(?:MY|CA|ROOT|ADDRESSBOOK|TRUST|UserDS)$/i;

/**
 * The client certificate of the properties; nothing where none is asked for.
 *
 * @throws SocketToolsError stErrorOperationNotSupported for a Windows store; SocketError of the group file
 */
export async function loadClientCertificate({
  certificateName,
  certificatePassword,
  certificateStore,
}: Settings): Promise<Pick<TlsSettings, "certificate" | "key">> {
  const name = certificateName.trim();
  const store = certificateStore.trim() || PERSONAL_STORE;
  if (WINDOWS_STORE.test(store)) {
    if (name === "") return {};
    throw failureOf(
      stErrorOperationNotSupported,
      `the Windows store ${store} cannot be opened: export a PFX file and name it in CertificateStore`,
    );
  }
  const { loadCertificate } = await import("@wirepost/socket-core/certificates");
  const wanted = name.toLowerCase();
  const loaded = await loadCertificate(store, {
    ...(certificatePassword === "" ? {} : { password: certificatePassword }),
    ...(name === ""
      ? {}
      : {
          select: (certificate, alias) =>
            alias?.toLowerCase() === wanted || certificate.subject.text.toLowerCase().includes(wanted),
        }),
  });
  return loaded.tls;
}
