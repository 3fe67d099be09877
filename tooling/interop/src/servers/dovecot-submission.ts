import { certificateFiles, certificates } from "../machine/certificates.js";
import { freePorts } from "../machine/ports.js";
import { startSandbox } from "../machine/sandbox.js";
import { dovecotUsers } from "./dovecot.js";
import { HOST, type MailServer, mailServer, waitForMessages } from "./mail-server.js";
import type { StoredMessage } from "./maildir.js";
import { allAccept } from "./ready.js";

/** starttls: AUTH after STARTTLS. implicit: TLS from the first byte. */
export type SubmissionPort = "starttls" | "implicit";

export interface SubmissionOptions {
  /** The server that accepted mail is handed to; without it only logging in works. */
  readonly relay?: { readonly port: number; readMessages(): StoredMessage[] } | undefined;
  /** The newest TLS version offered. Default TLSv1.3; with TLSv1.2 the channel is bound by tls-unique. */
  readonly maxTls?: "TLSv1.2" | "TLSv1.3" | undefined;
}

/** Dovecot 2.4's submission service, the one with SCRAM-SHA-1-PLUS and SCRAM-SHA-256-PLUS. */
export async function startDovecotSubmission(
  options: SubmissionOptions = {},
): Promise<MailServer<SubmissionPort>> {
  const ports = await freePorts("starttls", "implicit");
  // Dovecot 2.4 has no upper bound for the version of its own; OpenSSL's configuration file has.
  const openssl = `openssl_conf = init
[init]
ssl_conf = ssl
[ssl]
system_default = system
[system]
MaxProtocol = ${options.maxTls ?? "TLSv1.3"}
`;
  const sandbox = await startSandbox({
    name: "dovecot-submission",
    release: "trixie",
    files: {
      ...(await certificateFiles()),
      "/etc/ssl/openssl.cnf": openssl,
      "/etc/dovecot/users": dovecotUsers(),
      "/etc/dovecot/dovecot.conf": `dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
base_dir = /run/dovecot
log_path = /srv/wirepost/log/dovecot.log
default_login_user = dovenull
default_internal_user = dovecot
first_valid_uid = 1
protocols = submission
ssl = required
ssl_server_cert_file = /srv/wirepost/server.pem
ssl_server_key_file = /srv/wirepost/server.key
auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 scram-sha-1-plus scram-sha-256-plus
auth_username_chars =
auth_failure_delay = 0
import_environment {
  OPENSSL_CONF = /etc/ssl/openssl.cnf
}
passdb passwd-file {
  default_password_scheme = plain
  passwd_file_path = /etc/dovecot/users
}
userdb static {
  fields {
    uid = vmail
    gid = vmail
    home = /srv/home/%{user}
  }
}
mail_driver = maildir
mail_path = ~/Maildir
submission_host = mail.example.test
submission_relay_host = ${HOST}
submission_relay_port = ${options.relay?.port ?? 9}
submission_relay_trusted = no
submission_max_mail_size = 64M
service submission-login {
  inet_listener submission {
    listen = ${HOST}
    port = ${ports.starttls}
  }
  inet_listener submissions {
    listen = ${HOST}
    port = ${ports.implicit}
    ssl = yes
  }
}
`,
    },
    start: "install -d -o vmail -g vmail /srv/home\nexec dovecot -F\n",
    ready: () => allAccept(ports),
  });
  const server = mailServer(sandbox, ports, (await certificates()).caFile);
  const { relay } = options;
  if (relay === undefined) return server;
  return {
    ...server,
    readMessages: () => relay.readMessages(),
    waitForMessages: (count, wanted = () => true) =>
      waitForMessages(() => relay.readMessages(), count, wanted, sandbox.log),
  };
}
