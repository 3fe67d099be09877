// The good sessions that are broken: each is run whole first, and then with one accident at each octet.
import type { ConnectionOptions } from "@wirepost/smtp-client";
import { type TestIdentity, testIdentities } from "@wirepost/test-server";
import type { HonestOptions } from "../src/honest-server.js";
import { LOGIN, type MechanismName, TOKEN } from "../src/login-server.js";

export interface Session {
  readonly name: string;
  readonly server: HonestOptions;
  readonly client: Partial<ConnectionOptions>;
  /** How many letters are sent at once. */
  readonly letters: number;
  /** The octets on the wire are TLS records. */
  readonly encrypted?: boolean | undefined;
  /**
   * A spoiled line end makes one reply of two (or one command), and what follows is taken for another's: in a window and behind
   * LMTP's content several final replies look alike, and no client can tell. `law.ts` holds less of those accidents.
   */
  readonly mayShift?: boolean | undefined;
}

const PIPELINED = ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"];
const CHUNKING = [...PIPELINED, "CHUNKING"];
const refuses = (address: string): boolean => address.includes("refused") || address.includes("sefused");
/** The second letter is refused after its content; in LMTP one recipient of each. */
const refusesContent = (what: string): boolean => what === "mark-bravo" || what.startsWith("dee@");

const judged = { refuses, refusesContent };

export const PLAIN_SESSIONS: readonly Session[] = [
  {
    name: "data",
    server: { extensions: ["8BITMIME"], ...judged },
    client: {},
    letters: 2,
  },
  {
    name: "data-pipelined-envelope",
    server: { extensions: PIPELINED, ...judged },
    client: { pipelining: "envelope" },
    letters: 2,
  },
  { name: "data-pipelined", server: { extensions: PIPELINED, ...judged }, client: {}, letters: 3 },
  { name: "bdat", server: { extensions: CHUNKING, ...judged }, client: {}, letters: 3 },
  {
    name: "bdat-window",
    server: { extensions: CHUNKING, ...judged },
    client: { window: { maxMessages: 4 } },
    letters: 3,
    mayShift: true,
  },
  {
    name: "lmtp",
    server: { extensions: PIPELINED, lmtp: true, ...judged },
    client: { protocol: "lmtp" },
    letters: 2,
    mayShift: true,
  },
  {
    name: "lmtp-bdat",
    server: { extensions: CHUNKING, lmtp: true, ...judged },
    client: { protocol: "lmtp" },
    letters: 2,
    mayShift: true,
  },
];

const MECHANISMS: readonly MechanismName[] = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2"];

export const LOGIN_SESSIONS: readonly Session[] = MECHANISMS.map((mechanism) => ({
  name: `auth-${mechanism.toLowerCase()}`,
  server: { extensions: PIPELINED, mechanism, ...judged },
  client: {
    auth: {
      username: LOGIN.username,
      ...(mechanism === "XOAUTH2" ? { token: TOKEN } : { password: LOGIN.password }),
      mechanisms: [mechanism],
      allowClearText: true,
    },
  },
  letters: 1,
}));

export function sessionsNamed(...names: readonly string[]): readonly Session[] {
  return names.map((name) => PLAIN_SESSIONS.find((session) => session.name === name) as Session);
}

export async function tlsSession(name: "starttls" | "implicit-tls"): Promise<Session> {
  const { good }: { good: TestIdentity } = await testIdentities();
  const implicit = name === "implicit-tls";
  return {
    name,
    server: {
      extensions: PIPELINED,
      tls: { certificate: good.certificate, key: good.key, implicit },
      ...judged,
    },
    client: { host: "localhost", tls: { policy: implicit ? "implicit" : "required", ca: good.ca } },
    letters: 1,
    encrypted: true,
  };
}
