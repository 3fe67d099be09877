// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.
// IPWorks SMTP as Java programs know it.

export { ready } from "./certificate/certificate-state.js";
export { ERROR_CODES, type ErrorNumber } from "./error-numbers.js";
export { NumberedError } from "./failure.js";
export {
  Certificate,
  CONFIG_SETTINGS,
  DefaultSMTPEventListener,
  DefaultSmtpEventListener,
  Firewall,
  Header,
  HeaderList,
  IPWorksException,
  MessageRecipient,
  MessageRecipientList,
  SMTP,
  SMTPConnectionStatusEvent,
  SMTPEndTransferEvent,
  SMTPErrorEvent,
  SMTPEvent,
  type SMTPEventListener,
  SMTPExpandEvent,
  SMTPPITrailEvent,
  SMTPSSLServerAuthenticationEvent,
  SMTPSSLStatusEvent,
  SMTPStartTransferEvent,
  SMTPTransferEvent,
  Smtp,
  SmtpConnectionStatusEvent,
  SmtpEndTransferEvent,
  SmtpErrorEvent,
  type SmtpEventListener,
  SmtpExpandEvent,
  SmtpPITrailEvent,
  SmtpSSLServerAuthenticationEvent,
  SmtpSSLStatusEvent,
  SmtpStartTransferEvent,
  SmtpTransferEvent,
} from "./generated/java/names.js";
export type { SettingRow } from "./generated/settings.js";
export type { EventFields, EventName } from "./host.js";
export type { MessageStream } from "./message/body-stream.js";
