import { certificateFiles, certificates } from "../machine/certificates.js";
import { freePorts } from "../machine/ports.js";
import { startSandbox } from "../machine/sandbox.js";
import { cyrusConfiguration, makeSasldb } from "./cyrus.js";
import { type MailServer, mailServer } from "./mail-server.js";
import { postfixFiles, START_POSTFIX } from "./postfix.js";
import { allAccept } from "./ready.js";

export type PostfixCyrusPort = "plain" | "starttls" | "implicit";

const MECHANISMS = [
  "PLAIN",
  "LOGIN",
  "CRAM-MD5",
  "DIGEST-MD5",
  "NTLM",
  "SCRAM-SHA-1",
  "SCRAM-SHA-256",
  "SCRAM-SHA-512",
];

/** Postfix 3.7 with Cyrus SASL: the one that has NTLM and SCRAM-SHA-512. */
export async function startPostfixCyrus(): Promise<MailServer<PostfixCyrusPort>> {
  const ports = await freePorts("plain", "starttls", "implicit");
  const auth = { smtpd_sasl_auth_enable: "yes", smtpd_sasl_type: "cyrus", smtpd_sasl_security_options: "" };
  const sandbox = await startSandbox({
    name: "postfix-cyrus",
    release: "bookworm",
    files: {
      ...(await certificateFiles()),
      ...postfixFiles({}, [
        { port: ports.plain, settings: auth },
        {
          port: ports.starttls,
          settings: { ...auth, smtpd_tls_security_level: "may", smtpd_tls_auth_only: "yes" },
        },
        { port: ports.implicit, settings: { ...auth, smtpd_tls_wrappermode: "yes" } },
      ]),
      "/etc/postfix/sasl/smtpd.conf": cyrusConfiguration(MECHANISMS),
    },
    start: `${makeSasldb("postfix")}${START_POSTFIX}wait -n\n`,
    ready: () => allAccept(ports),
  });
  return mailServer(sandbox, ports, (await certificates()).caFile);
}
