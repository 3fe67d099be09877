// AUTH: offers, refusals, questions without end, and challenges that are none.
import { LOGIN, TOKEN } from "../../src/login-server.js";
import type { Ends, Misbehaviour } from "../misbehaviour.js";
import { always, base64, end, reset } from "../script.js";
import { credentials, exchange, login, MECHANISMS, offering } from "./login-misbehaviour.js";

const ACCEPTED: Ends = { outcome: "accepted" };
const REFUSED = "ERR_CLIENT_AUTH_REFUSED";

const authLines = (lines: readonly string[]): number =>
  lines.filter((line) => line.startsWith("AUTH ")).length;

const HONEST: readonly Misbehaviour[] = MECHANISMS.map((mechanism) =>
  login(`honest-${mechanism.toLowerCase()}`, ["S1"], () => exchange(mechanism), {
    client: credentials(mechanism),
    ends: ACCEPTED,
    never: [],
  }),
);

/** S1, S2: what is offered. */
const OFFERS: readonly Misbehaviour[] = [
  ...["PLAIN LOGIN", "LOGIN", "XOAUTH2 PLAIN"].map((offer) =>
    login(
      `only-${offer.toLowerCase().replace(" ", "-and-")}-without-tls`,
      ["S1"],
      always({ hello: offering(offer) }),
      {
        transports: ["clear"],
        code: /^ERR_SASL_(CLEAR_TEXT_REFUSED|NONE_USABLE)$/,
        never: ["AUTH", "MAIL"],
      },
    ),
  ),
  login("xoauth2-without-tls", ["S1"], always({ hello: offering("XOAUTH2") }), {
    transports: ["clear"],
    client: credentials("XOAUTH2"),
    code: "ERR_SASL_CLEAR_TEXT_REFUSED",
    never: ["AUTH", "MAIL"],
  }),
  login("no-auth-offered", ["S2"], always({}), {
    transports: ["clear", "starttls", "implicit"],
    code: "ERR_CLIENT_AUTH_NOT_OFFERED",
    never: ["AUTH", "MAIL"],
  }),
  login(
    "auth-offered-without-a-mechanism",
    ["S2"],
    always({ hello: (peer) => peer.send(peer.helloWith("AUTH")) }),
    {
      code: /^ERR_(CLIENT_AUTH_NOT_OFFERED|SASL_NONE_OFFERED)$/,
      never: ["AUTH", "MAIL"],
    },
  ),
  login("only-unknown-mechanisms-offered", ["S2"], always({ hello: offering("X-MAGIC", "SCRAM-SHA-9") }), {
    code: /^ERR_SASL_NONE_/,
    never: ["AUTH", "MAIL"],
  }),
  login(
    "auth-offered-in-clear-alone",
    ["S2", "T7"],
    always({
      hello: (peer) => peer.send(peer.secure ? peer.helloWith() : peer.helloWith("AUTH PLAIN CRAM-MD5")),
    }),
    { transports: ["starttls"], code: "ERR_CLIENT_AUTH_NOT_OFFERED", never: ["AUTH", "MAIL"] },
  ),
  login(
    "530-to-mail-after-a-login",
    ["S2"],
    () => ({
      ...exchange("PLAIN"),
      mail: "530 5.7.0 log in\r\n",
      rcpt: () => "530 5.7.0 log in\r\n",
      data: "530 5.7.0 log in\r\n",
    }),
    {
      ends: { outcome: "rejected", code: "ERR_CLIENT_SENDER_REFUSED", phase: "mail" },
      never: ["content"],
    },
  ),
];

/** S3: what follows a refusal. */
const REFUSALS: readonly Misbehaviour[] = [
  login(
    "strongest-mechanism-refused-with-535",
    ["S3"],
    always({ hello: offering("SCRAM-SHA-256", "CRAM-MD5", "PLAIN"), auth: ["535 5.7.8 no\r\n"] }),
    {
      code: REFUSED,
      check: ({ lines }) => (authLines(lines) === 1 ? [] : `AUTH was said ${authLines(lines)} times`),
    },
  ),
  ...["504 5.5.4 unknown\r\n", "534 5.7.9 too weak\r\n"].map((reply) =>
    login(
      `every-mechanism-refused-with-${reply.slice(0, 3)}`,
      ["S3"],
      always({ hello: offering("SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN"), auth: [reply] }),
      {
        code: REFUSED,
        check: ({ lines }) => (authLines(lines) === 2 ? [] : `AUTH was said ${authLines(lines)} times`),
      },
    ),
  ),
  login(
    "strong-mechanisms-refused-with-504-in-clear",
    ["S3", "S1"],
    always({ hello: offering("CRAM-MD5", "PLAIN", "LOGIN"), auth: ["504 5.5.4 unknown\r\n"] }),
    {
      transports: ["clear"],
      code: REFUSED,
      check: ({ lines }) => lines.filter((line) => /^AUTH (PLAIN|LOGIN)/.test(line)),
    },
  ),
  login(
    "login-refused-for-now",
    ["S3"],
    always({ hello: offering("SCRAM-SHA-256", "PLAIN"), auth: ["454 4.7.0 later\r\n"] }),
    {
      ends: { outcome: "not-sent", code: REFUSED, phase: "auth", retryable: true },
      check: ({ lines }) => (authLines(lines) === 1 ? [] : `AUTH was said ${authLines(lines)} times`),
    },
  ),
];

/** Replies to AUTH that have no business there. */
const REPLIES_TO_AUTH: readonly Misbehaviour[] = [
  login("354-to-auth", ["R8", "S9"], always({ hello: offering("PLAIN"), auth: ["354 go\r\n"] }), {
    code: "ERR_SMTP_UNEXPECTED_REPLY",
  }),
  login(
    "mixed-codes-to-auth",
    ["R3", "S9"],
    always({ hello: offering("PLAIN"), auth: ["235-ok\r\n535 no\r\n"] }),
    { code: "ERR_SMTP_MIXED_CODES" },
  ),
  login("garbage-to-auth", ["R4"], always({ hello: offering("PLAIN"), auth: ["?!\r\n"] }), {
    code: "ERR_SMTP_REPLY_SYNTAX",
  }),
  login("silence-to-auth", ["R11"], always({ hello: offering("PLAIN"), auth: [undefined] }), {
    code: "ERR_CLIENT_TIMEOUT",
    client: { ...credentials(), timeouts: { commandMs: 1_500 } },
  }),
  login("end-instead-of-a-reply-to-auth", ["R13"], always({ hello: offering("PLAIN"), auth: [end] }), {
    code: /^ERR_(CLIENT_CONNECTION_LOST|SOCKET_)/,
  }),
  login("reset-instead-of-a-reply-to-auth", ["R13"], always({ hello: offering("PLAIN"), auth: [reset] }), {
    code: /^ERR_(CLIENT_CONNECTION_LOST|SOCKET_)/,
  }),
  login("421-to-auth", ["R10"], always({ hello: offering("PLAIN"), auth: ["421 4.3.2 down\r\n"] }), {
    ends: {
      outcome: "not-sent",
      code: /^ERR_CLIENT_(AUTH_REFUSED|CONNECTION_LOST)$/,
      phase: "auth",
      retryable: true,
    },
  }),
  login("reply-behind-235", ["R9"], always({ hello: offering("PLAIN"), auth: ["235 ok\r\n250 ok\r\n"] }), {
    ends: { outcome: "not-sent", code: "ERR_SMTP_UNEXPECTED_REPLY" },
  }),
  login("235-before-the-name-was-asked", ["S9"], always({ hello: offering("LOGIN"), auth: ["235 ok\r\n"] }), {
    client: credentials("LOGIN"),
    code: /^ERR_(CLIENT_AUTH_UNPROVEN|SASL_)/,
  }),
  login("235-before-the-ticket", ["S9"], always({ hello: offering("CRAM-MD5"), auth: ["235 ok\r\n"] }), {
    client: credentials("CRAM-MD5"),
    code: /^ERR_(CLIENT_AUTH_UNPROVEN|SASL_)/,
  }),
];

const BLOB = base64(`\0${LOGIN.username}\0${LOGIN.password}`);

/** S11: servers that say a secret back. `judge.ts` looks for it in everything that an error shows. */
const ECHOES: readonly Misbehaviour[] = [
  login(
    "535-repeats-the-login",
    ["S11"],
    always({ hello: offering("PLAIN"), auth: [`535 5.7.8 not ${BLOB}\r\n`] }),
    { code: REFUSED },
  ),
  login(
    "535-repeats-the-password",
    ["S11"],
    always({ hello: offering("PLAIN"), auth: [`535 5.7.8 not "${LOGIN.password}"\r\n`] }),
    { code: REFUSED },
  ),
  login(
    "535-repeats-the-login-over-lines",
    ["S11"],
    always({ hello: offering("PLAIN"), auth: [`535-${BLOB}\r\n535-${LOGIN.password}\r\n535 no\r\n`] }),
    { code: REFUSED },
  ),
  login(
    "garbage-repeats-the-login",
    ["S11"],
    always({ hello: offering("PLAIN"), auth: [`HTTP ${BLOB} ${LOGIN.password}\r\n`] }),
    { code: "ERR_SMTP_REPLY_SYNTAX" },
  ),
  login(
    "mixed-codes-repeat-the-login",
    ["S11"],
    always({ hello: offering("PLAIN"), auth: [`235-${BLOB}\r\n535 ${LOGIN.password}\r\n`] }),
    { code: "ERR_SMTP_MIXED_CODES" },
  ),
  login(
    "235-repeats-the-password-and-mail-too",
    ["S11"],
    always({
      hello: offering("PLAIN"),
      auth: [`235 welcome ${LOGIN.password}\r\n`],
      mail: `550 not with ${LOGIN.password} ${BLOB}\r\n`,
      rcpt: () => "503 no\r\n",
      data: "503 no\r\n",
    }),
    {
      ends: { outcome: "rejected", code: "ERR_CLIENT_SENDER_REFUSED" },
      never: ["content"],
    },
  ),
  login(
    "xoauth2-error-repeats-the-token",
    ["S11"],
    always({
      hello: offering("XOAUTH2"),
      auth: [`334 ${base64(`{"status":"401","token":"${TOKEN}"}`)}\r\n`, `535 5.7.8 ${TOKEN}\r\n`],
    }),
    {
      client: credentials("XOAUTH2"),
    },
  ),
];

export const LOGINS: readonly Misbehaviour[] = [
  ...HONEST,
  ...OFFERS,
  ...REFUSALS,
  ...REPLIES_TO_AUTH,
  ...ECHOES,
];
