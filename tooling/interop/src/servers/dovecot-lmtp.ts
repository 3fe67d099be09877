import { certificateFiles, certificates } from "../machine/certificates.js";
import { freePorts } from "../machine/ports.js";
import { startSandbox } from "../machine/sandbox.js";
import { dovecotAuth, dovecotGround, dovecotUsers } from "./dovecot.js";
import { HOST, MAIL_FOLDER, type MailServer, mailServer } from "./mail-server.js";
import { allAccept } from "./ready.js";

/** plain announces STARTTLS too. */
export type LmtpPort = "plain" | "implicit";

/** Mailboxes r0 … r199, for messages with many recipients. */
export const LMTP_NUMBERED = 200;

/**
 * LMTP of Dovecot 2.3: `bob`, `eve` and `r0` … `r199` @example.test take mail; `full` is over quota and `broken` has a
 * mailbox that cannot be written, which only the replies after the data tell; others are refused at RCPT.
 */
export async function startDovecotLmtp(): Promise<MailServer<LmtpPort>> {
  const ports = await freePorts("plain", "implicit");
  const users: Record<string, string> = { bob: "", eve: "" };
  users["full"] = "userdb_quota_rule=*:bytes=10";
  users["broken"] = "userdb_mail=maildir:/proc/broken";
  for (let number = 0; number < LMTP_NUMBERED; number++) users[`r${number}`] = "";
  const sandbox = await startSandbox({
    name: "dovecot-lmtp",
    release: "bookworm",
    files: {
      ...(await certificateFiles()),
      "/etc/dovecot/users": dovecotUsers(users),
      "/etc/dovecot/dovecot.conf": `${dovecotGround().replace("ssl = no", "ssl = yes")}
protocols = lmtp
ssl_cert = </srv/wirepost/server.pem
ssl_key = </srv/wirepost/server.key
mail_location = maildir:${MAIL_FOLDER}/%n
mail_fsync = never
${dovecotAuth({ mechanisms: ["plain"] })}
plugin {
  quota = maildir:User quota
}
protocol lmtp {
  mail_plugins = quota
}
service lmtp {
  process_min_avail = 1
  inet_listener plain {
    address = ${HOST}
    port = ${ports.plain}
  }
  inet_listener implicit {
    address = ${HOST}
    port = ${ports.implicit}
    ssl = yes
  }
}
`,
    },
    start: `install -d -o vmail -g vmail ${MAIL_FOLDER}\nexec dovecot -F\n`,
    ready: () => allAccept(ports),
  });
  return mailServer(sandbox, ports, (await certificates()).caFile);
}
