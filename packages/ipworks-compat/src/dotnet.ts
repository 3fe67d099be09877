// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.
// IPWorks SMTP as .NET programs know it.

export { ready } from "./certificate/certificate-state.js";
export { ERROR_CODES, type ErrorNumber } from "./error-numbers.js";
export { EventSlot } from "./event-slot.js";
export { NumberedError } from "./failure.js";
export {
  Certificate,
  CertStoreTypes,
  CONFIG_SETTINGS,
  EmailRecipientTypes,
  Firewall,
  FirewallTypes,
  Header,
  HeaderList,
  IPWorksException,
  MessageRecipient,
  MessageRecipientList,
  SMTP,
  SMTPAuthMechanisms,
  SMTPConnectionStatusEventArgs,
  SMTPEndTransferEventArgs,
  SMTPErrorEventArgs,
  type SMTPEventArgs,
  SMTPExpandEventArgs,
  SMTPImportances,
  SMTPPITrailEventArgs,
  SMTPPriorities,
  SMTPSensitivities,
  SMTPSSLProviders,
  SMTPSSLServerAuthenticationEventArgs,
  SMTPSSLStartModes,
  SMTPSSLStatusEventArgs,
  SMTPStartTransferEventArgs,
  SMTPTransferEventArgs,
  Smtp,
  SmtpAuthMechanisms,
  SmtpConnectionStatusEventArgs,
  SmtpEndTransferEventArgs,
  SmtpErrorEventArgs,
  SmtpExpandEventArgs,
  SmtpImportances,
  SmtpPITrailEventArgs,
  SmtpPriorities,
  SmtpSensitivities,
  SmtpSSLProviders,
  SmtpSSLServerAuthenticationEventArgs,
  SmtpSSLStartModes,
  SmtpSSLStatusEventArgs,
  SmtpStartTransferEventArgs,
  SmtpTransferEventArgs,
} from "./generated/dotnet/names.js";
export type { SettingRow } from "./generated/settings.js";
export type { EventFields, EventName } from "./host.js";
export type { MessageStream } from "./message/body-stream.js";
