import type { Sandbox } from "../machine/sandbox.js";
import { MaildirReader, type StoredMessage } from "./maildir.js";

/** The name in every server's certificate; each server listens on the loopback address. */
export const SERVER_NAME = "mail.example.test";
export const HOST = "127.0.0.1";

export interface Account {
  readonly username: string;
  readonly password: string;
}

/**
 * The same accounts on every server that checks passwords: what SCRAM has to escape, what ISO 8859-1 can write (which
 * DIGEST-MD5 treats differently) and what it cannot.
 */
export const ACCOUNTS = {
  ann: { username: "ann", password: "wire & post" },
  equalsAndComma: { username: "a=b,c", password: "p=w,d" },
  greek: { username: "νίκη", password: "κωδικός" },
  umlaut: { username: "jürgen", password: "pässwörd" },
} as const satisfies Record<string, Account>;

export interface MailServer<Port extends string = string> {
  readonly host: string;
  readonly ports: Readonly<Record<Port, number>>;
  /** The authority that signed the server's certificate. */
  readonly caFile: string;
  readonly users: typeof ACCOUNTS;
  /** What was delivered so far. */
  readMessages(): StoredMessage[];
  /** Waits until `count` messages that `wanted` accepts were delivered; throws after 30 seconds. */
  waitForMessages(count: number, wanted?: (message: StoredMessage) => boolean): Promise<StoredMessage[]>;
  log(): string;
  stop(): Promise<void>;
}

/** A server that runs in a sandbox, where programs can be run beside it. */
export interface SandboxedMailServer<Port extends string = string> extends MailServer<Port> {
  /** Runs bash in the server's sandbox and gives what it prints. */
  run(script: string): Promise<string>;
}

/** Where every server stores mail, inside its sandbox. */
export const MAIL_FOLDER = "/srv/mail";

export function mailServer<Port extends string>(
  sandbox: Sandbox,
  ports: Readonly<Record<Port, number>>,
  caFile: string,
): SandboxedMailServer<Port> {
  const maildirs = new MaildirReader(sandbox.root + MAIL_FOLDER);
  const readMessages = () => maildirs.read();
  return {
    host: HOST,
    ports,
    caFile,
    users: ACCOUNTS,
    readMessages,
    waitForMessages: (count, wanted = () => true) =>
      waitForMessages(readMessages, count, wanted, sandbox.log),
    log: () => sandbox.log(),
    run: (script) => sandbox.run(script),
    stop: () => sandbox.stop(),
  };
}

export async function waitForMessages(
  read: () => StoredMessage[],
  count: number,
  wanted: (message: StoredMessage) => boolean,
  log: () => string,
): Promise<StoredMessage[]> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = read().filter(wanted);
    if (found.length >= count) return found;
    if (performance.now() > deadline) {
      throw new Error(`${found.length} of ${count} messages arrived\n${log()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
