// Uses every pure package, with nothing but what each runtime of the web has. Runs under Node, Deno and Bun.
import { createBodyCanonicalizer } from "@wirepost/dkim";
import { domainToAscii, parseAddressList, parseMailbox } from "@wirepost/mail-address";
import { composeMessage, EmailMessage } from "@wirepost/mime-message";
import { createPlain, saslprep } from "@wirepost/sasl";
import { ClientProtocol, commandLine, createReply, NEED_DATA, ServerProtocol } from "@wirepost/smtp-protocol";

const encode = (text) => new TextEncoder().encode(text);
const decode = (octets) => new TextDecoder().decode(octets);
function same(one, other, what) {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  if (a !== b) throw new Error(`${what}: ${a} is not ${b}`);
}

same(domainToAscii("bücher.example"), "xn--bcher-kva.example", "an A-label");
same(parseMailbox('"a b"@example.org').localPart, "a b", "a quoted local part");
same(parseAddressList("Team: a@example.org, B <b@example.org>;").length, 1, "a group");

const { content } = await composeMessage({
  from: "Ann <ann@example.com>",
  to: "bob@example.org",
  subject: "Grüße 😀",
  text: "Hello\n.\n",
  attachments: [{ filename: "ü.bin", content: Uint8Array.of(0, 1, 255) }],
});
const parsed = await EmailMessage.parse(content);
same(parsed.subject, "Grüße 😀", "a subject");
same(parsed.attachments.length, 1, "an attachment");

// A whole conversation between the two engines.
const client = new ClientProtocol();
const server = new ServerProtocol();
const arrived = [];
server.reply(createReply(220, undefined, "mx.example"));
function pump() {
  for (;;) {
    const said = server.takeOutput();
    if (said !== undefined) client.receiveData(said);
    while (client.nextEvent() !== NEED_DATA);
    const output = client.takeOutput();
    if (output === undefined) return;
    server.receiveData(output);
    client.releaseOutput(output);
    for (let event = server.nextEvent(); typeof event !== "symbol"; event = server.nextEvent()) {
      if (event.type === "content") arrived.push(decode(event.octets));
      else if (event.type === "content-end") server.reply(createReply(250, "2.0.0", "Ok"));
      else if (event.refusal) server.reply(event.refusal);
      else if (event.command.verb === "EHLO") server.reply(createReply(250, undefined, "mx", "PIPELINING"));
      else server.reply(createReply(event.command.verb === "DATA" ? 354 : 250, undefined, "ok"));
    }
  }
}
pump();
client.send(commandLine({ verb: "EHLO", domain: "client.example" }));
pump();
client.send(commandLine({ verb: "MAIL", from: parseMailbox("ann@example.com") }));
client.send(commandLine({ verb: "RCPT", to: parseMailbox("bob@example.org") }));
client.send(commandLine({ verb: "DATA" }));
pump();
client.writeContent(encode(".a\nb\n"), 0);
client.endContent();
pump();
same(arrived.join(""), ".a\r\nb\r\n", "the content");

same(saslprep("I\u00adX", "query"), "IX", "SASLprep");
const plain = createPlain({ username: "ann", password: "secret" });
same(decode(await plain.initial()), "\0ann\0secret", "PLAIN");

let canonical = "";
const body = createBodyCanonicalizer("relaxed", { update: (octets) => (canonical += decode(octets)) });
body.update(encode("a \t b \r\n\r\n\r\n"));
body.finish();
same(canonical, "a b\r\n", "a canonical body");

console.log("pure packages: ok");
