import { readFileSync } from "node:fs";
import { freePorts } from "../machine/ports.js";
import { type Sandbox, startSandbox } from "../machine/sandbox.js";
import { ACCOUNTS, HOST, SERVER_NAME } from "./mail-server.js";
import { allAccept } from "./ready.js";

export const REALM = "EXAMPLE.TEST";

export interface KeyDistributionCentre {
  /** The realm's krb5.conf. */
  readonly configuration: string;
  /** The keys of smtp/mail.example.test. They are new at each start: servers that use them start after this. */
  readonly keytab: Uint8Array;
  /** Where the programs of Kerberos and Python's gssapi run; a ticket of `ann` is in the default cache. */
  readonly sandbox: Sandbox;
  log(): string;
  stop(): Promise<void>;
}

/** MIT Kerberos: one realm, the user `ann`, the service smtp/mail.example.test. */
export async function startKerberos(): Promise<KeyDistributionCentre> {
  const ports = await freePorts("kdc");
  const configuration = `[libdefaults]
default_realm = ${REALM}
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
udp_preference_limit = 1
default_ccache_name = FILE:/srv/wirepost/tickets
[realms]
${REALM} = {
  kdc = ${HOST}:${ports.kdc}
}
[domain_realm]
.example.test = ${REALM}
[logging]
kdc = FILE:/srv/wirepost/log/kdc.log
`;
  const sandbox = await startSandbox({
    name: "kerberos",
    release: "bookworm",
    files: {
      "/etc/krb5.conf": configuration,
      "/etc/krb5kdc/kdc.conf": `[realms]
${REALM} = {
  database_name = /var/lib/krb5kdc/principal
  key_stash_file = /etc/krb5kdc/stash
  kdc_listen = ${HOST}:${ports.kdc}
  kdc_tcp_listen = ${HOST}:${ports.kdc}
  max_life = 1d
}
`,
    },
    start: `install -d -m 700 /var/lib/krb5kdc
kdb5_util create -s -r ${REALM} -P master
kadmin.local addprinc -pw '${ACCOUNTS.ann.password}' ${ACCOUNTS.ann.username}
kadmin.local addprinc -randkey smtp/${SERVER_NAME}
kadmin.local ktadd -k /srv/wirepost/keytab smtp/${SERVER_NAME}
exec krb5kdc -n
`,
    ready: () => allAccept(ports),
  });
  await sandbox.run(`printf '%s\\n' '${ACCOUNTS.ann.password}' | kinit ${ACCOUNTS.ann.username}`);
  return {
    configuration,
    keytab: readFileSync(`${sandbox.root}/srv/wirepost/keytab`),
    sandbox,
    log: sandbox.log,
    stop: sandbox.stop,
  };
}
