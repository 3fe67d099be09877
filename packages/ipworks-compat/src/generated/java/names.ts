// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.
// IPWorks SMTP as Java programs know it.
import { SETTINGS, type SettingRow } from "../settings.js";

export { Certificate } from "./certificate.js";
export { Firewall } from "./firewall.js";
export { Header } from "./header.js";
export { HeaderList } from "./header-list.js";
export { IPWorksException } from "./ipworks-exception.js";
export { MessageRecipient } from "./message-recipient.js";
export { MessageRecipientList } from "./message-recipient-list.js";
export { SMTP, SMTP as Smtp } from "./smtp.js";
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
} from "./smtp-events.js";
/** The settings of this edition: their defaults, what they do here, or why they are only kept. */
export const CONFIG_SETTINGS: readonly SettingRow[] = SETTINGS.filter(
  ({ door }) => door === undefined || door === "java",
);
