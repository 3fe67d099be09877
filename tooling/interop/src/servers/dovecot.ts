import { ACCOUNTS } from "./mail-server.js";

export interface DovecotAuthOptions {
  readonly mechanisms: readonly string[];
  /** Where tokens are checked, for XOAUTH2 and OAUTHBEARER. */
  readonly introspectionUrl?: string | undefined;
  /** A keytab lies at /srv/wirepost/keytab. */
  readonly kerberos?: boolean | undefined;
}

/** The users of Dovecot 2.3 and 2.4, format of passwd-file; userdb fields may follow the sixth colon. */
export function dovecotUsers(extra: Readonly<Record<string, string>> = {}): string {
  const known = Object.values(ACCOUNTS).map(
    ({ username, password }) => `${username}:{PLAIN}${password}::::::`,
  );
  return `${[...known, ...Object.entries(extra).map(([name, fields]) => `${name}:{PLAIN}x::::::${fields}`)].join("\n")}\n`;
}

/** The part of dovecot.conf (2.3) that both the SASL service and LMTP need. */
export function dovecotGround(): string {
  return `
base_dir = /run/dovecot
log_path = /srv/wirepost/log/dovecot.log
auth_verbose = yes
default_login_user = dovenull
default_internal_user = dovecot
first_valid_uid = 1
ssl = no
# Failed logins would delay the ones that follow.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  unix_listener stats-reader {
    mode = 0600
  }
}
`;
}

/** Password checking of Dovecot 2.3. */
export function dovecotAuth(options: DovecotAuthOptions): string {
  const oauth =
    options.introspectionUrl === undefined
      ? ""
      : `
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = /etc/dovecot/oauth2.conf.ext
}
`;
  return `
auth_mechanisms = ${options.mechanisms.join(" ")}
auth_username_chars =
auth_username_format = %n
auth_realms = example.test
auth_failure_delay = 0
auth_anonymous_username = ann
auth_ssl_require_client_cert = no
${options.kerberos === true ? 'auth_krb5_keytab = /srv/wirepost/keytab\nauth_gssapi_hostname = "$ALL"\n' : ""}
${oauth}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u /etc/dovecot/users
}
userdb {
  driver = passwd-file
  args = username_format=%u /etc/dovecot/users
  default_fields = uid=vmail gid=vmail home=/srv/mail/%n
}
`;
}

/** The file that the oauth2 passdb reads. */
export function dovecotOauth(introspectionUrl: string): string {
  return `
introspection_url = ${introspectionUrl}
introspection_mode = post
active_attribute = active
active_value = true
username_attribute = username
username_format = %n
tls_ca_cert_file = /srv/wirepost/ca.pem
`;
}
