// S4, S5, S10: challenges without end, challenges that are none, and challenges whose parts are spoiled.
import type { Misbehaviour } from "../misbehaviour.js";
import { always, base64 } from "../script.js";
import { credentials, login, MECHANISMS, offering } from "./login-misbehaviour.js";

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
const NONE: readonly Misbehaviour[] = (
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

export const CHALLENGES: readonly Misbehaviour[] = [...QUESTIONS, ...NONE, ...PARTS];
