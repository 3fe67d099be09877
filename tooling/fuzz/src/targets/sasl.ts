// Mechanisms fed challenges that no honest server sends (F10), and secrets kept out of text.
import { protectCredentials, redactSecrets, SaslError, saslprep } from "@wirepost/sasl";
import { nodeEnvironment } from "@wirepost/sasl/node";
import { CATALOGUE, type MechanismContext } from "../../../../packages/sasl/src/catalogue.js";
import { attempt, attemptAsync, law, same } from "../law.js";
import { fields, text, utf8, wellFormed } from "../octets.js";
import type { Target } from "../target.js";

const PASSWORD = "correct horse";
/** The work of PBKDF2 is bounded by a cap of iterations, which the package tests; here it is one hash. Nonces are fixed. */
const CONTEXT: MechanismContext = {
  credentials: protectCredentials({
    username: "ann",
    password: PASSWORD,
    token: "secret-token",
    external: true,
    gssapi: true,
    anonymous: true,
  }),
  environment: {
    ...nodeEnvironment,
    now: () => 1_700_000_000_000,
    randomBytes: (length) => new Uint8Array(length).fill(0x41),
    pbkdf2: async (algorithm, password, salt, iterations) => {
      law(iterations >= 4096 && iterations <= 600_000, `${iterations} iterations`);
      return nodeEnvironment.hmac(algorithm, password, salt);
    },
    gssapi: async () => ({
      complete: true,
      step: async () => utf8("token"),
      wrap: async (octets) => octets,
      unwrap: async (octets) => octets,
    }),
  },
  host: "mail.example",
  port: 587,
  service: "smtp",
  binding: { type: "tls-exporter", octets: utf8("channel") },
  plusOffered: true,
  serverEndPoint: () => utf8("certificate"),
  scramIterations: undefined,
  tokenRequest: {},
};
const SHOWS_SECRET = new Set(["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"]);
const PROVES_SERVER = /^(?:SCRAM|DIGEST-MD5)/;

const MECHANISM_WORDS = [
  "\x1e",
  "r=",
  "r=QUFB",
  "s=QQ==",
  "i=4096",
  "i=2147483647",
  "i=1",
  ",",
  "v=",
  "e=other-error",
  "m=x",
  'nonce="a"',
  'realm="x"',
  "algorithm=md5-sess",
  'qop="auth"',
  "charset=utf-8",
  "rspauth=",
  "NTLMSSP\0\x02\0\0\0",
  "\0\0\0\0",
  "\xff\xff\xff\xff",
  "\x01\0\x81\0",
  '{"status":"400"}',
  '"',
  "\\",
  "=",
  "\x01",
  "<1@x>",
  "Username:",
  "Password:",
  "\r\n",
];

/** The first message of a server that extends the nonce which the fixed random octets make. */
const mechanismTarget = (name: string): Target => ({
  name: `sasl-${name.toLowerCase()}`,
  laws: "a response or our error at each step, in few steps; nothing ends an exchange but the right proof; no secret in what proves",
  words: MECHANISM_WORDS,
  frames: [
    ["", ""],
    ["r=QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB", ",s=QQ==,i=4096"],
    ["NTLMSSP\0\x02\0\0\0", ""],
    ['nonce="', '",algorithm=md5-sess'],
  ],
  growthBytes: 12_288,
  async run(octets) {
    const row = CATALOGUE.find((one) => one.name === name);
    law(row !== undefined, `no mechanism ${name}`);
    const mechanism = await row.create(CONTEXT);
    const first = await mechanism.initial();
    const said: Uint8Array[] = first === null ? [] : [first];
    for (const challenge of fields(octets).slice(0, 12)) {
      const { value, refusal } = await attemptAsync([SaslError], () => mechanism.respond(challenge));
      if (refusal !== undefined) {
        law(!mechanism.done, "done after an error");
        break;
      }
      law(value instanceof Uint8Array && value.length < 16_384, "no response, or too long a one");
      said.push(value);
    }
    law(said.length <= 9, `${said.length} steps`);
    if (PROVES_SERVER.test(name)) law(!mechanism.done, "done without a proof");
    if (!SHOWS_SECRET.has(name)) {
      for (const response of said) law(!Buffer.from(response).includes(PASSWORD), "the password is shown");
    }
  },
});

export const SASLPREP: Target = {
  name: "saslprep",
  laws: "prepared text or our error; preparing twice changes nothing",
  words: [
    "a",
    "\xc2\xad",
    "\xc2\xa0",
    "\xef\xac\x81",
    "\xd8\xa7",
    "1",
    "\0",
    "\xf0\x9f\x98\x80",
    "\xe2\x80\x8e",
    "\xed\xa0\x80",
    "e\xcc\x81",
    " ",
  ],
  run(octets) {
    for (const kind of ["stored", "query"] as const) {
      const { value } = attempt([SaslError], () => saslprep(text(octets), kind));
      if (value === undefined) continue;
      const again = attempt([SaslError], () => saslprep(value, kind)).value;
      if (again !== undefined) same(again, value, "prepared twice");
    }
  },
};

export const REDACTION: Target = {
  name: "redaction",
  laws: "no secret is left, plain or in base64, wherever it stands",
  words: [
    "correct horse",
    "Y29ycmVjdCBob3JzZQ==",
    "AGFubgBjb3JyZWN0IGhvcnNl",
    " ",
    "a",
    "=",
    "correct",
    "horse",
    "\x1e",
  ],
  run(octets) {
    const [secretOctets = new Uint8Array(), ...rest] = fields(octets);
    const secret = wellFormed(text(secretOctets));
    const body = rest.map(text).join("|");
    const shown = redactSecrets(`${body}${secret}${body}`, [secret, undefined]);
    // A short secret is everywhere; the package says from which length on it redacts.
    if (secret.length >= 8) law(!shown.includes(secret), "a secret is left");
  },
};

export const SASL = [...CATALOGUE.map((row) => mechanismTarget(row.name)), SASLPREP, REDACTION];
