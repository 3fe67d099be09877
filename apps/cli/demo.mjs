// The main job, end to end: a real message with an attachment goes over STARTTLS and a login to the embedded server.
// What arrived is judged by postal-mime, which shares no code with this product. Exits 0 only when it equals what was sent.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedServer } from "@wirepost/cli/server";
import { fromFile } from "@wirepost/mime-message/node";
import { SmtpClient } from "@wirepost/smtp-client";
import PostalMime from "postal-mime";

const LOGIN = { username: "zoë@example.com", password: "correct horse battery staple" };
const FILE_NAME = "Übersicht 2026 – 報告.pdf";
const SENT = {
  subject: "Grüße aus Zürich: das Angebot für März, 見積書 und ein Gruß ✉",
  from: { name: "Zoë Müller", address: "zoe@example.com" },
  to: { name: "Ренé Ødegård", address: "rene@example.org" },
  cc: { name: "", address: "archive@example.net" },
  bcc: { address: "quiet@example.net" },
  text: "Hallo,\n\n.this line begins with a dot\n.\nand that one was nothing else. Schöne Grüße, 敬具\n",
  html: "<p>Hallo,</p><p>Schöne Grüße, <b>敬具</b></p>\n",
};

const folder = await mkdtemp(join(tmpdir(), "wirepost-demo-"));
const server = await startEmbeddedServer({ tls: "starttls", users: [LOGIN] });
const client = new SmtpClient({
  host: server.host,
  port: server.port,
  tls: { policy: "required", ca: server.ca },
  auth: LOGIN,
  observer: { onTranscript: show },
});

try {
  const file = randomBytes(750_000);
  const path = join(folder, FILE_NAME);
  await writeFile(path, file);

  console.log(`\nThe embedded server listens on ${server.url}: STARTTLS, and a login is required.\n`);
  const receipt = await client.send({ ...SENT, attachments: [fromFile(path)] });
  await client.close();

  console.log("\nThe receipt:");
  for (const { address, outcome, reply } of receipt.recipients) {
    console.log(`  ${outcome}  ${address}  ${reply?.code} ${reply?.lines.join(" ")}`);
  }

  const [caught] = await server.waitForMessages(1);
  const arrived = await PostalMime.parse(caught.content);
  console.log("\nWhat arrived, as postal-mime reads it:");
  console.log(`  From:       ${mailbox(arrived.from)}`);
  console.log(`  To:         ${arrived.to?.map(mailbox).join(", ")}`);
  console.log(`  Cc:         ${arrived.cc?.map(mailbox).join(", ")}`);
  console.log(`  Subject:    ${arrived.subject}`);
  console.log(`  Message-ID: ${arrived.messageId}`);
  for (const part of arrived.attachments) {
    console.log(`  Attachment: ${part.filename}, ${part.mimeType}, ${part.content.byteLength} bytes`);
  }
  const { tls, login } = caught.session;
  console.log(`  over ${tls?.protocol}, logged in as ${login?.username} with ${login?.mechanism}`);

  const [attachment] = arrived.attachments;
  const differences = compare({
    subject: [SENT.subject, arrived.subject],
    "from name": [SENT.from.name, arrived.from?.name],
    "from address": [SENT.from.address, arrived.from?.address],
    to: [[SENT.to], arrived.to?.map(nameAndAddress)],
    cc: [[SENT.cc], arrived.cc?.map(nameAndAddress)],
    text: [SENT.text, oneLineEnd(arrived.text)],
    html: [SENT.html, oneLineEnd(arrived.html)],
    "number of attachments": [1, arrived.attachments.length],
    "file name": [FILE_NAME, attachment?.filename],
    "type of the file": ["application/pdf", attachment?.mimeType],
    "content of the file": [
      true,
      attachment !== undefined && file.equals(new Uint8Array(attachment.content)),
    ],
    "Bcc in the header": [false, arrived.headers.some(({ key }) => key === "bcc")],
    "Message-ID of the receipt": [receipt.messageId, arrived.messageId],
    "envelope sender": [SENT.from.address, caught.envelope.from],
    "envelope recipients": [
      [SENT.to.address, SENT.cc.address, SENT.bcc.address],
      caught.envelope.to.map(({ address }) => address),
    ],
    "accepted recipients": [3, receipt.accepted.length],
    login: [LOGIN.username, login?.username],
    "TLS in use": [true, tls !== null],
    "messages in all": [1, server.messageCount],
  });
  for (const difference of differences) console.error(`  DIFFERS  ${difference}`);
  console.log(
    differences.length === 0 ? "\nWhat arrived equals what was sent.\n" : "\nWhat arrived differs.\n",
  );
  process.exitCode = differences.length === 0 ? 0 : 1;
} finally {
  await client.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

/** One line of the conversation; the client has put `<redacted>` where a secret was. */
function show({ from, text }) {
  console.log(`  ${{ client: "C:", server: "S:", note: "* " }[from]} ${text}`);
}

function mailbox({ name, address }) {
  return name === "" ? address : `${name} <${address}>`;
}

function nameAndAddress({ name, address }) {
  return { name, address };
}

/** postal-mime counts the line break before a boundary to the text, where RFC 2046 5.1.1 counts it to the boundary. */
function oneLineEnd(text) {
  return text?.replace(/\n\n$/, "\n");
}

/** The facts whose two values are not equal. */
function compare(facts) {
  return Object.entries(facts)
    .filter(([, [sent, arrived]]) => JSON.stringify(sent) !== JSON.stringify(arrived))
    .map(([fact, [sent, arrived]]) => `${fact}: ${JSON.stringify(sent)} became ${JSON.stringify(arrived)}`);
}
