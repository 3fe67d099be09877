// AUTH: offers, refusals, questions without end, and challenges that are none.
import type { AuthOptions } from "@wirepost/smtp-client";
import { beginLogin, LOGIN, type MechanismName, TOKEN } from "../../src/login-server.js";
import type { Ends, Misbehaviour } from "../misbehaviour.js";
import { type Answer, always, base64, end, reset, type Script } from "../script.js";

const ACCEPTED: Ends = { outcome: "accepted" };
const REFUSED = "ERR_CLIENT_AUTH_REFUSED";
/** Whatever it is called: the mechanism or the protocol broke, or the server said no. */
const BROKEN = /^ERR_(SASL_[A-Z_]+|SMTP_[A-Z_]+|CLIENT_AUTH_(REFUSED|UNPROVEN))$/;
const MECHANISMS: readonly MechanismName[] = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2"];

/** EHLO offers these mechanisms, in clear and inside TLS. */
export const offering =
  (...mechanisms: readonly string[]): Answer =>
  (peer) =>
    peer.send(peer.helloWith("PIPELINING", "8BITMIME", `AUTH ${mechanisms.join(" ")}`));

export function credentials(mechanism?: string, more: Partial<AuthOptions> = {}): { auth: AuthOptions } {
  const secret = mechanism === "XOAUTH2" ? { token: TOKEN } : { password: LOGIN.password };
  return {
    auth: {
      username: LOGIN.username,
      ...secret,
      ...(mechanism === undefined ? {} : { mechanisms: [mechanism] }),
      ...more,
    },
  };
}

/** A misbehaviour of logins: inside TLS, and nothing is sent unless it says so. */
export function login(
  name: string,
  rows: readonly string[],
  script: Misbehaviour["script"],
  rest: Partial<Misbehaviour> & { readonly code?: string | RegExp } = {},
): Misbehaviour {
  const { code = BROKEN, ...own } = rest;
  return {
    name,
    rows,
    script,
    ends: { outcome: "not-sent", code, phase: "auth" },
    never: ["MAIL"],
    client: credentials(),
    transports: ["starttls", "implicit"],
    dialects: ["lockstep"],
    ...own,
  };
}

const authLines = (lines: readonly string[]): number =>
  lines.filter((line) => line.startsWith("AUTH ")).length;

/** The honest exchange of a mechanism; `spoil` may change what is said at each step. */
export function exchange(
  mechanism: MechanismName,
  spoil: (reply: string, step: number) => string = (reply) => reply,
): Script {
  const { first, steps } = beginLogin(mechanism);
  let step = 0;
  const next: Answer = (peer, line) => {
    const [verb, , initial] = line.split(" ");
    const asked = verb === "AUTH" && initial === undefined;
    const given = verb === "AUTH" ? (initial ?? "") : line;
    const reply = asked ? first : (steps.shift()?.(Buffer.from(given, "base64")) ?? "501 no");
    peer.send(`${spoil(reply, step++)}\r\n`);
  };
  return { hello: offering(mechanism), auth: [next] };
}

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

/** S4: 334 for ever. */
const QUESTIONS: readonly Misbehaviour[] = [...MECHANISMS, "DIGEST-MD5", "NTLM"].flatMap((mechanism) =>
  (
    [
      ["nothing", "334 \r\n"],
      ["the-same", `334 ${base64("Username:")}\r\n`],
    ] as const
  ).map(([what, reply]) =>
    login(
      `${mechanism.toLowerCase()}-asked-for-${what}-for-ever`,
      ["S4"],
      always({ hello: offering(mechanism), auth: [reply] }),
      {
        client: credentials(mechanism),
        check: ({ lines }) => {
          const from = lines.findIndex((line) => line.startsWith("AUTH "));
          const spoken = lines.slice(from).filter((line) => !line.startsWith("QUIT"));
          return [
            ...(spoken.includes("*") ? [] : ["it was not cancelled"]),
            ...(spoken.length > 6 ? [`the client answered ${spoken.length} times`] : []),
          ];
        },
      },
    ),
  ),
);

/** S5: challenges that are none. */
const CHALLENGES: readonly Misbehaviour[] = (
  [
    ["stars", "334 ***\r\n"],
    ["padding", "334 ====\r\n"],
    ["octets-beyond-ascii", "334 \xff\xfe\r\n"],
    ["a-blank-inside", "334 QUJD REVG\r\n"],
    ["two-lines", "334-QUJD\r\n334 REVG\r\n"],
    ["no-blank", "334\r\n"],
    ["13000-octets", `334 ${"QUJD".repeat(3_250)}\r\n`],
  ] as const
).flatMap(([what, reply]) =>
  (["LOGIN", "CRAM-MD5", "SCRAM-SHA-256"] as const)
    // An empty challenge is a question for LOGIN.
    .filter((mechanism) => what !== "no-blank" || mechanism !== "LOGIN")
    .map((mechanism) =>
      login(
        `${mechanism.toLowerCase()}-challenge-of-${what}`,
        ["S5"],
        always({ hello: offering(mechanism), auth: [reply] }),
        {
          client: credentials(mechanism),
        },
      ),
    ),
);

const DIGEST = 'realm="mail.example",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8';
const ntlm = (target: { readonly length: number; readonly offset: number }): string => {
  const message = Buffer.alloc(48);
  message.write("NTLMSSP\0", "latin1");
  message.writeUInt32LE(2, 8);
  message.writeUInt16LE(target.length, 12);
  message.writeUInt16LE(target.length, 14);
  message.writeUInt32LE(target.offset, 16);
  message.writeUInt32LE(0x00810205, 20);
  message.writeUInt16LE(0xffff, 40);
  message.writeUInt16LE(0xffff, 42);
  message.writeUInt32LE(0xfffffff0, 44);
  return message.toString("latin1");
};

/** S5: DIGEST-MD5 and NTLM, whose challenges have parts. */
const PARTS: readonly Misbehaviour[] = [
  ...(
    [
      ["without-a-nonce", 'realm="x",qop="auth",algorithm=md5-sess'],
      ["with-two-nonces", `${DIGEST},nonce="b"`],
      ["with-an-unclosed-quote", 'realm="x,nonce="a",qop="auth",algorithm=md5-sess'],
      ["with-confidentiality-alone", DIGEST.replace('"auth"', '"auth-conf"')],
      ["with-an-unknown-algorithm", DIGEST.replace("md5-sess", "rot13")],
    ] as const
  ).map(([what, challenge]) =>
    login(
      `digest-md5-challenge-${what}`,
      ["S5"],
      always({ hello: offering("DIGEST-MD5"), auth: [`334 ${base64(challenge)}\r\n`] }),
      {
        client: credentials("DIGEST-MD5"),
      },
    ),
  ),
  login(
    "digest-md5-wrong-rspauth",
    ["S5", "S9"],
    always({
      hello: offering("DIGEST-MD5"),
      auth: [`334 ${base64(DIGEST)}\r\n`, `334 ${base64(`rspauth=${"0".repeat(32)}`)}\r\n`, "235 ok\r\n"],
    }),
    {
      client: credentials("DIGEST-MD5"),
    },
  ),
  login(
    "digest-md5-no-rspauth",
    ["S9"],
    always({ hello: offering("DIGEST-MD5"), auth: [`334 ${base64(DIGEST)}\r\n`, "235 ok\r\n"] }),
    {
      client: credentials("DIGEST-MD5"),
      code: /^ERR_(CLIENT_AUTH_UNPROVEN|SASL_SERVER_NOT_PROVEN)$/,
    },
  ),
  login(
    "digest-md5-realm-that-adds-a-field",
    ["S10"],
    always({
      hello: offering("DIGEST-MD5"),
      auth: [`334 ${base64(DIGEST.replace("mail.example", 'a\\",authzid=\\"root'))}\r\n`, "535 no\r\n"],
    }),
    {
      client: credentials("DIGEST-MD5"),
      check: ({ lines }) =>
        lines
          .map((line) => Buffer.from(line, "base64").toString("latin1"))
          // Inside the quotes it is a part of the realm, and harmless.
          .filter((text) => /,authzid="root/.test(text.replace(/\\./g, ""))),
    },
  ),
  ...(
    [
      ["target-outside-the-message", { length: 0xffff, offset: 0x20 }],
      ["offset-outside-the-message", { length: 8, offset: 0x7fffffff }],
      ["offset-beyond-32-bits", { length: 0xffff, offset: 0xffffffff }],
    ] as const
  ).map(([what, target]) =>
    login(
      `ntlm-${what}`,
      ["S5"],
      always({
        hello: offering("NTLM"),
        auth: ["334 \r\n", `334 ${base64(ntlm(target))}\r\n`, "535 no\r\n"],
      }),
      {
        client: credentials("NTLM"),
      },
    ),
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
  ...QUESTIONS,
  ...CHALLENGES,
  ...PARTS,
  ...REPLIES_TO_AUTH,
  ...ECHOES,
];
