import { composeMessage, messageEnvelope } from "@wirepost/mime-message";

const message = {
  from: "Ann Größe <ann@example.com>",
  to: "bob@example.org, Carol <carol@bücher.example>",
  subject: "Grüße",
  text: "Hello Bob,\nthe café is open.",
  attachments: [{ filename: "größe.csv", content: "a;b\n1;2\n" }],
};
const composed = await composeMessage(message, { transport: "7bit" });
console.log(composed.body, messageEnvelope(message).to.length);
// A small message is composed at once; a large one is a source, to be streamed.
if (composed.content instanceof Uint8Array) console.log(new TextDecoder().decode(composed.content));
