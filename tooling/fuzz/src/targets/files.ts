// URLs, DNS messages, certificates, policies, queue files, transcripts: whatever else strangers write (F12 and beyond).
import { inspect } from "node:util";
import { createBodyCanonicalizer, DkimError } from "@wirepost/dkim";
import { parseConnectionUrl, SendError } from "@wirepost/smtp-client";
import { SocketError } from "@wirepost/socket-core";
import { openCertificateStore } from "@wirepost/socket-core/certificates";
import { WiretapError } from "../../../../apps/wiretap/src/errors.js";
import { entryOctets, parseTranscript } from "../../../../apps/wiretap/src/transcript.js";
import { DeliveryError } from "../../../../packages/mail-delivery/src/errors.js";
import { HttpError, HttpResponseReader } from "../../../../packages/mail-delivery/src/https/http-response.js";
import { parseTlsReportRecord } from "../../../../packages/mail-delivery/src/reports/tls-report-record.js";
import {
  parseStsPolicy,
  parseStsRecord,
  policyNames,
} from "../../../../packages/mail-delivery/src/tls/sts-policy.js";
import {
  decodeJournal,
  decodePreamble,
  encodeEntry,
  encodePreamble,
} from "../../../../packages/mail-queue/src/directory/file-format.js";
import {
  asideName,
  formatLiveName,
  parseLiveName,
} from "../../../../packages/mail-queue/src/directory/file-name.js";
import { QueueError } from "../../../../packages/mail-queue/src/errors.js";
import { readCertificate } from "../../../../packages/socket-core/src/certificate/certificate-info.js";
import { decodeReply, encodeQuery, readAnswer } from "../../../../packages/socket-core/src/dns/message.js";
import { attempt, attemptAsync, law, same } from "../law.js";
import { cuts, fields, join, latin1, text } from "../octets.js";
import type { Target } from "../target.js";

const SECRET = "hunter2hunter2";

export const URLS: Target = {
  name: "url",
  laws: "options or our error; parameters are known; the error never shows the URL; what was read is read again",
  words: [
    "smtp://",
    "smtps://",
    "lmtp://",
    "http://",
    "ann:",
    `${SECRET}@`,
    "@",
    ":",
    "mail.example",
    "[::1]",
    ":587",
    ":99999",
    "?tls=required",
    "?tls=none",
    "&auth=PLAIN",
    "&name=x",
    "?",
    "&",
    "=",
    "#",
    "/",
    "%40",
    "%",
    "%zz",
    "\r\n",
    "\0",
    "\xc3\xbc",
    " ",
    "__proto__=x",
    "//",
  ],
  frames: [
    ["smtp://", ""],
    ["smtp://ann:", "@mail.example"],
    ["smtp://mail.example?", ""],
    ["", ""],
  ],
  run(octets) {
    const given = text(octets);
    let shown = "";
    const { value } = attempt([SendError], () => {
      try {
        return parseConnectionUrl(given);
      } catch (error) {
        shown = inspect(error, { depth: 6 }) + String(error) + JSON.stringify(error);
        throw error;
      }
    });
    law(!shown.includes(SECRET), "an error shows the password");
    if (value === undefined) return;
    law(typeof value.host === "string" && value.host !== "", "no host");
    for (const name of Object.keys(value))
      law(["protocol", "tls", "host", "port", "clientName", "auth"].includes(name), `an option ${name}`);
    law(value.port === undefined || (value.port >= 0 && value.port <= 65_535), `port ${value.port}`);
  },
};

const DNS_NAME = "example.com";

export const DNS: Target = {
  name: "dns",
  laws: "a packet is an answer to the question, nobody's business, or our error; records hold what their types say",
  words: [
    "\0\x07\x81\x80\0\x01\0\x01\0\0\0\0",
    "\x07example\x03com\0",
    "\0\x0f\0\x01",
    "\xc0\x0c",
    "\xc0\x00",
    "\0\0\x0e\x10",
    "\0\x09\0\x0a\x04mail\xc0\x0c",
    "\0\x04\xc0\0\x02\x01",
    "\0\x05\0\x01",
    "\0\x10\0\x01",
    "\0\x34\0\x01",
    "\xff\xff",
    "\0",
    "\x3f",
    "\0\x29\x04\xd0",
    "\0\x06\0\x01",
    "\0\x21\0\x01",
    "\0\x1c\0\x01",
  ],
  frames: [
    ["\0\x07\x81\x80\0\x01\0\x01\0\0\0\0\x07example\x03com\0\0\x0f\0\x01", ""],
    ["\0\x07\x81\x80\0\x01\xff\xff\0\0\0\0\x07example\x03com\0\0\x0f\0\x01", ""],
  ],
  run(octets) {
    for (const type of ["MX", "A", "AAAA", "TXT", "TLSA", "SRV", "CNAME", "PTR"] as const) {
      const message = attempt([SocketError], () => decodeReply(octets, 7, DNS_NAME, type)).value;
      if (message === undefined) continue;
      const answer = attempt([SocketError], () => readAnswer(message, DNS_NAME, type, "192.0.2.53")).value;
      if (answer === undefined) continue;
      law(answer.ttlSeconds >= 0 && answer.ttlSeconds <= 0x7fffffff, `a lifetime of ${answer.ttlSeconds}`);
      law(answer.records.length <= 65_535, "too many records");
      for (const record of answer.records as readonly unknown[] as readonly { [name: string]: unknown }[]) {
        if (type === "MX")
          law(typeof record["exchange"] === "string" && Number.isInteger(record["preference"]), "an odd MX");
        if (type === "A") law(/^\d+(\.\d+){3}$/.test(String(record["address"])), "an odd address");
        if (type === "TLSA") law(record["data"] instanceof Uint8Array, "an odd TLSA");
      }
    }
    attempt([SocketError], () => encodeQuery(7, DNS_NAME, "MX", 1232));
  },
};

export const CERTIFICATE: Target = {
  name: "certificate",
  laws: "DER is a certificate or our error; no reading behind its end",
  words: [
    "\x30\x82\x01\x00",
    "\x30\x80",
    "\x30\x03\x02\x01\x05",
    "\x02\x01\x01",
    "\xa0\x03\x02\x01\x02",
    "\x06\x03\x55\x1d\x11",
    "\x17\x0d260101000000Z",
    "\x0c\x01a",
    "\x13\x01a",
    "\x03\x02\x00\x00",
    "\xff",
    "\x84\xff\xff\xff\xff",
    "\x30\x00",
    "\0",
    "\x82\x0bexample.com",
    "\x87\x04\x7f\0\0\x01",
  ],
  frames: [["", ""]],
  run(octets) {
    const { value } = attempt([SocketError], () => readCertificate(octets));
    if (value === undefined) return;
    law(
      !/[\0-\x08\x0a-\x1f]/.test(JSON.stringify([value.subject, value.issuer])),
      "controls in a name to be shown",
    );
  },
};

export const CERTIFICATE_STORE: Target = {
  name: "certificate-store",
  laws: "any file is opened or refused by our error",
  words: [
    "-----BEGIN CERTIFICATE-----\n",
    "-----END CERTIFICATE-----\n",
    "-----BEGIN PRIVATE KEY-----\n",
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n",
    "PuTTY-User-Key-File-3: ",
    "PuTTY-User-Key-File-2: ssh-rsa\n",
    "Encryption: none\n",
    "\xfe\xed\xfe\xed\0\0\0\x02",
    "\x30\x82\x01\x00\x02\x01\x03",
    "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01",
    '{"kty":"RSA"',
    '"}',
    "MIIB",
    "=",
    "\n",
    "\0",
    "\xff",
    "openssh-key-v1\0",
  ],
  frames: [
    ["", ""],
    ["-----BEGIN CERTIFICATE-----\n", "\n-----END CERTIFICATE-----\n"],
    ["\xfe\xed\xfe\xed\0\0\0\x02", ""],
  ],
  growthBytes: 32_768,
  async run(octets) {
    const { value } = await attemptAsync([SocketError], () =>
      openCertificateStore(octets, { password: "x" }),
    );
    for (const entry of value?.entries ?? []) if (entry.hasKey) attempt([SocketError], () => entry.key());
  },
};

export const POLICY: Target = {
  name: "policy",
  laws: "a policy, a record or our error; a host is named by a pattern of one label more at most",
  words: [
    "version: STSv1\r\n",
    "mode: enforce\n",
    "mode: none\r\n",
    "mx: *.example.com\r\n",
    "mx: mail.example.com\r\n",
    "max_age: 86400\r\n",
    "max_age: 99999999999\r\n",
    "x: y\n",
    ":",
    " ",
    "\t",
    "*",
    ".",
    "-",
    "v=STSv1;",
    "id=1",
    ";",
    "v=TLSRPTv1;",
    "rua=mailto:a@b.example",
    ",",
    "\0",
    "\xff",
    "\n",
    "a",
  ],
  frames: [
    ["version: STSv1\r\nmode: enforce\r\nmax_age: 1\r\nmx: ", "\r\n"],
    ["", ""],
    ["a: b", "c"],
    ["v=STSv1;", ""],
    ["v=TLSRPTv1;rua=", ""],
  ],
  run(octets) {
    const given = text(octets);
    const policy = attempt([DeliveryError], () => parseStsPolicy(given)).value;
    if (policy !== undefined) {
      law(
        policy.maxAgeSeconds >= 0 && policy.maxAgeSeconds <= 31_557_600,
        `an age of ${policy.maxAgeSeconds}`,
      );
      law(
        !policyNames(policy, "evil.example.net") || given.includes("evil") || /\*\.example\.net/i.test(given),
        "a host that nobody named",
      );
    }
    attempt([DeliveryError], () => parseStsRecord(fields(octets).map(text)));
    attempt([DeliveryError], () => parseTlsReportRecord(fields(octets).map(text)));
  },
};

export const HTTP: Target = {
  name: "http",
  laws: "one response, whole or our error, however it is cut; bounded",
  words: [
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 302 Found\r\n",
    "Content-Length: 3\r\n",
    "Content-Type: text/plain\r\n",
    "Transfer-Encoding: chunked\r\n",
    "\r\n",
    "3\r\nabc\r\n",
    "0\r\n\r\n",
    "ffffff\r\n",
    ";x",
    "\n",
    " ",
    "\t",
    ":",
    "a",
    "\0",
  ],
  frames: [
    ["", ""],
    ["HTTP/1.1 200 OK\r\nX: a", "y\r\nContent-Length: 0\r\n\r\n"],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\n\r\n"],
  ],
  growthBytes: 60_000,
  run(octets) {
    const read = (pieces: Iterable<Uint8Array>): unknown => {
      const reader = new HttpResponseReader({ maxHeaderBytes: 65_536, maxBodyBytes: 65_536 });
      for (const piece of pieces) {
        try {
          const response = reader.push(piece);
          if (response !== undefined) return [response.status, [...response.headers], latin1(response.body)];
        } catch (error) {
          if (!(error instanceof HttpError)) throw error;
          return error.message;
        }
      }
      return undefined;
    };
    // A reader of small documents keeps all of it, so that an octet at a time is for small ones.
    if (octets.length > 600) {
      read([octets]);
      return;
    }
    const whole = read([octets]);
    for (const pieces of cuts(octets)) {
      const cut = read(pieces);
      // A fault behind the end of the response is seen only when it is in the same piece.
      if (typeof whole !== "string") same(cut, whole, "the cuts change the response");
    }
  },
};

export const QUEUE_FILE: Target = {
  name: "queue-file",
  laws: "a torn or foreign file is known for what it is; what was written is read",
  words: [
    "wirepost-queue 001 content 000000000000001 head 000000001 room 000000001 check ",
    "0".repeat(64),
    " ",
    "\n",
    "wirepost-queue 002",
    "{",
    "}",
    '"',
    "0123456789abcdef 1 ",
    "x",
    "\0",
    "\xff",
  ],
  run(octets) {
    const preamble = attempt([QueueError], () => decodePreamble(octets)).value;
    if (preamble !== undefined) law(preamble.headBytes <= 16 * 1024 * 1024, "a head beyond its limit");
    const { entries, endsAt } = decodeJournal(octets);
    law(endsAt <= octets.length && entries.length <= octets.length, "a journal longer than its file");
    // Whatever comes behind whole lines, they stand.
    const line = encodeEntry({ type: "interrupted", atMs: 1, attempt: 1 }, 1);
    const torn = decodeJournal(join([line, octets]));
    same(torn.entries[0], { type: "interrupted", atMs: 1, attempt: 1 }, "a whole line is lost");
    const lengths = { contentBytes: octets.length, headBytes: 1, roomBytes: 0 };
    const back = decodePreamble(encodePreamble(lengths, octets));
    same(
      { contentBytes: back.contentBytes, headBytes: back.headBytes, roomBytes: back.roomBytes },
      lengths,
      "other lengths",
    );
    const name = text(octets).slice(0, 300);
    const parsed = parseLiveName(name);
    if (parsed !== undefined) same(formatLiveName(parsed), name, "another file name");
    law(/^[0-9A-Za-z._-]{1,160}$/.test(asideName(name, "foreign")), "a name that is none");
  },
};

export const TRANSCRIPT: Target = {
  name: "transcript",
  laws: "a transcript or our error",
  words: [
    "# wiretap transcript 1\n",
    "     0.0 S: 220 x\n",
    "     1.0 C: EHLO\n",
    "     2.0 C> a\\r\\n\n",
    "     3.0 -- x\n",
    "\\x41",
    "\\",
    "[",
    "]",
    "\n",
    "#",
    " ",
    "\xff",
    "\0",
  ],
  frames: [
    ["# wiretap transcript 1\n", ""],
    ["# wiretap transcript 1\n     0.0 C> ", "\n"],
  ],
  run(octets) {
    const { value } = attempt([WiretapError], () => parseTranscript(text(octets)));
    for (const entry of value ?? []) attempt([WiretapError], () => entryOctets(entry));
  },
};

export const CANONICAL_BODY: Target = {
  name: "dkim-body",
  laws: "the canonical form does not depend on the cuts; relaxed has no run of blanks and none at an end",
  words: ["a", " ", "\t", "\r\n", "\r", "\n", " \r\n", "\r\n\r\n", "x".repeat(80), "\xff"],
  run(octets) {
    for (const kind of ["simple", "relaxed"] as const) {
      const digest = (pieces: Iterable<Uint8Array>): unknown => {
        const said: Uint8Array[] = [];
        const body = createBodyCanonicalizer(kind, { update: (piece) => void said.push(piece.slice()) });
        const { refusal } = attempt([DkimError], () => {
          for (const piece of pieces) body.update(piece);
          body.finish();
        });
        return refusal?.code ?? latin1(join(said));
      };
      const whole = digest([octets]) as string;
      let tries = 0;
      for (const pieces of cuts(octets)) {
        if (++tries > 12) break;
        same(digest(pieces), whole, "the cuts change the canonical form");
      }
      if (!whole.startsWith("ERR_")) {
        law(whole === "" || whole.endsWith("\r\n"), "no line end at the end");
        if (kind === "relaxed") law(!/[\t ]{2}|[\t ]\r\n|\t/.test(whole), "blanks are left");
      }
    }
  },
};

export const FILES = [
  URLS,
  DNS,
  CERTIFICATE,
  CERTIFICATE_STORE,
  POLICY,
  HTTP,
  QUEUE_FILE,
  TRANSCRIPT,
  CANONICAL_BODY,
];
