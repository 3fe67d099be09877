import { certificateFiles, certificates } from "../machine/certificates.js";
import { command } from "../machine/command.js";
import { freePorts } from "../machine/ports.js";
import { startSandbox } from "../machine/sandbox.js";
import { ACCOUNTS, HOST, MAIL_FOLDER, type MailServer, mailServer, SERVER_NAME } from "./mail-server.js";
import { allAccept } from "./ready.js";

/** plain: no TLS, no login. starttls: AUTH after STARTTLS. submission: wants both. implicit: TLS from the first byte. */
export type OpenSmtpdPort = "plain" | "starttls" | "submission" | "implicit";

/** OpenSMTPD 7.6 (Debian 12's fails every TLS handshake). */
export async function startOpenSmtpd(): Promise<MailServer<OpenSmtpdPort>> {
  const ports = await freePorts("plain", "starttls", "submission", "implicit");
  const { ann } = ACCOUNTS;
  const hash = await command("openssl", ["passwd", "-6", ann.password]);
  const sandbox = await startSandbox({
    name: "opensmtpd",
    release: "trixie",
    files: {
      ...(await certificateFiles()),
      "/etc/passwords": `${ann.username}\t${hash.trim()}\n`,
      "/etc/smtpd.conf": `
pki here cert "/srv/wirepost/server.pem"
pki here key "/srv/wirepost/server.key"
table everyone { "@" = "vmail" }
table passwords file:/etc/passwords
smtp max-message-size 60M
filter refused phase rcpt-to match rcpt-to regex "^refused" reject "550 5.1.1 no such mailbox here"
filter deferred phase rcpt-to match rcpt-to regex "^deferred" reject "450 4.2.1 mailbox is busy, try again later"
filter no-sender phase mail-from match mail-from regex "^refused-sender@" reject "550 5.7.1 not from you"
filter at-data phase data match mail-from regex "^refuse-at-data@" reject "554 5.7.1 no data from you"
filter at-end phase commit match mail-from regex "^refuse-at-end@" reject "554 5.7.1 content refused"
filter later phase commit match mail-from regex "^defer-at-end@" reject "450 4.7.1 content refused for now"
filter rules chain { refused, deferred, no-sender, at-data, at-end, later }
listen on ${HOST} port ${ports.plain} hostname ${SERVER_NAME} filter rules
listen on ${HOST} port ${ports.starttls} tls pki here hostname ${SERVER_NAME} auth-optional <passwords> filter rules
listen on ${HOST} port ${ports.submission} tls-require pki here hostname ${SERVER_NAME} auth <passwords> filter rules
listen on ${HOST} port ${ports.implicit} smtps pki here hostname ${SERVER_NAME} auth-optional <passwords> filter rules
action store maildir "${MAIL_FOLDER}/all" virtual <everyone>
match from any for any action store
`,
    },
    start: `mkdir -p /etc/ssl/certs
cp /srv/wirepost/ca.pem /etc/ssl/certs/ca-certificates.crt
cp /srv/wirepost/ca.pem /etc/ssl/cert.pem
chmod 711 /srv
install -d -o vmail -g vmail ${MAIL_FOLDER} /srv/home/vmail
install -d -m 711 /var/spool/smtpd
install -d -o vmail -g vmail -m 700 ${MAIL_FOLDER}/all
exec smtpd -d -f /etc/smtpd.conf 2>/srv/wirepost/log/smtpd.log
`,
    ready: () => allAccept(ports),
  });
  return mailServer(sandbox, ports, (await certificates()).caFile);
}
