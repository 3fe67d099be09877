import { MAIL_USER } from "../machine/sandbox.js";
import { HOST, MAIL_FOLDER, SERVER_NAME } from "./mail-server.js";

/** main.cf values by name. */
export type PostfixSettings = Readonly<Record<string, string>>;

export interface PostfixListener {
  /** Default: the address of all servers here. */
  readonly host?: string | undefined;
  readonly port: number;
  readonly settings: PostfixSettings;
  /** Default smtpd. */
  readonly program?: "smtpd" | "postscreen" | undefined;
}

/**
 * How the address decides what becomes of a message, the same on Postfix and Exim:
 * `refused…` 550 and `deferred…` 450 to RCPT; senders `refused-sender` (MAIL), `refuse-at-data`, `defer-at-data` (DATA),
 * `refuse-at-end`, `defer-at-end` (end of the data).
 */
const RECIPIENTS = `
/^refused/ 550 5.1.1 no such mailbox here
/^deferred/ 450 4.2.1 mailbox is busy, try again later
`;
const SENDERS = `
/^refused-sender@/ 550 5.7.1 not from you
/^deferred-sender@/ 450 4.7.1 not now
`;
const AT_DATA = `
/^refuse-at-data@/ 554 5.7.1 no data from you
/^defer-at-data@/ 450 4.7.1 no data from you now
`;
const AT_END = `
/^refuse-at-end@/ 554 5.7.1 content refused
/^defer-at-end@/ 450 4.7.1 content refused for now
`;
const HEADERS = `
/^X-Refuse: permanent/ REJECT 5.7.1 header refused
/^X-Refuse: temporary/ REJECT 4.7.1 header refused for now
`;

const GROUND: PostfixSettings = {
  compatibility_level: "3.6",
  myhostname: SERVER_NAME,
  mydomain: "example.test",
  mydestination: "",
  mynetworks: "127.0.0.0/8",
  inet_interfaces: HOST,
  inet_protocols: "ipv4",
  virtual_mailbox_domains: "regexp:{{/./ all}}",
  virtual_mailbox_maps: "regexp:{{/./ all/}}",
  virtual_mailbox_base: MAIL_FOLDER,
  virtual_mailbox_limit: "0",
  virtual_uid_maps: `static:${MAIL_USER.id}`,
  virtual_gid_maps: `static:${MAIL_USER.id}`,
  virtual_minimum_uid: "100",
  // Even mail from the loopback address is stored as it came.
  local_header_rewrite_clients: "",
  alias_maps: "",
  alias_database: "",
  message_size_limit: "62914560",
  mailbox_size_limit: "0",
  smtpd_delay_reject: "no",
  smtpd_client_restrictions: "",
  smtpd_sender_restrictions: "check_sender_access regexp:/etc/postfix/senders",
  smtpd_relay_restrictions: "permit_mynetworks, permit_sasl_authenticated, reject",
  smtpd_recipient_restrictions: "check_recipient_access regexp:/etc/postfix/recipients, permit",
  smtpd_data_restrictions: "check_sender_access regexp:/etc/postfix/at-data",
  smtpd_end_of_data_restrictions: "check_sender_access regexp:/etc/postfix/at-end",
  header_checks: "regexp:/etc/postfix/headers",
  smtpd_tls_chain_files: "/srv/wirepost/server.key, /srv/wirepost/server.pem",
  smtpd_tls_CAfile: "/srv/wirepost/ca.pem",
  smtpd_tls_session_cache_database: "",
  smtpd_tls_loglevel: "1",
  // Suites give one address many connections, errors and recipients; Postfix slows such clients down by default.
  smtpd_error_sleep_time: "0",
  smtpd_soft_error_limit: "10000",
  smtpd_hard_error_limit: "10000",
  smtpd_junk_command_limit: "10000",
  smtpd_client_connection_count_limit: "0",
  smtpd_client_connection_rate_limit: "0",
  smtpd_peername_lookup: "no",
  in_flow_delay: "0",
  // A suite that kills conversations would otherwise wait a minute for the next one.
  service_throttle_time: "1s",
  // Mail that nobody can be told about is not to linger.
  bounce_queue_lifetime: "0",
};

function mainFile(settings: PostfixSettings): string {
  return Object.entries({ ...GROUND, ...settings })
    .map(([name, value]) => `${name} = ${value}\n`)
    .join("");
}

function masterFile(listeners: readonly PostfixListener[]): string {
  const lines = listeners.map(({ host = HOST, port, settings, program = "smtpd" }) => {
    const flags = Object.entries(settings).map(([name, value]) => `  -o { ${name} = ${value} }\n`);
    return `${host.includes(":") ? `[${host}]` : host}:${port} inet n - n - ${program === "postscreen" ? 1 : "-"} ${program}\n${flags.join("")}`;
  });
  return `${lines.join("")}
smtpd pass - - n - - smtpd
dnsblog unix - - n - 0 dnsblog
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
}

export function postfixFiles(
  settings: PostfixSettings,
  listeners: readonly PostfixListener[],
): Record<string, string> {
  return {
    "/etc/postfix/main.cf": mainFile(settings),
    "/etc/postfix/master.cf": masterFile(listeners),
    "/etc/postfix/recipients": RECIPIENTS,
    "/etc/postfix/senders": SENDERS,
    "/etc/postfix/at-data": AT_DATA,
    "/etc/postfix/at-end": AT_END,
    "/etc/postfix/headers": HEADERS,
  };
}

/**
 * bash that starts Postfix in the background; its folders belong to users that only the sandbox has. The `postfix`
 * command would look through every file of the package first, which takes longer than the rest of the start.
 */
export const START_POSTFIX = `
install -d -o vmail -g vmail ${MAIL_FOLDER}
install -d -o postfix -g postfix /var/lib/postfix
install -d /var/spool/postfix /var/spool/postfix/pid
cd /var/spool/postfix
install -d -m 700 -o postfix -g root active bounce corrupt defer deferred flush hold incoming private saved trace
install -d -m 730 -o postfix -g postdrop maildrop
install -d -m 710 -o postfix -g postdrop public

/usr/lib/postfix/sbin/master -d &
`;
