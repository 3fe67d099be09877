import { certificateFiles, certificates } from "../machine/certificates.js";
import { freePorts } from "../machine/ports.js";
import { startSandbox } from "../machine/sandbox.js";
import { dovecotAuth, dovecotGround, dovecotOauth, dovecotUsers } from "./dovecot.js";
import { mailServer, type SandboxedMailServer } from "./mail-server.js";
import { postfixFiles, START_POSTFIX } from "./postfix.js";
import { allAccept } from "./ready.js";

export interface PostfixDovecotOptions {
  /** Checks bearer tokens; without it XOAUTH2 and OAUTHBEARER are not offered. */
  readonly introspectionUrl?: string | undefined;
  /** A service's keytab and the realm's krb5.conf; without it GSSAPI is not offered. */
  readonly kerberos?: { readonly keytab: Uint8Array; readonly configuration: string } | undefined;
}

/**
 * plain: no TLS, AUTH offered in clear text. starttls: AUTH only after STARTTLS. submission: wants TLS and a login.
 * implicit: TLS from the first byte. bare: neither PIPELINING, CHUNKING, 8BITMIME, SMTPUTF8, DSN nor SIZE is announced.
 * postscreen: the greeting's second line comes late. impatient: says 421 and hangs up after one second of silence.
 */
export type PostfixPort =
  | "plain"
  | "starttls"
  | "submission"
  | "implicit"
  | "bare"
  | "postscreen"
  | "impatient";

const MECHANISMS = ["plain", "login", "cram-md5", "digest-md5", "scram-sha-1", "scram-sha-256", "anonymous"];

const AUTH = {
  smtpd_sasl_auth_enable: "yes",
  smtpd_sasl_type: "dovecot",
  smtpd_sasl_path: "private/auth",
  smtpd_sasl_security_options: "",
};
const TLS_MAY = { smtpd_tls_security_level: "may", smtpd_tls_auth_only: "yes" };
const ONLY_WITH_LOGIN = { smtpd_relay_restrictions: "permit_sasl_authenticated, reject" };

/** Postfix 3.7 with the SASL service of Dovecot 2.3. */
export async function startPostfixDovecot(
  options: PostfixDovecotOptions = {},
): Promise<SandboxedMailServer<PostfixPort>> {
  const ports = await freePorts(
    "plain",
    "starttls",
    "submission",
    "implicit",
    "bare",
    "postscreen",
    "impatient",
  );
  const mechanisms = [...MECHANISMS];
  const files: Record<string, string | Uint8Array> = {};
  if (options.introspectionUrl !== undefined) {
    mechanisms.push("xoauth2", "oauthbearer");
    files["/etc/dovecot/oauth2.conf.ext"] = dovecotOauth(options.introspectionUrl);
  }
  if (options.kerberos !== undefined) {
    mechanisms.push("gssapi");
    files["/srv/wirepost/keytab"] = options.kerberos.keytab;
    files["/etc/krb5.conf"] = options.kerberos.configuration;
  }
  const withoutExtensions =
    "pipelining, chunking, 8bitmime, smtputf8, dsn, size, etrn, vrfy, enhancedstatuscodes";
  const sandbox = await startSandbox({
    name: "postfix-dovecot",
    release: "bookworm",
    files: {
      ...(await certificateFiles()),
      ...postfixFiles({}, [
        { port: ports.plain, settings: AUTH },
        { port: ports.starttls, settings: { ...AUTH, ...TLS_MAY } },
        {
          port: ports.submission,
          settings: { ...AUTH, ...TLS_MAY, ...ONLY_WITH_LOGIN, smtpd_tls_security_level: "encrypt" },
        },
        { port: ports.implicit, settings: { ...AUTH, smtpd_tls_wrappermode: "yes" } },
        { port: ports.bare, settings: { ...AUTH, smtpd_discard_ehlo_keywords: withoutExtensions } },
        { port: ports.impatient, settings: { smtpd_timeout: "1s" } },
        {
          port: ports.postscreen,
          program: "postscreen",
          settings: {
            postscreen_greet_action: "enforce",
            postscreen_greet_wait: "2s",
            postscreen_access_list: "",
          },
        },
      ]),
      "/etc/dovecot/users": dovecotUsers(),
      "/etc/dovecot/dovecot.conf": `${dovecotGround()}
protocols =
${dovecotAuth({ mechanisms, introspectionUrl: options.introspectionUrl, kerberos: options.kerberos !== undefined })}
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
`,
      ...files,
    },
    start: `${START_POSTFIX}
dovecot -F &
wait -n
`,
    ready: async (running) =>
      (await allAccept(ports)) && (await running.run("test -S /var/spool/postfix/private/auth")) === "",
  });
  return mailServer(sandbox, ports, (await certificates()).caFile);
}
