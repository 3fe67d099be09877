// The example of the README.
import { generateKeyPairSync } from "node:crypto";
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
