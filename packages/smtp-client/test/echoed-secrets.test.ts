import { createHash } from "node:crypto";
import { inspect } from "node:util";
import type { Reply } from "@wirepost/smtp-protocol";
import { describe, expect, it } from "vitest";
import type { AuthOptions, TranscriptEntry } from "../src/index.js";
import { SecretForms } from "../src/session/secret-forms.js";
import { failure } from "./outcomes.js";
import { connectTo, type PeerScript } from "./scripted-peer.js";

const PASSWORD = "correct-horse-battery";
const TOKEN = "ya29.TOKEN-s3cret-abcdefghijklmnopqrstuvwxyz_0123456789";
const USERNAME = "ann@mail.example.com";
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const BLOB = base64(`\0${USERNAME}\0${PASSWORD}`);

/** Six characters of a secret that can be read out of a text, as they stand or in base64. */
function readable(text: string, secret: string): string[] {
  const texts = [text.toLowerCase()];
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{8,}/g)) {
    for (let at = 0; at < 4; at++)
      texts.push(Buffer.from(run.slice(at), "base64").toString("latin1").toLowerCase());
  }
  const found: string[] = [];
  for (let at = 0; at + 6 <= secret.length; at++) {
    const piece = secret.slice(at, at + 6).toLowerCase();
    if (texts.some((one) => one.includes(piece))) found.push(piece);
  }
  return found;
}

function secretsOf(...values: string[]): SecretForms {
  const secrets = new SecretForms();
  for (const value of values) secrets.add(value);
  return secrets;
}

describe("a text is shown without", () => {
  const CASES: { name: string; secret: string; text: string; shown: string }[] = [
    { name: "the whole", secret: PASSWORD, text: `no: ${PASSWORD}!`, shown: "no: <redacted>!" },
    { name: "its begin", secret: PASSWORD, text: "no: correct-hor...", shown: "no: <redacted>..." },
    { name: "its end", secret: PASSWORD, text: "[...]e-battery", shown: "[...]<redacted>" },
    { name: "its middle", secret: PASSWORD, text: "(rect-horse)", shown: "(<redacted>)" },
    { name: "eight characters", secret: PASSWORD, text: "(ct-horse)", shown: "(<redacted>)" },
    { name: "two pieces", secret: PASSWORD, text: "correct-h e-battery", shown: "<redacted> <redacted>" },
    { name: "pieces that touch", secret: PASSWORD, text: "correct-hcorrect-h", shown: "<redacted>" },
    { name: "upper case", secret: PASSWORD, text: PASSWORD.toUpperCase(), shown: "<redacted>" },
    {
      name: "hexadecimal",
      secret: PASSWORD,
      text: Buffer.from("horse").toString("hex"),
      shown: "<redacted>",
    },
    { name: "a URL", secret: 'a"?b c%d', text: "x=a%22%3Fb%20c%25d&", shown: "x=<redacted>&" },
    { name: "JSON", secret: 'pa"ss"w', text: 'got "pa\\"ss\\"w"', shown: 'got "<redacted>"' },
    { name: "base64 of more, 0", secret: PASSWORD, text: base64(`abc${PASSWORD}`), shown: "YWJj<redacted>" },
    {
      name: "base64 for URLs",
      secret: "?>?>?>?>?>?>",
      text: Buffer.from("?>?>?>?>?>?>").toString("base64url"),
      shown: "<redacted>",
    },
    { name: "a short secret, whole", secret: "s3cr", text: "no s3cr here", shown: "no <redacted> here" },
    { name: "no piece of a short secret", secret: "s3cr", text: "no s3c here", shown: "no s3c here" },
    { name: "no secret of three", secret: "abc", text: "abc", shown: "abc" },
    { name: "no seven characters", secret: PASSWORD, text: "correct data", shown: "correct data" },
  ];

  it.each(CASES)("$name: $text", ({ secret, text, shown }) => {
    expect(secretsOf(secret).scrub(text)).toBe(shown);
  });

  it.each([0, 1, 2])("base64 of the secret behind %d octets of something else", (before) => {
    const text = base64(`${"x".repeat(before)}${PASSWORD}yyy`);
    for (let begin = 0; begin + 12 <= text.length; begin++) {
      const shown = secretsOf(PASSWORD).scrub(text.slice(begin, begin + 12));
      expect(readable(shown, PASSWORD)).toEqual([]);
    }
  });

  it("any piece of a token of 9 KB, and goes on with what stands between", () => {
    const token = Array.from({ length: 1_500 }, (_, i) => (i * 7919 + 46_656).toString(36).slice(-6)).join(
      "",
    );
    const secrets = secretsOf(token);
    for (let at = 0; at + 40 <= token.length; at += 997) {
      expect(secrets.scrub(`<${token.slice(at, at + 40)}> and <${token.slice(at, at + 8)}>`)).toBe(
        "<<redacted>> and <<redacted>>",
      );
    }
    expect(secrets.scrub("5.7.8 Authentication credentials invalid")).toBe(
      "5.7.8 Authentication credentials invalid",
    );
  });

  it("a secret that repeats itself, in a text that does", () => {
    const secrets = secretsOf("a".repeat(5_000));
    expect(secrets.scrub(`${"a".repeat(60_000)}b${"a".repeat(7)}`)).toBe(`<redacted>b${"a".repeat(7)}`);
  });
});

describe("a reply is shown without what a server broke over its lines", () => {
  const secrets = secretsOf(PASSWORD);
  const shown = (lines: string[]): readonly string[] => secrets.scrubReply({ code: 535, lines }).lines;

  it.each([
    { name: "in halves", lines: ["bad correct-", "horse-battery"], want: ["bad <redacted>", "<redacted>"] },
    {
      name: "behind enhanced codes",
      lines: ["5.7.8 corre", "5.7.8 ct-horse", "5.7.8 no"],
      want: ["5.7.8 <redacted>", "5.7.8 <redacted>", "5.7.8 no"],
    },
    {
      name: "in pieces of four, with blanks",
      lines: ["corr ", "  ect-", "hors", "", "e-ba"],
      want: ["<redacted> ", "  <redacted>", "<redacted>", "", "<redacted>"],
    },
    {
      name: "next to a line that shows it whole",
      lines: [`a ${PASSWORD}`, "b", `c ${PASSWORD} d`],
      want: ["a <redacted>", "b", "c <redacted> d"],
    },
  ])("$name", ({ lines, want }) => {
    expect(shown(lines)).toEqual(want);
  });

  it("however it is cut, code and number of lines stay", () => {
    for (let cut = 1; cut < PASSWORD.length; cut++) {
      const reply = { code: 535, lines: [`no ${PASSWORD.slice(0, cut)}`, `5.7.8 ${PASSWORD.slice(cut)} no`] };
      expect(secrets.scrubReply(reply)).toEqual({
        code: 535,
        lines: ["no <redacted>", "5.7.8 <redacted> no"],
      });
    }
  });

  it("and is the same object when it shows nothing", () => {
    const reply: Reply = { code: 250, lines: ["2.0.0 ok", "correct data"] };
    expect(secrets.scrubReply(reply)).toBe(reply);
  });

  it("in a hundred thousand lines", () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => PASSWORD.charAt(i % PASSWORD.length));
    const scrubbed = shown(lines);
    expect(scrubbed).toHaveLength(100_000);
    expect(new Set(scrubbed)).toEqual(new Set(["<redacted>"]));
  });
});

describe("of the responses of mechanisms", () => {
  const CHALLENGE = 'realm="mail.provider.example.net",nonce="OA6MG9tEQGm2hh",qop="auth"';
  const PROOF = "d388dad90d4bbd760a152321f2143af7";

  it("what repeats the challenge stays, and the proof does not", () => {
    const secrets = secretsOf(PASSWORD);
    const response = `username="ann",realm="mail.provider.example.net",nonce="OA6MG9tEQGm2hh",response=${PROOF}`;
    secrets.addResponse(Buffer.from(response), ["ann"], [Buffer.from(CHALLENGE)]);
    expect(secrets.scrub("550 see http://mail.provider.example.net/help")).toBe(
      "550 see http://mail.provider.example.net/help",
    );
    expect(secrets.scrub(`535 ${PROOF} is wrong`)).toBe("535 <redacted> is wrong");
    expect(secrets.scrub(`535 ${Buffer.from(response).toString("base64")}`)).toBe("535 <redacted>");
  });

  it("a challenge that is the secret does not show it", () => {
    const secrets = secretsOf(PASSWORD);
    secrets.addResponse(Buffer.from(PASSWORD), [], [Buffer.from(PASSWORD)]);
    expect(secrets.scrub(`535 ${PASSWORD}`)).toBe("535 <redacted>");
  });

  it("64 KiB are remembered, and the youngest whatever its length", () => {
    const proofOf = (at: number): string => createHash("sha256").update(`${at}`).digest("hex");
    const many = secretsOf(PASSWORD);
    for (let i = 0; i < 2_000; i++) many.addResponse(Buffer.from(`ann ${proofOf(i)}`), ["ann"]);
    expect(many.scrub(proofOf(0))).toBe(proofOf(0));
    expect([1_500, 1_999].map((at) => many.scrub(proofOf(at)))).toEqual(["<redacted>", "<redacted>"]);
    const long = `${"x".repeat(100_000)} ${proofOf(5)}`;
    many.addResponse(Buffer.from(long), []);
    expect([many.scrub(proofOf(5)), many.scrub(proofOf(1_999))]).toEqual(["<redacted>", proofOf(1_999)]);
  });
});

describe("names that everybody may read stay", () => {
  const names = [USERNAME, "mail.example.com"];
  const secrets = secretsOf(PASSWORD);
  secrets.addResponse(Buffer.from(USERNAME), names);
  secrets.addResponse(Buffer.from(`\0${USERNAME}\0${PASSWORD}`), names);
  secrets.addResponse(Buffer.from(`${USERNAME} 0123456789abcdef0123456789abcdef`), names);
  secrets.addResponse(
    Buffer.from(
      `username="${USERNAME}",digest-uri="smtp/mail.example.com",response=fedcba9876543210fedcba98`,
    ),
    names,
  );

  it.each([
    [`550 5.1.1 <bob@mail.example.com> no such user`, `550 5.1.1 <bob@mail.example.com> no such user`],
    [`${USERNAME} may not send as bob`, `${USERNAME} may not send as bob`],
    ["no smtp/lmtp here", "no smtp/lmtp here"],
    ["username and response do not match", "username and response do not match"],
    ["bad 89abcdef01234", "bad <redacted>"],
    ["bad fedcba98765", "bad <redacted>"],
    [`bad ${BLOB.slice(0, -7)}`, "bad <redacted>"],
  ])("%s", (text, shown) => {
    expect(secrets.scrub(text)).toBe(shown);
  });
});

describe("what a server repeats of a login is shown to nobody", () => {
  const login: AuthOptions = { username: USERNAME, password: PASSWORD, allowClearText: true };
  const bearer: AuthOptions = { username: USERNAME, token: TOKEN, allowClearText: true };
  const document = base64(JSON.stringify({ status: "401", token: TOKEN }));
  const half = Math.floor(BLOB.length / 2);
  /** Refuses the document's acknowledgement. */
  const after334 = (refusal: string) => {
    return (line: string): string => (line.startsWith("AUTH") ? `334 ${document}\r\n` : `${refusal}\r\n`);
  };
  const CASES: { name: string; offer: string; auth: AuthOptions; other: (line: string) => string }[] = [
    {
      name: "the blob without its end",
      offer: "PLAIN",
      auth: login,
      other: () => `535 5.7.8 bad ${BLOB.slice(0, -4)}...\r\n`,
    },
    {
      name: "the blob without its begin",
      offer: "PLAIN",
      auth: login,
      other: () => `501 ...${BLOB.slice(9)}\r\n`,
    },
    {
      name: "the blob over two lines",
      offer: "PLAIN",
      auth: login,
      other: () => `535-5.7.8 bad ${BLOB.slice(0, half)}\r\n535 5.7.8 ${BLOB.slice(half)}\r\n`,
    },
    {
      name: "the blob in lines of five",
      offer: "PLAIN",
      auth: login,
      other: () => `${BLOB.replace(/.{1,5}/g, "535-5.7.8 $&\r\n")}535 5.7.8 no\r\n`,
    },
    {
      name: "the password without its end, in a 421",
      offer: "PLAIN",
      auth: login,
      other: () => `421 4.7.0 bad ${PASSWORD.slice(0, 15)}...\r\n`,
    },
    {
      name: "the token without its end",
      offer: "XOAUTH2",
      auth: bearer,
      other: after334(`535 5.7.8 bad ${TOKEN.slice(0, 20)}...`),
    },
    {
      name: "the token in a function's hands",
      offer: "XOAUTH2",
      auth: { ...bearer, token: async () => TOKEN },
      other: after334(`535 5.7.8 bad ${TOKEN.slice(5, 40)}...`),
    },
    {
      name: "the token in the error document of OAUTHBEARER, then in upper case",
      offer: "OAUTHBEARER",
      auth: bearer,
      other: after334(`535 5.7.8 ${TOKEN.toUpperCase()}`),
    },
    {
      name: "the password in a challenge",
      offer: "LOGIN",
      auth: login,
      other: (line) =>
        line === base64(PASSWORD)
          ? `334 ${base64(`you say ${PASSWORD} again`)}\r\n`
          : line === "*"
            ? "501 cancelled\r\n"
            : "334 \r\n",
    },
  ];

  it.each(CASES)("$name", async ({ offer, auth, other }) => {
    const seen: unknown[] = [];
    const script: PeerScript = { ehlo: `250-mail.example\r\n250 AUTH ${offer}\r\n`, other };
    const options = {
      auth,
      transcript: true,
      observer: {
        onTranscript: (entry: TranscriptEntry) => void seen.push(entry),
        onReply: (_verb: string, reply: Reply) => void seen.push(reply),
        onClosed: (error: unknown) => void seen.push(error),
      },
    };
    const error = await failure(connectTo(script, options));
    expect(error.phase).toBe("auth");
    const lines = error.reply?.lines.map((line) => line.replace(/^5\.7\.8 /, "")) ?? [];
    for (const shown of [error, error.transcript, seen, lines.join("")]) {
      const text = inspect(shown, {
        depth: 12,
        showHidden: true,
        maxArrayLength: null,
        maxStringLength: null,
      });
      expect(readable(text, PASSWORD)).toEqual([]);
      expect(readable(text, TOKEN)).toEqual([]);
    }
  });

  it.each([
    ["greeting", { greeting: `554 not again: ${PASSWORD}\r\n` }],
    ["ehlo", { ehlo: `550 not again: ${BLOB}\r\n` }],
  ])("nor what it knows from another time, in its reply to the %s", async (phase, script) => {
    const error = await failure(
      connectTo({ other: () => "550 no\r\n", ...script }, { auth: login, transcript: true }),
    );
    expect(error.phase).toBe(phase);
    expect(readable(inspect([error, error.transcript], { depth: 12 }), PASSWORD)).toEqual([]);
  });

  it("in a refusal of a later command either", async () => {
    const script: PeerScript = {
      ehlo: "250-mail.example\r\n250 AUTH PLAIN\r\n",
      other: () => "235 ok\r\n",
      mail: `550 your login was ${BLOB.slice(8, 48)}...\r\n`,
    };
    const { connection } = await connectTo(script, { auth: login });
    const error = await failure(
      connection.send({ from: "ann@example.com", to: "bob@example.org", subject: "x", text: "x" }),
    );
    expect(error).toMatchObject({ code: "ERR_CLIENT_SENDER_REFUSED", reply: { code: 550 } });
    expect(readable(inspect(error, { depth: 12 }), PASSWORD)).toEqual([]);
    await connection.close();
  });

  it("and an observer learns of a challenge that there was one", async () => {
    const replies: string[] = [];
    const script: PeerScript = {
      ehlo: "250-mail.example\r\n250 AUTH CRAM-MD5\r\n",
      other: (line) =>
        line.startsWith("AUTH") ? `334 ${base64("<1@mail.example>")}\r\n` : "235 2.7.0 ok\r\n",
    };
    const observer = {
      onReply: (verb: string, reply: Reply) =>
        void replies.push(`${verb} ${reply.code} ${reply.lines.join("|")}`),
    };
    const { connection } = await connectTo(script, { auth: login, observer });
    expect(replies.slice(-2)).toEqual(["AUTH 334 <redacted>", "AUTH 235 2.7.0 ok"]);
    await connection.close();
  });

  it("nor what the caller would write of it by hand", async () => {
    const commands: unknown[] = [];
    const { connection } = await connectTo(
      {},
      { observer: { onCommand: (command) => void commands.push(command) } },
    );
    expect((await failure(connection.command(`AUTH PLAIN ${BLOB}`))).code).toBe("ERR_SMTP_ARGUMENT");
    expect(commands.at(-1)).toEqual({ verb: "CUSTOM", line: "AUTH <redacted>" });
    await connection.close();
  });
});
