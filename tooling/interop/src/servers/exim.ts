import { certificateFiles, certificates } from "../machine/certificates.js";
import { freePorts } from "../machine/ports.js";
import { startSandbox } from "../machine/sandbox.js";
import { cyrusConfiguration, makeSasldb } from "./cyrus.js";
import { ACCOUNTS, MAIL_FOLDER, mailServer, type SandboxedMailServer, SERVER_NAME } from "./mail-server.js";
import { allAccept } from "./ready.js";

export interface EximOptions {
  /** A service's keytab and the realm's krb5.conf; without it GSSAPI is not offered. */
  readonly kerberos?: { readonly keytab: Uint8Array; readonly configuration: string } | undefined;
}

/** plain: AUTH in clear text, no TLS. starttls: AUTH after STARTTLS. implicit: TLS from the first byte. */
export type EximPort = "plain" | "starttls" | "implicit";

const PASSWORD = (user: string) => `\${lookup{${user}}lsearch{/etc/exim4/passwords}{$value}fail}`;

function cyrusAuthenticator(mechanism: string): string {
  return `${mechanism.toLowerCase().replaceAll("-", "_")}:
  driver = cyrus_sasl
  public_name = ${mechanism}
  server_mech = ${mechanism.toLowerCase()}
  server_hostname = ${SERVER_NAME}
  server_realm = ${SERVER_NAME}
  server_service = smtp
  server_set_id = $auth1
  server_advertise_condition = MAY_LOG_IN
`;
}

function configuration(ports: Readonly<Record<EximPort, number>>, mechanisms: readonly string[]): string {
  return `
MAY_LOG_IN = \${if or{{eq{$received_port}{${ports.plain}}}{def:tls_in_cipher}}}

primary_hostname = ${SERVER_NAME}
smtp_banner = $smtp_active_hostname ESMTP Exim
daemon_smtp_ports = ${Object.values(ports).join(" : ")}
tls_on_connect_ports = ${ports.implicit}
local_interfaces = 127.0.0.1
notifier_socket =
log_file_path = /srv/wirepost/log/exim-%slog
log_selector = +smtp_protocol_error +smtp_syntax_error +tls_cipher
tls_advertise_hosts = \${if eq{$received_port}{${ports.plain}}{}{*}}
tls_certificate = /srv/wirepost/server.pem
tls_privatekey = /srv/wirepost/server.key
tls_verify_certificates = /srv/wirepost/ca.pem
tls_try_verify_hosts = *
chunking_advertise_hosts = *
smtputf8_advertise_hosts = *
dsn_advertise_hosts = *
message_size_limit = 60M
smtp_accept_max = 200
smtp_accept_queue_per_connection = 0
smtp_accept_max_per_connection = 100000
rfc1413_query_timeout = 0s
host_lookup =
helo_allow_chars = _
recipients_max = 0
ignore_bounce_errors_after = 0s
acl_smtp_mail = at_mail
acl_smtp_rcpt = at_rcpt
acl_smtp_predata = at_data
acl_smtp_data = at_end
acl_smtp_vrfy = accept
begin acl
at_mail:
  deny senders = ^refused-sender@
       message = 550 5.7.1 not from you
  defer senders = ^deferred-sender@
       message = 450 4.7.1 not now
  accept
at_rcpt:
  deny local_parts = ^refused
       message = 550 5.1.1 no such mailbox here
  defer local_parts = ^deferred
       message = 450 4.2.1 mailbox is busy, try again later
  accept
at_data:
  deny senders = ^refuse-at-data@
       message = 554 5.7.1 no data from you
  defer senders = ^defer-at-data@
       message = 450 4.7.1 no data from you now
  accept
at_end:
  deny senders = ^refuse-at-end@
       message = 554 5.7.1 content refused
  defer senders = ^defer-at-end@
       message = 450 4.7.1 content refused for now
  deny condition = \${if eq{$h_X-Refuse:}{permanent}}
       message = 550 5.7.1 header refused
  defer condition = \${if eq{$h_X-Refuse:}{temporary}}
       message = 451 4.7.1 header refused for now
  accept
begin routers
everyone:
  driver = accept
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = ${MAIL_FOLDER}/all
  maildir_format
  create_directory
  user = vmail
  group = vmail
  envelope_to_add
  return_path_add
begin retry
*  *  F,1h,10m
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if eq{$auth3}{${PASSWORD("$auth2")}}}
  server_set_id = $auth2
  server_advertise_condition = MAY_LOG_IN
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = \${if eq{$auth2}{${PASSWORD("$auth1")}}}
  server_set_id = $auth1
  server_advertise_condition = MAY_LOG_IN
cram_md5:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${PASSWORD("$auth1")}
  server_set_id = $auth1
  server_advertise_condition = MAY_LOG_IN
ntlm:
  driver = spa
  public_name = NTLM
  server_password = ${PASSWORD("$auth1")}
  server_set_id = $auth1
  server_advertise_condition = MAY_LOG_IN
${mechanisms.map(cyrusAuthenticator).join("")}
external:
  driver = external
  public_name = EXTERNAL
  server_advertise_condition = $tls_in_certificate_verified
  server_param2 = \${certextract{subj_altname,mail,>:}{$tls_in_peercert}}
  server_condition = \${if forany{$auth2}{eq{$item}{$auth1}}}
  server_set_id = $auth1
`;
}

/** Exim 4.96 with its own mechanisms (CRAM-MD5, SPA, EXTERNAL) and those that it takes from Cyrus SASL. */
export async function startExim(options: EximOptions = {}): Promise<SandboxedMailServer<EximPort>> {
  const ports = await freePorts("plain", "starttls", "implicit");
  const mechanisms = ["DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"];
  const files: Record<string, string | Uint8Array> = {};
  if (options.kerberos !== undefined) {
    mechanisms.push("GSSAPI");
    files["/etc/krb5.keytab"] = options.kerberos.keytab;
    files["/etc/krb5.conf"] = options.kerberos.configuration;
  }
  const passwords = Object.values(ACCOUNTS).map(({ username, password }) => `"${username}": ${password}\n`);
  const sandbox = await startSandbox({
    name: "exim",
    release: "bookworm",
    files: {
      ...(await certificateFiles()),
      "/etc/exim4/exim4.conf": configuration(ports, mechanisms),
      "/etc/exim4/passwords": passwords.join(""),
      "/etc/sasl2/exim.conf": cyrusConfiguration(mechanisms),
      ...files,
    },
    start: `${makeSasldb("Debian-exim")}
mkdir -p /usr/lib/sasl2
cp /etc/sasl2/exim.conf /usr/lib/sasl2/exim.conf
chown Debian-exim /srv/wirepost/server.key
[ ! -e /etc/krb5.keytab ] || chown Debian-exim /etc/krb5.keytab
install -d -o vmail -g vmail ${MAIL_FOLDER}
install -d -o Debian-exim -g Debian-exim /var/spool/exim4 /var/spool/exim4/db
exec exim4 -bdf
`,
    ready: () => allAccept(ports),
  });
  return mailServer(sandbox, ports, (await certificates()).caFile);
}
