import { ACCOUNTS, SERVER_NAME } from "./mail-server.js";

/** The configuration that Cyrus SASL looks for under the name of the program. */
export function cyrusConfiguration(mechanisms: readonly string[]): string {
  return `pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: /etc/sasldb2
mech_list: ${mechanisms.join(" ")}
log_level: 3
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** bash that makes /etc/sasldb2 with all accounts, readable by `owner`. */
export function makeSasldb(owner: string): string {
  const lines = Object.values(ACCOUNTS).map(
    ({ username, password }) =>
      `printf %s ${quoted(password)} | saslpasswd2 -p -c -u ${SERVER_NAME} ${quoted(username)}`,
  );
  return `${lines.join("\n")}\nchown ${owner} /etc/sasldb2\n`;
}
