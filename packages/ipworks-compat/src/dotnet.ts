// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.
// IPWorks SMTP as .NET programs know it.

export { ready } from "./certificate/certificate-state.js";
export { ERROR_CODES, type ErrorNumber } from "./error-numbers.js";
export { EventSlot } from "./event-slot.js";
export { NumberedError } from "./failure.js";
export { Certificate } from "./generated/dotnet/certificate.js";
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
} from "./generated/dotnet/enums.js";
export { Firewall } from "./generated/dotnet/firewall.js";
export { Header } from "./generated/dotnet/header.js";
export { HeaderList } from "./generated/dotnet/header-list.js";
export { IPWorksException } from "./generated/dotnet/ipworks-exception.js";
export { MessageRecipient } from "./generated/dotnet/message-recipient.js";
export { MessageRecipientList } from "./generated/dotnet/message-recipient-list.js";
export { SMTP, SMTP as Smtp, type SMTPEventArgs } from "./generated/dotnet/smtp.js";
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
} from "./generated/dotnet/smtp-events.js";
export type { EventFields, EventName } from "./host.js";
export type { MessageStream } from "./message/body-stream.js";

import { SETTINGS, type SettingRow } from "./generated/settings.js";

export type { SettingRow };
/** The settings of this edition: their defaults, what they do here, or why they are only kept. */
export const CONFIG_SETTINGS: readonly SettingRow[] = SETTINGS.filter(
  ({ door }) => door === undefined || door === "dotnet",
);
