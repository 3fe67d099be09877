import type { TLSSocketOptions } from "node:tls";
import type { TestIdentity } from "@wirepost/test-server";
import type { Dialect, Script } from "./script.js";

export interface PeerOptions {
  readonly script: Script;
  readonly dialect: Dialect;
  readonly lmtp: boolean;
  readonly identity: Pick<TestIdentity, "certificate" | "key">;
  /** STARTTLS is announced until it was taken. */
  readonly offersTls: boolean;
  readonly implicitTls: boolean;
  /** So many messages are taken honestly before the script begins to count for anything but greeting, EHLO, TLS and AUTH. */
  readonly honestMessages: number;
  readonly tlsOptions?: TLSSocketOptions | undefined;
}

export interface CommandSeen {
  readonly line: string;
  readonly secure: boolean;
  /** It came in one segment with others. */
  readonly grouped: boolean;
}

/** What is said where the script leaves it open. */
export const HONEST_REPLIES: Readonly<Record<string, string>> = {
  MAIL: "250 2.1.0 ok\r\n",
  RCPT: "250 2.1.5 ok\r\n",
  DATA: "354 go\r\n",
  RSET: "250 2.0.0 reset\r\n",
  QUIT: "221 2.0.0 bye\r\n",
};
