// Nanoseconds for the commands of every message. Build first: pnpm --filter @wirepost/smtp-protocol build
// Run: node packages/smtp-protocol/bench/command-serializer.mjs
import { parseCommand, serializeCommand } from "../dist/index.js";
import { report, rounds } from "./rounds.mjs";

const mailboxes = Array.from({ length: 64 }, (_, i) => ({
  localPart: `user.number-${i}`,
  domain: `mail-${i % 7}.example.org`,
}));
let turn = 0;
const mailbox = () => mailboxes[turn++ & 63];
const text = (m) => `${m.localPart}@${m.domain}`;

report(
  "commands",
  rounds(
    {
      "template string": () => `MAIL FROM:<${text(mailbox())}> SIZE=${2048 + turn} BODY=8BITMIME\r\n`,
      "MAIL SIZE BODY": () =>
        serializeCommand({
          verb: "MAIL",
          from: mailbox(),
          parameters: { sizeBytes: 2048 + turn, body: "8BITMIME" },
        }),
      RCPT: () => serializeCommand({ verb: "RCPT", to: mailbox() }),
      "RCPT DSN": () =>
        serializeCommand({
          verb: "RCPT",
          to: mailbox(),
          parameters: {
            notify: ["failure"],
            originalRecipient: { type: "rfc822", address: "a+b@example.com" },
          },
        }),
      "parse MAIL": () => parseCommand(`MAIL FROM:<${text(mailbox())}> SIZE=2048 BODY=8BITMIME`),
    },
    1,
    { roundMs: 25 },
  ),
  "million/s",
  1e-6,
);
