// An independent verifier (npm mailauth) with a DNS of its own judges what this package signs.
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { createSigner, importPrivateKey, type NodeSignatureOptions } from "@wirepost/dkim/node";
import fc from "fast-check";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { describe, expect, it } from "vitest";

const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
const ed25519 = generateKeyPairSync("ed25519").privateKey;

const rsaPublic = createPublicKey(rsa).export({ type: "spki", format: "der" }).toString("base64");
const edPublic = createPublicKey(ed25519)
  .export({ type: "spki", format: "der" })
  .subarray(-32)
  .toString("base64");
const ZONE: Record<string, string> = {
  "r1._domainkey.example.com": `v=DKIM1; k=rsa; p=${rsaPublic}`,
  "e1._domainkey.example.com": `v=DKIM1; k=ed25519; p=${edPublic}`,
  "e1._domainkey.xn--bcher-kva.example": `v=DKIM1; k=ed25519; p=${edPublic}`,
};

async function resolver(name: string, type: string): Promise<string[][]> {
  const record = type === "TXT" ? ZONE[name] : undefined;
  if (record === undefined) throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
  return [[record]];
}

async function verdicts(message: string, curTime?: Date): Promise<string[]> {
  // On its way every message ends in a line end.
  const sent = message.endsWith("\r\n") ? message : `${message}\r\n`;
  const octets = Buffer.from(sent, "latin1");
  const { results } = await dkimVerify(octets, { resolver, ...(curTime && { curTime }) });
  return results.map((result) => {
    const { algo } = result as { algo?: string };
    return `${result.signingDomain} ${algo}: ${result.status.result}`;
  });
}

const RSA: NodeSignatureOptions = { domain: "example.com", selector: "r1", privateKey: rsa };
const ED25519: NodeSignatureOptions = { domain: "example.com", selector: "e1", privateKey: ed25519 };

async function sign(message: string, ...signatures: NodeSignatureOptions[]): Promise<string> {
  const signed = await createSigner({ signatures }).sign(Buffer.from(message, "latin1"));
  return Buffer.from(signed).toString("latin1");
}

const MESSAGE =
  "Received: from a by b;\r\n\tMon, 1 Jan 2029 00:00:00 +0000\r\n" +
  'From: "Ann  Example" <ann@example.com>\r\nTo: bob@example.org,\r\n  carol@example.org\r\n' +
  "Subject: =?utf-8?q?caf=C3=A9?=  and \t more \r\nDate: Mon, 1 Jan 2029 00:00:00 +0000\r\n" +
  "Message-ID: <1@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" +
  "Hello \t Bob, \r\n\r\n  how are\tyou? \r\n.\r\n\r\n\r\n";

const FORMS = ["simple", "relaxed"] as const;
const COMBINATIONS = [RSA, ED25519].flatMap((key) =>
  FORMS.flatMap((headerCanonicalization) =>
    FORMS.map((bodyCanonicalization) => ({ ...key, headerCanonicalization, bodyCanonicalization })),
  ),
);

describe.each(COMBINATIONS)(
  "selector $selector, $headerCanonicalization/$bodyCanonicalization",
  (options) => {
    const algorithm = options.selector === "r1" ? "rsa-sha256" : "ed25519-sha256";
    it("passes", async () => {
      expect(await verdicts(await sign(MESSAGE, options))).toEqual([`example.com ${algorithm}: pass`]);
    });
    it.each([
      ["no body", "From: a@example.com\r\n\r\n"],
      ["body without an end", "From: a@example.com\r\n\r\nabc"],
      ["body of empty lines", "From: a@example.com\r\n\r\n\r\n\r\n\r\n"],
      ["body of blanks", "From: a@example.com\r\n\r\n  \r\n\t\r\n"],
      ["repeated fields", "X-A: 1\r\nFrom: a@example.com\r\nX-A: 2\r\nX-a:3\r\n\r\nb\r\n"],
      ["empty fields", "From: a@example.com\r\nSubject:\r\nTo: \r\n\r\nb\r\n"],
      [
        "UTF-8 header",
        "From: j\u00c3\u00b6rg@example.com\r\nSubject: \u00e2\u0082\u00ac\r\n\r\n\u00c3\u00a4\r\n",
      ],
    ])("passes: %s", async (_, message) => {
      const signed = await sign(message, { ...options, headers: ["From", "Subject", "X-A", "To", "X-None"] });
      expect(await verdicts(signed)).toEqual([`example.com ${algorithm}: pass`]);
    });
    it("fails once an octet of the body or of a signed field is another", async () => {
      const signed = await sign(MESSAGE, options);
      for (const [from, to] of [
        ["Bob", "Eve"],
        ["ann@", "eve@"],
        ["more", "less"],
        ["s=", "s=x"],
      ] as const) {
        expect(await verdicts(signed.replace(from, to))).not.toEqual([`example.com ${algorithm}: pass`]);
      }
    });
    it("fails once an oversigned field is added, passes with a trace field", async () => {
      const signed = await sign(MESSAGE, options);
      for (const field of [
        "From: eve@example.net",
        "Subject: x",
        "Reply-To: eve@example.net",
        "Cc: eve@example.net",
      ]) {
        const [verdict] = await verdicts(`${field}\r\n${signed}`);
        expect(verdict, field).not.toContain("pass");
      }
      expect(await verdicts(`Received: from c by d\r\n${signed}`)).toEqual([
        `example.com ${algorithm}: pass`,
      ]);
    });
  },
);

it("relaxed survives refolding and white space at line ends, simple does not", async () => {
  const relaxed = await sign(MESSAGE, RSA);
  const simple = await sign(MESSAGE, {
    ...RSA,
    headerCanonicalization: "simple",
    bodyCanonicalization: "simple",
  });
  const handle = (text: string) =>
    text.replace("bob@example.org,\r\n ", "bob@example.org,\r\n\t").replace("you? \r\n", "you?\r\n");
  expect(await verdicts(handle(relaxed))).toEqual(["example.com rsa-sha256: pass"]);
  expect(await verdicts(handle(simple))).not.toEqual(["example.com rsa-sha256: pass"]);
});

it("several signatures pass, each on its own", async () => {
  const idn = { ...ED25519, domain: "xn--bcher-kva.example", identity: "a=b;c@mail.xn--bcher-kva.example" };
  const signed = await sign(MESSAGE, RSA, { ...ED25519, bodyCanonicalization: "simple" }, idn);
  expect(await verdicts(signed)).toEqual([
    "example.com rsa-sha256: pass",
    "example.com ed25519-sha256: pass",
    "xn--bcher-kva.example ed25519-sha256: pass",
  ]);
});

it("a message signed before can be signed again", async () => {
  const twice = await sign(await sign(MESSAGE, RSA), ED25519);
  expect(await verdicts(twice)).toEqual(["example.com ed25519-sha256: pass", "example.com rsa-sha256: pass"]);
});

it("expires when told so", async () => {
  const signed = await sign(MESSAGE, {
    ...RSA,
    timestamp: new Date("2029-01-01T00:00:00Z"),
    expiresAfterMs: 60_000,
  });
  expect(await verdicts(signed, new Date("2029-01-01T00:00:30Z"))).toEqual(["example.com rsa-sha256: pass"]);
  expect(await verdicts(signed, new Date("2029-01-01T00:02:00Z"))).not.toEqual([
    "example.com rsa-sha256: pass",
  ]);
});

it("the key may come as PEM", async () => {
  const pem = ed25519.export({ type: "pkcs8", format: "pem" }) as string;
  expect(importPrivateKey(pem).algorithm).toBe("ed25519-sha256");
  expect(await verdicts(await sign(MESSAGE, { ...ED25519, privateKey: pem }))).toEqual([
    "example.com ed25519-sha256: pass",
  ]);
});

it("whatever the message, the verifier agrees", async () => {
  const text = fc.array(fc.constantFrom("a", "b:", " ", "\t", "\u00c3\u00a9", "=", ";", "x".repeat(80)), {
    maxLength: 8,
  });
  const value = fc
    .array(text, { minLength: 1, maxLength: 3 })
    .map((lines) => `v${lines.map((line) => line.join("")).join("\r\n w")}`);
  const name = fc.constantFrom("Subject", "To", "X-Test", "X-test", "List-Id", "Content-Type", "subject ");
  const body = fc
    .array(fc.constantFrom("\r\n", "\r\n", " ", "\t", "word", ".", "\u00ff", "\0"), { maxLength: 20 })
    .map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(name, value), { maxLength: 5 }),
      body,
      fc.constantFrom(...COMBINATIONS),
      async (fields, content, options) => {
        const header = fields.map(([field, text]) => `${field}: ${text}\r\n`).join("");
        const signed = await sign(`${header}From: a@example.com\r\n\r\n${content}`, options);
        expect((await verdicts(signed))[0]).toContain(": pass");
      },
    ),
    { numRuns: 200 },
  );
});
