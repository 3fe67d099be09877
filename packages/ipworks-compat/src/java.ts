// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.
// IPWorks SMTP as Java programs know it.

export { ready } from "./certificate/certificate-state.js";
export { ERROR_CODES, type ErrorNumber } from "./error-numbers.js";
export { NumberedError } from "./failure.js";
export { Certificate } from "./generated/java/certificate.js";
export { Firewall } from "./generated/java/firewall.js";
export { Header } from "./generated/java/header.js";
export { HeaderList } from "./generated/java/header-list.js";
export { IPWorksException } from "./generated/java/ipworks-exception.js";
export { MessageRecipient } from "./generated/java/message-recipient.js";
export { MessageRecipientList } from "./generated/java/message-recipient-list.js";
export { SMTP, SMTP as Smtp } from "./generated/java/smtp.js";
export {
  DefaultSMTPEventListener,
  DefaultSMTPEventListener as DefaultSmtpEventListener,
  SMTPConnectionStatusEvent,
  SMTPConnectionStatusEvent as SmtpConnectionStatusEvent,
  SMTPEndTransferEvent,
  SMTPEndTransferEvent as SmtpEndTransferEvent,
  SMTPErrorEvent,
  SMTPErrorEvent as SmtpErrorEvent,
  SMTPEvent,
  type SMTPEventListener,
  type SMTPEventListener as SmtpEventListener,
  SMTPExpandEvent,
  SMTPExpandEvent as SmtpExpandEvent,
  SMTPPITrailEvent,
  SMTPPITrailEvent as SmtpPITrailEvent,
  SMTPSSLServerAuthenticationEvent,
  SMTPSSLServerAuthenticationEvent as SmtpSSLServerAuthenticationEvent,
  SMTPSSLStatusEvent,
  SMTPSSLStatusEvent as SmtpSSLStatusEvent,
  SMTPStartTransferEvent,
  SMTPStartTransferEvent as SmtpStartTransferEvent,
  SMTPTransferEvent,
  SMTPTransferEvent as SmtpTransferEvent,
} from "./generated/java/smtp-events.js";
export type { EventFields, EventName } from "./host.js";
export type { MessageStream } from "./message/body-stream.js";

import { SETTINGS, type SettingRow } from "./generated/settings.js";

export type { SettingRow };
/** The settings of this edition: their defaults, what they do here, or why they are only kept. */
export const CONFIG_SETTINGS: readonly SettingRow[] = SETTINGS.filter(
  ({ door }) => door === undefined || door === "java",
);
