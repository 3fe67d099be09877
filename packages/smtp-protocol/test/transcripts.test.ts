// Replies in the form that servers in wide use give them, one trait to a file; a bug report ends as a new file here.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  NEED_DATA,
  parseCapabilities,
  parseSaslChallenge,
  type Reply,
  ReplyParser,
  SmtpProtocolError,
  serializeReply,
} from "../src/index.js";

const ROOT = new URL("./transcripts/", import.meta.url);

function read(file: string, pieceBytes = Number.POSITIVE_INFINITY): { replies: Reply[]; end: string } {
  const octets = readFileSync(new URL(file, ROOT));
  const parser = new ReplyParser();
  const replies: Reply[] = [];
  try {
    for (let at = 0; at < octets.length; at += pieceBytes) {
      parser.push(octets.subarray(at, at + pieceBytes));
      for (let reply = parser.next(true); reply !== NEED_DATA; reply = parser.next(true)) replies.push(reply);
    }
  } catch (error) {
    if (!SmtpProtocolError.is(error)) throw error;
    return { replies, end: error.code };
  }
  return { replies, end: parser.pendingBytes === 0 ? "all read" : "more to come" };
}

/** Codes, with the enhanced code where one was read, and the number of lines where there are several. */
const shape = (replies: readonly Reply[]): string =>
  replies
    .map(({ code, enhanced, lines }) =>
      [code, enhanced, lines.length > 1 ? `(${lines.length})` : undefined]
        .filter((part) => part !== undefined)
        .join(" "),
    )
    .join(", ");

const EXPECTED: Record<string, string> = {
  "auth/login+prompts.txt": "334, 334, 235 2.7.0",
  "auth/ntlm-supported+exchange.txt": "334",
  "auth/refused+535.txt": "535 5.7.8",
  "auth/xoauth2-error-document.txt": "334, 535 5.7.8",
  "ehlo/exchange+x-words.txt": "250 (15)",
  "ehlo/exchange+xoauth2.txt": "250 (10)",
  "ehlo/exim+pipeconnect+limits.txt": "250 (11)",
  "ehlo/helo-only.txt": "250",
  "ehlo/lf-only+trailing-spaces.txt": "250 (4)",
  "ehlo/lmtp+dovecot.txt": "250 (6)",
  "ehlo/mixed-case+size-0+mt-priority.txt": "250 (7)",
  "ehlo/opensmtpd+lower-case-domain.txt": "250 (6)",
  "ehlo/postfix+auth+auth-equals.txt": "250 (9)",
  "ehlo/postfix+size+starttls.txt": "250 (11)",
  "ehlo/sendmail+deliverby.txt": "250 (12)",
  "ehlo/stripped+xxxxxxxx.txt": "250 (6)",
  "greeting/exchange.txt": "220",
  "greeting/exim.txt": "220",
  "greeting/lmtp+dovecot.txt": "220",
  "greeting/postfix.txt": "220",
  "greeting/refused+421.txt": "421 4.7.0",
  "greeting/refused+554.txt": "554 5.7.1",
  "greeting/sendmail.txt": "220",
  "greeting/several-lines+notice.txt": "220 (3)",
  "greeting/several-lines+postscreen.txt": "220 (2)",
  "reply/421-while-idle.txt": "421 4.4.2",
  "reply/bare-codes.txt": "250, 250, 354",
  "reply/enhanced-code-of-another-class.txt": "250",
  "reply/expn+list.txt": "250 2.1.5 (3)",
  "reply/gb2312-text.txt": "550",
  "reply/greylisted.txt": "451 4.7.1",
  "reply/help+many-lines.txt": "214 2.0.0 (16)",
  "reply/latin-1-text.txt": "550 5.1.1",
  "reply/lmtp-final-replies.txt": "250 2.0.0, 552 5.2.2",
  "reply/pipelined+postfix.txt": "250 2.1.0, 250 2.1.5, 550 5.1.1, 354",
  "reply/queued+exchange.txt": "250 2.6.0",
  "reply/queued+google-style.txt": "250 2.0.0",
  "reply/refused+571.txt": "571 5.7.1",
  "reply/refused-in-lines+exim-callout.txt": "550 (3)",
  "reply/refused-in-lines+google-style.txt": "550 5.1.1 (4)",
  "reply/too-many-recipients.txt": "452 4.5.3",
  "reply/utf-8-text.txt": "550 5.1.1",
};

const BROKEN: Record<string, string> = {
  "broken/cut-in-a-line.txt": "more to come",
  "broken/http.txt": "ERR_SMTP_REPLY_SYNTAX",
  "broken/imap.txt": "ERR_SMTP_REPLY_SYNTAX",
  "broken/mixed-codes+250-550.txt": "ERR_SMTP_MIXED_CODES",
  "broken/over-4096-bytes.txt": "ERR_SMTP_REPLY_TOO_LONG",
  "broken/pop3.txt": "ERR_SMTP_REPLY_SYNTAX",
  "broken/ssh.txt": "ERR_SMTP_REPLY_SYNTAX",
  "broken/tls-alert.txt": "ERR_SMTP_REPLY_SYNTAX",
};

describe("transcripts", () => {
  it.each(Object.entries(EXPECTED))("%s: %s", (file, expected) => {
    const whole = read(file);
    expect(shape(whole.replies)).toBe(expected);
    expect(whole.end).toBe("all read");
    expect(read(file, 1)).toEqual(whole);
    expect(read(file, 100)).toEqual(whole);
    for (const reply of whole.replies) expect(serializeReply(reply)).toContain(String(reply.code));
  });

  it.each(Object.entries(BROKEN))("%s: %s", (file, end) => {
    for (const size of [1, 100, 1e6]) expect(read(file, size)).toEqual({ replies: [], end });
  });

  it("all stand in the tables above", () => {
    const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".txt"),
    );
    expect(files.map((file) => file.replaceAll("\\", "/")).sort()).toEqual(
      [...Object.keys(EXPECTED), ...Object.keys(BROKEN)].sort(),
    );
  });

  it("text of any encoding is kept", () => {
    const line = (file: string) => read(`reply/${file}`).replies[0]!.lines[0];
    expect(line("utf-8-text.txt")).toBe("5.1.1 Empfänger «jürgen» unbekannt");
    expect(line("latin-1-text.txt")).toBe("5.1.1 Empfänger unbekannt");
    expect(line("gb2312-text.txt")).toBe("\xd3\xca\xcf\xe4\xb2\xbb\xb4\xe6\xd4\xda");
  });
});

describe("capabilities in transcripts", () => {
  const capabilities = (file: string) => parseCapabilities(read(`ehlo/${file}`).replies[0]!);

  it.each([
    ["postfix+size+starttls.txt", 10240000, [], ["STARTTLS", "CHUNKING", "SMTPUTF8", "DSN"]],
    ["postfix+auth+auth-equals.txt", 52428800, ["PLAIN", "LOGIN"], ["PIPELINING"]],
    ["exim+pipeconnect+limits.txt", 52428800, ["PLAIN", "LOGIN", "CRAM-MD5"], ["PIPECONNECT", "PRDR"]],
    ["exchange+xoauth2.txt", 157286400, ["LOGIN", "XOAUTH2"], ["BINARYMIME"]],
    ["exchange+x-words.txt", 37748736, ["NTLM"], ["X-EXPS", "X-ANONYMOUSTLS"]],
    ["sendmail+deliverby.txt", null, ["DIGEST-MD5", "CRAM-MD5"], ["DELIVERBY", "SIZE"]],
    ["lf-only+trailing-spaces.txt", 20971520, ["LOGIN"], ["8BITMIME"]],
    ["mixed-case+size-0+mt-priority.txt", 0, [], ["MT-PRIORITY", "FUTURERELEASE", "REQUIRETLS", "BURL"]],
    ["helo-only.txt", null, [], []],
  ])("%s", (file, sizeBytes, auth, keywords) => {
    const read = capabilities(file);
    expect([read.sizeBytes, [...read.auth]]).toEqual([sizeBytes, auth]);
    for (const keyword of keywords) expect(read.has(keyword)).toBe(true);
  });

  it("limits, a stripped STARTTLS, and the server's name", () => {
    expect(capabilities("exim+pipeconnect+limits.txt").limits).toMatchObject({
      mailMax: 1000,
      rcptMax: 50000,
    });
    expect(capabilities("stripped+xxxxxxxx.txt").has("STARTTLS")).toBe(false);
    expect(capabilities("exchange+xoauth2.txt").greetingDomain).toBe("EX01.corp.example");
  });
});

describe("challenges in transcripts", () => {
  const challenges = (file: string) =>
    read(`auth/${file}`)
      .replies.filter(({ code }) => code === 334)
      .map((reply) => new TextDecoder().decode(parseSaslChallenge(reply)));

  it.each([
    ["login+prompts.txt", ["Username:", "Password:"]],
    ["ntlm-supported+exchange.txt", [""]],
    ["xoauth2-error-document.txt", ['{"status":"401","schemes":"Bearer","scope":"mail"}']],
  ])("%s", (file, texts) => expect(challenges(file)).toEqual(texts));
});
