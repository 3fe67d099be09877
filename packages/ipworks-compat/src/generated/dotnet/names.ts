// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.
// IPWorks SMTP as .NET programs know it.
import { SETTINGS, type SettingRow } from "../settings.js";

export { Certificate } from "./certificate.js";
export {
  CertStoreTypes,
  EmailRecipientTypes,
  FirewallTypes,
  SMTPAuthMechanisms,
  SMTPAuthMechanisms as SmtpAuthMechanisms,
  SMTPImportances,
  SMTPImportances as SmtpImportances,
  SMTPPriorities,
  SMTPPriorities as SmtpPriorities,
  SMTPSensitivities,
  SMTPSensitivities as SmtpSensitivities,
  SMTPSSLProviders,
  SMTPSSLProviders as SmtpSSLProviders,
  SMTPSSLStartModes,
  SMTPSSLStartModes as SmtpSSLStartModes,
} from "./enums.js";
export { Firewall } from "./firewall.js";
export { Header } from "./header.js";
export { HeaderList } from "./header-list.js";
export { IPWorksException } from "./ipworks-exception.js";
export { MessageRecipient } from "./message-recipient.js";
export { MessageRecipientList } from "./message-recipient-list.js";
export { SMTP, SMTP as Smtp, type SMTPEventArgs } from "./smtp.js";
export {
  SMTPConnectionStatusEventArgs,
  SMTPConnectionStatusEventArgs as SmtpConnectionStatusEventArgs,
  SMTPEndTransferEventArgs,
  SMTPEndTransferEventArgs as SmtpEndTransferEventArgs,
  SMTPErrorEventArgs,
  SMTPErrorEventArgs as SmtpErrorEventArgs,
  SMTPExpandEventArgs,
  SMTPExpandEventArgs as SmtpExpandEventArgs,
  SMTPPITrailEventArgs,
  SMTPPITrailEventArgs as SmtpPITrailEventArgs,
  SMTPSSLServerAuthenticationEventArgs,
  SMTPSSLServerAuthenticationEventArgs as SmtpSSLServerAuthenticationEventArgs,
  SMTPSSLStatusEventArgs,
  SMTPSSLStatusEventArgs as SmtpSSLStatusEventArgs,
  SMTPStartTransferEventArgs,
  SMTPStartTransferEventArgs as SmtpStartTransferEventArgs,
  SMTPTransferEventArgs,
  SMTPTransferEventArgs as SmtpTransferEventArgs,
} from "./smtp-events.js";
/** The settings of this edition: their defaults, what they do here, or why they are only kept. */
export const CONFIG_SETTINGS: readonly SettingRow[] = SETTINGS.filter(
  ({ door }) => door === undefined || door === "dotnet",
);
