import { setTimeout as sleep } from "node:timers/promises";
import { startSandbox } from "../machine/sandbox.js";
import { MAIL_FOLDER, waitForMessages } from "./mail-server.js";
import { MaildirReader, type StoredMessage } from "./maildir.js";
import { type PostfixSettings, postfixFiles, START_POSTFIX } from "./postfix.js";
import { accepts } from "./ready.js";

/** PEM: the certificate with the chain that is sent along, and its key. */
export interface ExchangerIdentity {
  readonly certificate: string;
  readonly key: string;
}

export interface ExchangerOptions {
  /** An address of the loopback network of its own: all exchangers listen on one port, as the internet's do on 25. */
  readonly host: string;
  readonly port: number;
  /** The name by which it greets. */
  readonly name: string;
  /** Default: no STARTTLS. */
  readonly identity?: ExchangerIdentity | undefined;
  /** Other certificates, by the name that the client asks for (SNI). */
  readonly byName?: Readonly<Record<string, ExchangerIdentity>> | undefined;
  /** Further settings of main.cf. */
  readonly settings?: PostfixSettings | undefined;
}

/** A Postfix that takes mail for every domain. */
export interface Exchanger {
  readonly host: string;
  readonly port: number;
  readMessages(): StoredMessage[];
  waitForMessages(count: number, wanted?: (message: StoredMessage) => boolean): Promise<StoredMessage[]>;
  /** How many connections it has had. */
  connections(): Promise<number>;
  log(): string;
  stop(): Promise<void>;
}

/** Where the connections come from that only find out how things stand; those of tests come from elsewhere. */
const KNOCKER = "127.0.9.9";
const LOG = "/srv/wirepost/log/postfix.log";
const PLACE = "/srv/wirepost/identity";

/** Postfix 3.7 as one mail exchanger of the internet. Addresses decide what becomes of a message, as on the other servers. */
export async function startExchanger(options: ExchangerOptions): Promise<Exchanger> {
  const { host, port, name, identity, byName = {}, settings = {} } = options;
  const files: Record<string, string | { content: string; mode: number }> = {};
  const place = (at: string, { certificate, key }: ExchangerIdentity): string => {
    files[`${at}.pem`] = certificate;
    files[`${at}.key`] = { content: key, mode: 0o600 };
    return `${at}.key, ${at}.pem`;
  };
  const chain = identity === undefined ? "" : place(PLACE, identity);
  const names = Object.entries(byName).map(([asked, one]) => `${asked} ${place(`${PLACE}-${asked}`, one)}\n`);
  const knocks = new RegExp(` connect from \\S+\\[${KNOCKER}\\]`, "g");
  const knock = () => accepts(port, host, host.includes(":") ? undefined : KNOCKER);
  let knocked = 0;
  const sandbox = await startSandbox({
    name: `exchanger-${host.replaceAll(":", "_")}`,
    release: "bookworm",
    files: {
      ...files,
      "/etc/postfix/names": names.join(""),
      ...postfixFiles(
        {
          myhostname: name,
          maillog_file: LOG,
          maillog_file_prefixes: "/srv",
          inet_protocols: "all",
          mynetworks: "127.0.0.0/8 [::1]/128",
          smtpd_tls_security_level: identity === undefined ? "none" : "may",
          smtpd_tls_chain_files: chain,
          smtpd_tls_CAfile: "",
          tls_server_sni_maps: names.length === 0 ? "" : "texthash:/etc/postfix/names",
          ...settings,
        },
        [{ host, port, settings: {} }],
      ),
    },
    start: `${START_POSTFIX}wait -n\n`,
    ready: async ({ log }) => {
      // Ready is when a connection has been written down: from then on the log tells of each.
      if (knocked === 0 && (await knock())) knocked = 1;
      return knocked === 1 && log().includes(" connect from ");
    },
  });
  const maildirs = new MaildirReader(sandbox.root + MAIL_FOLDER);
  const readMessages = () => maildirs.read();
  const count = (pattern: RegExp) => [...sandbox.log().matchAll(pattern)].length;
  return {
    host,
    port,
    readMessages,
    waitForMessages: (wantedCount, wanted = () => true) =>
      waitForMessages(readMessages, wantedCount, wanted, sandbox.log),
    async connections() {
      if (!host.includes(":")) {
        // What came before our own knock stands before it in the log.
        if (await knock()) knocked++;
        while (count(knocks) < knocked) await sleep(10);
      }
      return count(/ connect from /g) - knocked;
    },
    log: sandbox.log,
    stop: sandbox.stop,
  };
}
