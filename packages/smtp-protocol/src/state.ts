/**
 * The two cursors of a client session, as tables. Everything that moves a cursor is in this file; `ClientProtocol` only reads it.
 *
 * `issued` follows what has been written, assuming that it succeeds; `answered` follows what the server said. Between them
 * stands the FIFO of replies still owed. Whenever nothing is owed the cursors meet: issued becomes answered.
 */

/** Where a session stands, for either cursor. States with a `*` below occur in `issued` only: they wait for a reply. */
export type SessionState =
  | "greeting" // connected, the server speaks first (RFC 5321 3.1)
  | "refused" // greeted with 4yz or 5yz: only QUIT is left (RFC 5321 3.1)
  | "connected" // greeted, no EHLO yet
  | "hello" // * EHLO, HELO or LHLO written
  | "ready" // no transaction open
  | "starttls" // * STARTTLS written (RFC 3207)
  | "tls" // 220 received: the handshake comes next, nothing may be written in clear
  | "auth" // * AUTH or a response written (RFC 4954)
  | "challenge" // 334 received: a response is owed
  | "mail" // MAIL done, no recipient accepted yet
  | "rcpt" // at least one recipient done
  | "data" // * DATA written
  | "content" // 354 received: content goes out
  | "empty" // 354 although every recipient was refused: only a lone dot may follow (RFC 2920 3.1)
  | "chunk" // inside BDAT chunks (RFC 3030)
  | "sync" // * a command that must end a group was written (RFC 2920 3.1: NOOP, VRFY, EXPN, …)
  | "tainted" // RSET was refused: what the server thinks is open is unknown
  | "quit" // * QUIT written
  | "closed"; // nothing more can happen

/** What a client may write; the events of the `issued` cursor. */
export type Move =
  | "hello"
  | "starttls"
  | "auth"
  | "response"
  | "mail"
  | "recipient"
  | "data"
  | "content"
  | "end"
  | "chunk"
  | "lastChunk"
  | "reset"
  | "sync"
  | "quit";

/** The moves that are commands; each is also what its reply answers. */
export type CommandMove = Exclude<Move, "response" | "content" | "end">;

/** What a reply answers; with the class of the reply, the events of the `answered` cursor. */
export type Awaited =
  | "greeting"
  | "hello"
  | "starttls"
  | "auth"
  | "mail"
  | "recipient"
  | "data"
  /** LMTP: the final reply for one recipient while others are still owed (RFC 2033 4.2). */
  | "endForOne"
  | "end"
  | "chunk"
  | "lastChunk"
  | "reset"
  | "sync"
  | "quit";

/** `positive` 2yz, `intermediate` 354 and 334 where they belong, `negative` 4yz and 5yz. */
export type ReplyClass = "positive" | "intermediate" | "negative";

export type IssuedTable = Readonly<Record<SessionState, Readonly<Partial<Record<Move, SessionState>>>>>;
export type AnsweredTable = Readonly<
  Record<
    SessionState,
    Readonly<Partial<Record<Awaited, Readonly<Partial<Record<ReplyClass, SessionState>>>>>>
  >
>;

/** Moves of the `issued` cursor. A move that is not listed is the caller's error (ERR_SMTP_WRONG_STATE). */
export const ISSUED = {
  greeting: {},
  refused: { quit: "quit" },
  connected: { hello: "hello", reset: "connected", sync: "sync", quit: "quit" },
  hello: {},
  ready: {
    hello: "hello",
    starttls: "starttls",
    auth: "auth",
    mail: "mail",
    reset: "ready",
    sync: "sync",
    quit: "quit",
  },
  starttls: {},
  tls: {},
  auth: {},
  challenge: { response: "auth" },
  mail: { recipient: "rcpt", reset: "ready", sync: "sync", quit: "quit" },
  rcpt: {
    recipient: "rcpt",
    data: "data",
    chunk: "chunk",
    lastChunk: "ready",
    reset: "ready",
    sync: "sync",
    quit: "quit",
  },
  data: {},
  content: { content: "content", end: "ready" },
  empty: { end: "ready" },
  chunk: { chunk: "chunk", lastChunk: "ready", reset: "ready", quit: "quit" },
  sync: {},
  tainted: { reset: "ready", quit: "quit" },
  quit: {},
  closed: {},
} as const satisfies IssuedTable;

/**
 * Moves of the `answered` cursor. A reply that is not listed is the server's error (ERR_SMTP_UNEXPECTED_REPLY), and where the
 * end of content was written already, its outcome is unknown.
 *
 * Replies of a group whose MAIL was refused keep coming: the rows of `ready` take them without opening anything, and a 354
 * there is an error, because content written after it would go to whatever the server has open.
 */
export const ANSWERED = {
  greeting: { greeting: { positive: "connected", negative: "refused" } },
  refused: {
    // An EHLO that was written ahead of the greeting is answered all the same.
    hello: { negative: "refused" },
    quit: { positive: "closed", negative: "closed" },
  },
  connected: {
    hello: { positive: "ready", negative: "connected" },
    reset: { positive: "connected", negative: "connected" },
    sync: { positive: "connected", intermediate: "connected", negative: "connected" },
    quit: { positive: "closed", negative: "closed" },
  },
  ready: {
    // A refused second EHLO leaves the session as it was (RFC 5321 4.1.4).
    hello: { positive: "ready", negative: "ready" },
    starttls: { positive: "tls", negative: "ready" },
    auth: { positive: "ready", intermediate: "challenge", negative: "ready" },
    mail: { positive: "mail", negative: "ready" },
    recipient: { positive: "ready", negative: "ready" },
    data: { negative: "ready" },
    chunk: { negative: "ready" },
    lastChunk: { negative: "ready" },
    endForOne: { negative: "ready" },
    reset: { positive: "ready", negative: "tainted" },
    sync: { positive: "ready", intermediate: "ready", negative: "ready" },
    quit: { positive: "closed", negative: "closed" },
  },
  challenge: {
    auth: { positive: "ready", intermediate: "challenge", negative: "ready" },
  },
  mail: {
    recipient: { positive: "rcpt", negative: "mail" },
    data: { intermediate: "empty", negative: "mail" },
    chunk: { negative: "mail" },
    lastChunk: { negative: "mail" },
    reset: { positive: "ready", negative: "tainted" },
    sync: { positive: "mail", intermediate: "mail", negative: "mail" },
    quit: { positive: "closed", negative: "closed" },
  },
  rcpt: {
    recipient: { positive: "rcpt", negative: "rcpt" },
    data: { intermediate: "content", negative: "rcpt" },
    chunk: { positive: "chunk", negative: "mail" },
    lastChunk: { positive: "ready", negative: "ready" },
    endForOne: { positive: "rcpt", negative: "rcpt" },
    reset: { positive: "ready", negative: "tainted" },
    sync: { positive: "rcpt", intermediate: "rcpt", negative: "rcpt" },
    quit: { positive: "closed", negative: "closed" },
  },
  content: {
    endForOne: { positive: "content", negative: "content" },
    end: { positive: "ready", negative: "ready" },
  },
  empty: {
    // The lone dot of RFC 2920 3.1: "no valid recipients" is what a server should say, but either way nothing was sent.
    end: { positive: "ready", negative: "ready" },
  },
  chunk: {
    chunk: { positive: "chunk", negative: "mail" },
    lastChunk: { positive: "ready", negative: "ready" },
    endForOne: { positive: "chunk", negative: "chunk" },
    reset: { positive: "ready", negative: "tainted" },
    quit: { positive: "closed", negative: "closed" },
  },
  tainted: {
    mail: { positive: "tainted", negative: "tainted" },
    recipient: { positive: "tainted", negative: "tainted" },
    data: { negative: "tainted" },
    chunk: { negative: "tainted" },
    lastChunk: { negative: "tainted" },
    endForOne: { negative: "tainted" },
    reset: { positive: "ready", negative: "tainted" },
    quit: { positive: "closed", negative: "closed" },
  },
  hello: {},
  starttls: {},
  tls: {},
  auth: {},
  data: {},
  sync: {},
  quit: {},
  closed: {},
} as const satisfies AnsweredTable;
