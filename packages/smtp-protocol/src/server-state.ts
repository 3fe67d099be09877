import type { Command } from "./command.js";

/** How far a session has come, as far as it decides which commands are in order (RFC 5321 4.1.4). */
export type ServerPhase =
  /** No greeting of the client yet, or TLS has just begun. */
  | "start"
  /** Greeted; no transaction. */
  | "ready"
  /** MAIL was accepted; no recipient yet. */
  | "mail"
  /** A recipient was accepted. */
  | "recipients"
  /** A chunk was accepted that was not the last (RFC 3030 2). */
  | "chunks"
  /** A chunk was refused that was not the last: the message has failed, and RSET or a greeting comes next (RFC 3030 2). */
  | "failed";

export type Verb = Command["verb"];

const HELLO = { EHLO: "ready", HELO: "ready", LHLO: "ready" } as const;

/** The phase after a command that succeeds. A verb that is not named is out of order. */
export const SERVER_TRANSITIONS: Readonly<Record<ServerPhase, Readonly<Partial<Record<Verb, ServerPhase>>>>> =
  {
    start: { ...HELLO, RSET: "start" },
    ready: {
      ...HELLO,
      RSET: "ready",
      MAIL: "mail",
      SEND: "mail",
      SOML: "mail",
      SAML: "mail",
      AUTH: "ready",
      STARTTLS: "start",
      ETRN: "ready",
    },
    mail: { ...HELLO, RSET: "ready", RCPT: "recipients" },
    recipients: {
      ...HELLO,
      RSET: "ready",
      RCPT: "recipients",
      DATA: "ready",
      BDAT: "chunks",
      BURL: "chunks",
    },
    chunks: { ...HELLO, RSET: "ready", BDAT: "chunks", BURL: "chunks" },
    failed: { ...HELLO, RSET: "ready" },
  };

/** Verbs that are in order everywhere and change nothing. */
const ANYWHERE: ReadonlySet<Verb> = /* @__PURE__ */ new Set<Verb>([
  "NOOP",
  "HELP",
  "VRFY",
  "EXPN",
  "QUIT",
  "CUSTOM",
]);

/** The phase after the command succeeds; undefined when it is out of order. */
export function phaseAfter(phase: ServerPhase, command: Command): ServerPhase | undefined {
  if (ANYWHERE.has(command.verb)) return phase;
  const next = SERVER_TRANSITIONS[phase][command.verb];
  // The last chunk ends the transaction, as the end of the data does.
  return next === "chunks" && isLastChunk(command) ? "ready" : next;
}

/** Content by BDAT or BURL (RFC 4468) that ends the message. */
export function isLastChunk(command: Command): boolean {
  return "last" in command && command.last;
}
