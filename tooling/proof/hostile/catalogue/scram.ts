// SCRAM: each field of the server's messages, spoiled in turn.

import type { Misbehaviour } from "../misbehaviour.js";
import { type Answer, always, base64 } from "../script.js";
import { credentials, exchange, login, offering } from "./login-misbehaviour.js";

const decode = (reply: string): string => Buffer.from(reply.slice(4), "base64").toString("latin1");
const say = (text: string): string => `334 ${base64(text)}`;

/** Changes the first or the final message of the server, which come at these steps. */
function spoiled(
  name: string,
  row: string,
  code: string | RegExp,
  which: "first" | "final",
  change: (message: string) => string,
): Misbehaviour {
  return login(
    `scram-${name}`,
    [row],
    () =>
      exchange("SCRAM-SHA-256", (reply) => {
        const message = decode(reply);
        const mine = which === "first" ? message.startsWith("r=") : message.startsWith("v=");
        return reply.startsWith("334") && mine ? say(change(message)) : reply;
      }),
    { client: credentials("SCRAM-SHA-256"), code },
  );
}

const BAD = "ERR_SASL_BAD_CHALLENGE";
const MANY = "ERR_SASL_ITERATIONS_TOO_MANY";
const FEW = "ERR_SASL_ITERATIONS_TOO_FEW";
const UNPROVEN = /^ERR_(SASL_SERVER_NOT_PROVEN|CLIENT_AUTH_UNPROVEN)$/;

const iterations =
  (count: string) =>
  (message: string): string =>
    message.replace(/i=\d+/, `i=${count}`);

const FIRSTS: readonly Misbehaviour[] = [
  spoiled("iterations-of-32-bits", "S6", MANY, "first", iterations("2147483647")),
  spoiled("iterations-of-600001", "S6", MANY, "first", iterations("600001")),
  spoiled(
    "iterations-of-twenty-digits",
    "S6",
    /^ERR_SASL_(ITERATIONS_TOO_MANY|BAD_CHALLENGE)$/,
    "first",
    iterations("99999999999999999999"),
  ),
  spoiled("iterations-of-one", "S7", FEW, "first", iterations("1")),
  spoiled("iterations-of-4095", "S7", FEW, "first", iterations("4095")),
  spoiled(
    "iterations-of-zero",
    "S7",
    /^ERR_SASL_(ITERATIONS_TOO_FEW|BAD_CHALLENGE)$/,
    "first",
    iterations("0"),
  ),
  spoiled("iterations-negative", "S7", BAD, "first", iterations("-4096")),
  spoiled("iterations-in-words", "S8", BAD, "first", iterations("many")),
  spoiled("nonce-not-extended", "S8", "ERR_SASL_NONCE_MISMATCH", "first", (m) =>
    m.replace("servernonce", ""),
  ),
  spoiled("nonce-of-another", "S8", "ERR_SASL_NONCE_MISMATCH", "first", (m) =>
    m.replace(/r=[^,]+/, "r=somebodyelsesnonce"),
  ),
  spoiled("nonce-before-the-clients", "S8", "ERR_SASL_NONCE_MISMATCH", "first", (m) =>
    m.replace(/r=/, "r=x"),
  ),
  spoiled("nonce-empty", "S8", /^ERR_SASL_(NONCE_MISMATCH|BAD_CHALLENGE)$/, "first", (m) =>
    m.replace(/r=[^,]+/, "r="),
  ),
  spoiled("nonce-with-controls", "S8", /^ERR_SASL_(NONCE_MISMATCH|BAD_CHALLENGE)$/, "first", (m) =>
    m.replace("servernonce", "a\x01\r\nb"),
  ),
  spoiled("nonce-with-a-comma", "S10", BAD, "first", (m) => m.replace("servernonce", "a,b")),
  spoiled("mandatory-extension", "S8", BAD, "first", (m) => `m=future,${m}`),
  spoiled("salt-missing", "S8", BAD, "first", (m) => m.replace(/s=[^,]+,/, "")),
  spoiled("salt-empty", "S8", BAD, "first", (m) => m.replace(/s=[^,]+/, "s=")),
  spoiled("salt-no-base64", "S8", BAD, "first", (m) => m.replace(/s=[^,]+/, "s=***")),
  spoiled("iterations-missing", "S8", BAD, "first", (m) => m.replace(/,i=\d+/, "")),
  spoiled("fields-in-another-order", "S8", BAD, "first", (m) => m.split(",").reverse().join(",")),
  // The second is an extension of that name, which changes what is signed.
  spoiled("field-twice", "S8", "ERR_CLIENT_AUTH_REFUSED", "first", (m) => m.replace(/,i=/, ",i=4096,i=")),
  spoiled(
    "error-for-a-first-message",
    "S8",
    /^ERR_SASL_(SERVER_REFUSED|BAD_CHALLENGE)$/,
    "first",
    () => "e=other-error",
  ),
  spoiled("junk-for-a-first-message", "S8", BAD, "first", () => "hello"),
  spoiled("nothing-for-a-first-message", "S8", BAD, "first", () => ""),
];

const FINALS: readonly Misbehaviour[] = [
  spoiled("wrong-proof", "S9", UNPROVEN, "final", () => `v=${Buffer.alloc(32).toString("base64")}`),
  spoiled("proof-cut-short", "S9", /^ERR_SASL_(SERVER_NOT_PROVEN|BAD_CHALLENGE)$/, "final", (m) =>
    m.slice(0, 22),
  ),
  spoiled("proof-empty", "S9", /^ERR_SASL_(SERVER_NOT_PROVEN|BAD_CHALLENGE)$/, "final", () => "v="),
  spoiled("proof-no-base64", "S9", /^ERR_SASL_(SERVER_NOT_PROVEN|BAD_CHALLENGE)$/, "final", () => "v=***"),
  spoiled(
    "proof-behind-another-field",
    "S9",
    /^ERR_SASL_(SERVER_NOT_PROVEN|BAD_CHALLENGE)$/,
    "final",
    (m) => `x=1,${m}`,
  ),
  spoiled("error-for-a-proof", "S9", /^ERR_SASL_/, "final", () => "e=invalid-proof"),
  spoiled("nothing-for-a-proof", "S9", /^ERR_SASL_(SERVER_NOT_PROVEN|BAD_CHALLENGE)$/, "final", () => ""),
  login("scram-235-at-once", ["S9"], always({ hello: offering("SCRAM-SHA-256"), auth: ["235 ok\r\n"] }), {
    client: credentials("SCRAM-SHA-256"),
    code: UNPROVEN,
  }),
  login(
    "scram-235-for-a-proof",
    ["S9"],
    () => exchange("SCRAM-SHA-256", (reply) => (decode(reply).startsWith("v=") ? "235 ok" : reply)),
    {
      client: credentials("SCRAM-SHA-256"),
      code: UNPROVEN,
    },
  ),
  login(
    "scram-235-with-a-wrong-proof",
    ["S9"],
    () =>
      exchange("SCRAM-SHA-256", (reply) =>
        decode(reply).startsWith("v=") ? `235 ${base64(`v=${Buffer.alloc(32).toString("base64")}`)}` : reply,
      ),
    { client: credentials("SCRAM-SHA-256"), code: UNPROVEN },
  ),
  login(
    "scram-535-after-a-right-proof",
    ["S9"],
    () => exchange("SCRAM-SHA-256", (reply) => (reply.startsWith("235") ? "535 5.7.8 no" : reply)),
    {
      client: credentials("SCRAM-SHA-256"),
      code: "ERR_CLIENT_AUTH_REFUSED",
    },
  ),
];

/** The client's first message, as the server reads it. */
const firstMessage = (lines: readonly string[]): string =>
  Buffer.from(lines.find((line) => line.startsWith("AUTH "))?.split(" ")[2] ?? "", "base64").toString(
    "latin1",
  );

const refusing =
  (error: string): Answer =>
  (peer, line) => {
    if (line.startsWith("AUTH")) {
      const nonce = /,r=([^,]+)/.exec(Buffer.from(line.split(" ")[2] ?? "", "base64").toString())?.[1];
      peer.send(`${say(`r=${nonce}server,s=${base64("0123456789abcdef")},i=4096`)}\r\n`);
    } else {
      peer.send(`${say(`e=${error}`)}\r\n`);
    }
  };

/** S12: somebody between client and server. */
const BINDINGS: readonly Misbehaviour[] = [
  login(
    "channel-binding-taken-out-of-the-offer",
    ["S12"],
    always({
      hello: offering("SCRAM-SHA-256"),
      auth: [refusing("server-does-support-channel-binding")],
    }),
    {
      code: "ERR_SASL_DOWNGRADE_DETECTED",
      check: ({ lines }) =>
        firstMessage(lines).startsWith("y,,") ? [] : "the client did not say that it could bind",
    },
  ),
  login(
    "channel-binding-of-another-channel",
    ["S12"],
    always({
      hello: offering("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"),
      auth: [refusing("channel-bindings-dont-match")],
    }),
    {
      code: "ERR_SASL_CHANNEL_BINDING_MISMATCH",
      check: ({ lines }) => (firstMessage(lines).startsWith("p=") ? [] : "the client did not bind"),
    },
  ),
];

export const SCRAM: readonly Misbehaviour[] = [...FIRSTS, ...FINALS, ...BINDINGS];
