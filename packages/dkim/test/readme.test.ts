// The examples of the README.
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSigner } from "@wirepost/dkim/node";
import { expect, it } from "vitest";

it("does what the README says", async () => {
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const rsaPem = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  }) as string;
  const message = new TextEncoder().encode("From: Ann <ann@example.com>\r\nSubject: Hi\r\n\r\nHello\r\n");
  async function* chunks() {
    yield message.subarray(0, 10);
    yield message.subarray(10);
  }

  const signer = createSigner({
    signatures: [
      { domain: "example.com", selector: "mail2030", privateKey: pem },
      { domain: "example.com", selector: "rsa2030", privateKey: rsaPem, bodyCanonicalization: "simple" },
    ],
  });
  const signed = await signer.sign(message); // Uint8Array in, Uint8Array out
  const stream = await signer.sign({ repeatable: true, open: () => chunks() }); // { sizeBytes, repeatable, open() }

  const text = new TextDecoder().decode(signed);
  expect(text).toMatch(
    /^DKIM-Signature: v=1; a=ed25519-sha256;[\s\S]+\r\nDKIM-Signature: v=1; a=rsa-sha256;/,
  );
  expect(text.endsWith("From: Ann <ann@example.com>\r\nSubject: Hi\r\n\r\nHello\r\n")).toBe(true);
  expect(stream.sizeBytes).toBe(signed.length);
});

it("sends a signed message as the README says", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const code = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)][1]?.[1] ?? "";
  // By a name that is not written here: this package stands beside mime-message and needs it in this test alone.
  const composer: string = "@wirepost/mime-message";
  const { composeMessage, messageEnvelope } = await import(composer);
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
  const sent: { raw: Uint8Array; envelope: { to: unknown[] } }[] = [];
  class SmtpClient {
    async send(message: (typeof sent)[number]) {
      sent.push(message);
    }
    async close() {}
  }
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...values: unknown[]) => Promise<void>;
  const names = ["createSigner", "composeMessage", "messageEnvelope", "SmtpClient", "pem"];
  const run = new AsyncFunction(...names, code.replace(/^import .*;$/gm, ""));
  await run(createSigner, composeMessage, messageEnvelope, SmtpClient, pem);
  expect(sent).toHaveLength(1);
  expect(new TextDecoder().decode(sent[0]?.raw)).toMatch(
    /^DKIM-Signature: v=1; a=ed25519-sha256;[\s\S]+\r\nFrom: Ann <ann@example\.com>\r\n[\s\S]+Hello Bob\r\n$/,
  );
  expect(sent[0]?.envelope.to).toEqual([{ localPart: "bob", domain: "example.org" }]);
});
