// Debian's python3-dkim as a second verifier; the unit suite has npm mailauth.
import { spawnSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { createSigner, type NodeSignatureOptions } from "@wirepost/dkim/node";
import fc from "fast-check";
import { expect, it } from "vitest";

const SCRIPT = `
import base64, json, sys, dkim
job = json.load(sys.stdin)
def txt(name, timeout=5):
    record = job["zone"].get(name.decode().rstrip("."))
    return record.encode() if record else None
def verdict(octets, index):
    try:
        return dkim.DKIM(octets).verify(idx=index, dnsfunc=txt)
    except dkim.DKIMException:
        return False
def verdicts(message):
    octets = base64.b64decode(message)
    return [verdict(octets, i) for i in range(octets.count(b"DKIM-Signature: v=1;"))]
print(json.dumps([verdicts(message) for message in job["messages"]]))
`;

/** The first Python that has the package: a version manager's may stand before the system's. */
function python(): string {
  const found = ["python3", "/usr/bin/python3"].find(
    (path) => spawnSync(path, ["-c", "import dkim, nacl"]).status === 0,
  );
  if (found === undefined) throw new Error("python3-dkim and python3-nacl are not installed");
  return found;
}

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const ed25519 = generateKeyPairSync("ed25519").privateKey;
const rsaPublic = createPublicKey(rsa).export({ type: "spki", format: "der" }).toString("base64");
const edPublic = createPublicKey(ed25519)
  .export({ type: "spki", format: "der" })
  .subarray(-32)
  .toString("base64");
const zone = {
  "r1._domainkey.example.com": `v=DKIM1; k=rsa; p=${rsaPublic}`,
  "e1._domainkey.example.com": `v=DKIM1; k=ed25519; p=${edPublic}`,
};

const FORMS = ["simple", "relaxed"] as const;
const SIGNATURES: NodeSignatureOptions[] = FORMS.flatMap((headerCanonicalization) =>
  FORMS.flatMap((bodyCanonicalization) => [
    { domain: "example.com", selector: "r1", privateKey: rsa, headerCanonicalization, bodyCanonicalization },
    {
      domain: "example.com",
      selector: "e1",
      privateKey: ed25519,
      headerCanonicalization,
      bodyCanonicalization,
    },
  ]),
);

const line = fc
  .array(fc.constantFrom("a", "b:", " ", "\t", "=", ";", "x".repeat(80)), { maxLength: 8 })
  .map((parts) => parts.join(""));
const value = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => `v${lines.join("\r\n w")}`);
const field = fc
  .tuple(fc.constantFrom("Subject", "To", "X-Test", "List-Id", "Content-Type"), value)
  .map(([name, text]) => `${name}: ${text}\r\n`);
const body = fc
  .array(fc.constantFrom("\r\n", "\r\n", " ", "\t", "word", ".", "\u00ff"), { maxLength: 20 })
  .map((parts) => `${parts.join("")}\r\n`);
const message = fc
  .tuple(fc.uniqueArray(field, { maxLength: 4, selector: (text) => text.split(":")[0] }), body)
  .map(
    ([fields, text]) =>
      `${fields.join("")}From: a@example.com\r\nDate: Mon, 1 Jan 2029 00:00:00 +0000\r\n\r\n${text}`,
  );

it("dkimpy passes what is signed, and nothing once the body is another", async () => {
  const signer = createSigner({ signatures: SIGNATURES });
  const messages: string[] = [];
  const expected: boolean[][] = [];
  for (const text of fc.sample(message, { seed: 20261122, numRuns: 60 })) {
    const signed = Buffer.from(await signer.sign(Buffer.from(text, "latin1")));
    messages.push(
      signed.toString("base64"),
      Buffer.concat([signed, Buffer.from("x\r\n")]).toString("base64"),
    );
    expected.push(
      SIGNATURES.map(() => true),
      SIGNATURES.map(() => false),
    );
  }
  const result = spawnSync(python(), ["-c", SCRIPT], {
    input: JSON.stringify({ zone, messages }),
    encoding: "utf8",
  });
  expect(result.stderr).toBe("");
  const disagreements = (JSON.parse(result.stdout) as boolean[][]).flatMap((verdicts, i) =>
    JSON.stringify(verdicts) === JSON.stringify(expected[i])
      ? []
      : [{ verdicts, message: Buffer.from(messages[i]!, "base64").toString("latin1") }],
  );
  expect(disagreements).toEqual([]);
});
