// For the suites here and for any other that needs a real server.
export { type Certificates, type Credential, certificates } from "./machine/certificates.js";
export { command } from "./machine/command.js";
export { freePort, freePorts } from "./machine/ports.js";
export { RawConversation, type RawReply, type RawTarget } from "./raw/conversation.js";
export { type AiosmtpdPort, startAiosmtpd } from "./servers/aiosmtpd.js";
export { type DnsTree, type DnsZone, startDns } from "./servers/dns.js";
export { LMTP_NUMBERED, type LmtpPort, startDovecotLmtp } from "./servers/dovecot-lmtp.js";
export {
  type SubmissionOptions,
  type SubmissionPort,
  startDovecotSubmission,
} from "./servers/dovecot-submission.js";
export {
  type Exchanger,
  type ExchangerIdentity,
  type ExchangerOptions,
  startExchanger,
} from "./servers/exchanger.js";
export { type EximOptions, type EximPort, startExim } from "./servers/exim.js";
export { type KeyDistributionCentre, REALM, startKerberos } from "./servers/kerberos.js";
export {
  ACCOUNTS,
  type Account,
  HOST,
  type MailServer,
  type SandboxedMailServer,
  SERVER_NAME,
} from "./servers/mail-server.js";
export { parseStored, type StoredMessage } from "./servers/maildir.js";
export { type OpenSmtpdPort, startOpenSmtpd } from "./servers/opensmtpd.js";
export { type PostfixCyrusPort, startPostfixCyrus } from "./servers/postfix-cyrus.js";
export {
  type PostfixDovecotOptions,
  type PostfixPort,
  startPostfixDovecot,
} from "./servers/postfix-dovecot.js";
export { type ProxyServer, startDante, startSquid, startTinyproxy } from "./servers/proxies.js";
export { type RedisOptions, type RedisServer, startRedis } from "./servers/redis.js";
export { type SmtpServerPort, startSmtpServer } from "./servers/smtp-server.js";
export { startTokenEndpoint, type TokenEndpoint } from "./servers/token-endpoint.js";
