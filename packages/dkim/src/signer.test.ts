import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DkimEnvironment,
  DkimError,
  type DkimErrorCode,
  type DkimKey,
  type DkimSignatureOptions,
  DkimSigner,
  type DkimSignerOptions,
  type SignableSource,
} from "./index.js";
import { createSigner, importPrivateKey, nodeEnvironment } from "./node.js";
import { latin1, octetsOf } from "./octets.js";

const ed25519 = generateKeyPairSync("ed25519").privateKey;
const KEY = importPrivateKey(ed25519);
const NOW = Date.UTC(2030, 0, 2, 3, 4, 5, 678);
const ENVIRONMENT: DkimEnvironment = { ...nodeEnvironment, now: () => NOW };
const SIGNATURE: DkimSignatureOptions = { domain: "example.com", selector: "s1", key: KEY };
const MESSAGE = octetsOf(
  "From: ann@example.com\r\nTo: bob@example.org\r\nSubject: Hello\r\n\r\nHello, Bob.\r\n",
);

function signer(
  signature: Partial<DkimSignatureOptions> = {},
  options: Partial<DkimSignerOptions> = {},
): DkimSigner {
  return new DkimSigner({ signatures: [{ ...SIGNATURE, ...signature }], ...options }, ENVIRONMENT);
}

async function fieldOf(made: DkimSigner, message = MESSAGE): Promise<string> {
  return latin1(await made.signatureFields(message));
}

function codeOf(run: () => unknown): DkimErrorCode | "no error" {
  try {
    run();
  } catch (error) {
    if (DkimError.is(error)) return error.code;
    throw error;
  }
  return "no error";
}

async function codeOfPromise(promise: Promise<unknown>): Promise<DkimErrorCode | "no error"> {
  try {
    await promise;
  } catch (error) {
    if (DkimError.is(error)) return error.code;
    throw error;
  }
  return "no error";
}

function sourceOf(chunks: readonly Uint8Array[], changes: Partial<SignableSource> = {}): SignableSource {
  return {
    repeatable: true,
    async *open() {
      yield* chunks;
    },
    ...changes,
  };
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk.slice());
  return new Uint8Array(Buffer.concat(chunks));
}

describe("the signature field", () => {
  it("stands on top of the untouched message", async () => {
    const signed = await signer().sign(MESSAGE);
    const field = await fieldOf(signer());
    expect(latin1(signed)).toBe(field + latin1(MESSAGE));
  });
  it("has its tags in order and folds within 78 columns", async () => {
    const field = await fieldOf(signer({ identity: "ann;=x@mail.example.com", expiresAfterMs: 86_400_500 }));
    const bodyHash = createHash("sha256").update("Hello, Bob.\r\n").digest("base64");
    expect(field.replace(/\r\n /g, " ").replace(/ b=[\s\S]*/, "")).toBe(
      "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=s1; " +
        `i=ann=3B=3Dx@mail.example.com; t=1893553445; x=1893639846; bh=${bodyHash}; ` +
        "h=From:From:Reply-To:Subject:Subject:To:To:Cc:MIME-Version:Content-Type :Content-Transfer-Encoding;",
    );
    for (const line of field.split("\r\n")) expect(line.length).toBeLessThanOrEqual(78);
  });
  it("never has l=", async () => {
    expect(await fieldOf(signer())).not.toMatch(/[; ]l=/);
  });
  it("writes no t= when told so, and x= even then", async () => {
    const field = await fieldOf(signer({ timestamp: false, expiresAfterMs: 1 }));
    expect(field).not.toContain("t=18");
    expect(field).toContain("x=1893553446;");
    expect(await fieldOf(signer({ timestamp: new Date(1000) }))).toContain("t=1;");
  });
  it("keeps its lines short with names as long as they can be", async () => {
    const label = "d".repeat(63);
    const field = await fieldOf(
      signer({
        domain: `${label}.${label}.${label}.example`,
        selector: `${label}.${label}`,
        headers: ["From", ...many(300)],
      }),
      octetsOf(
        `From: a@b.c\r\n${many(300)
          .map((name) => `${name}: x\r\n`)
          .join("")}\r\n`,
      ),
    );
    for (const line of field.split("\r\n")) expect(line.length).toBeLessThanOrEqual(220);
  });
  it("puts several signatures in the order given", async () => {
    const rsa = importPrivateKey(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey);
    const both = new DkimSigner(
      { signatures: [{ ...SIGNATURE, key: rsa, selector: "r1", bodyCanonicalization: "simple" }, SIGNATURE] },
      ENVIRONMENT,
    );
    const algorithms = [...(await fieldOf(both)).matchAll(/DKIM-Signature: v=1; a=(\S+);/g)].map(
      (match) => match[1],
    );
    expect(algorithms).toEqual(["rsa-sha256", "ed25519-sha256"]);
  });
});

function many(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `X-Field-${i}`);
}

describe("M1: nothing can be added to the header through an option", () => {
  const BREAKS = [
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\t",
    " ",
    ";",
    "\u2028",
    "\u0085",
    "\u010d\u010a",
    "\r\n\tX: y",
    "\r\nX-Evil: 1\r\n",
  ];
  const PLACES: [string, (text: string) => Partial<DkimSignatureOptions>][] = [
    ["domain", (text) => ({ domain: `example${text}.com` })],
    ["domain, at the end", (text) => ({ domain: `example.com${text}` })],
    ["selector", (text) => ({ selector: `s1${text}` })],
    ["identity", (text) => ({ identity: `a@example.com${text}` })],
    ["headers", (text) => ({ headers: ["From", `X${text}Y`] })],
    ["oversignedHeaders", (text) => ({ oversignedHeaders: ["From", `X${text}`] })],
  ];
  it.each(PLACES)("%s", (_, build) => {
    for (const text of BREAKS)
      expect(
        codeOf(() => signer(build(text))),
        JSON.stringify(text),
      ).toMatch(/^ERR_DKIM_/);
  });
  it("identity's local part, where only ; and = may come in, encoded", () => {
    for (const text of BREAKS.filter((text) => text !== ";")) {
      expect(codeOf(() => signer({ identity: `a${text}b@example.com` }))).toBe("ERR_DKIM_IDENTITY");
    }
  });
  it("the error repeats none of it", () => {
    try {
      signer({ domain: "evil\r\n\u2028\u0085.com" });
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toMatch(/^[\x20-\x7e]+$/);
    }
  });
  it("whatever the strings, the fields are one per signature, in lines of printable ASCII", async () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(..."a.@-_;:=\r\n\t é"), maxLength: 8 }),
      fc.constantFrom("example.com", "a@example.com", "From", "s1"),
    );
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (domain, selector, identity, header) => {
        let made: DkimSigner;
        try {
          made = signer({ domain, selector, identity, headers: ["From", header] });
        } catch (error) {
          if (!DkimError.is(error)) throw error;
          return;
        }
        expect(await fieldOf(made)).toMatch(/^DKIM-Signature: [\x20-\x7e]+(\r\n [\x20-\x7e]+)*\r\n$/);
      }),
      { numRuns: 300 },
    );
  });
});

describe("options are checked when the signer is made", () => {
  const REFUSED: [string, Partial<DkimSignatureOptions> & Record<string, unknown>, DkimErrorCode][] = [
    ["U-label", { domain: "bücher.example" }, "ERR_DKIM_DOMAIN"],
    ["one label", { domain: "localhost" }, "ERR_DKIM_DOMAIN"],
    ["empty label", { domain: "example..com" }, "ERR_DKIM_DOMAIN"],
    ["long label", { domain: `${"a".repeat(64)}.com` }, "ERR_DKIM_DOMAIN"],
    ["long domain", { domain: `${"a.".repeat(130)}com` }, "ERR_DKIM_DOMAIN"],
    ["empty selector", { selector: "" }, "ERR_DKIM_SELECTOR"],
    ["selector with a hyphen at its end", { selector: "a-" }, "ERR_DKIM_SELECTOR"],
    ["identity elsewhere", { identity: "a@example.org" }, "ERR_DKIM_IDENTITY"],
    ["identity beside", { identity: "a@notexample.com" }, "ERR_DKIM_IDENTITY"],
    ["identity without @", { identity: "example.com" }, "ERR_DKIM_IDENTITY"],
    ["no From", { headers: ["To"] }, "ERR_DKIM_HEADER_NAME"],
    ["header with a colon", { headers: ["From:To"] }, "ERR_DKIM_HEADER_NAME"],
    ["headers as text", { headers: "From" as never }, "ERR_DKIM_INVALID_ARGUMENT"],
    ["unknown canonicalization", { bodyCanonicalization: "nofws" as never }, "ERR_DKIM_INVALID_ARGUMENT"],
    ["timestamp as number", { timestamp: 1 as never }, "ERR_DKIM_INVALID_ARGUMENT"],
    ["invalid date", { timestamp: new Date(Number.NaN) }, "ERR_DKIM_INVALID_ARGUMENT"],
    ["expiry in the past", { expiresAfterMs: 0 }, "ERR_DKIM_INVALID_ARGUMENT"],
    ["no key", { key: undefined as never }, "ERR_DKIM_INVALID_ARGUMENT"],
    ["sha1", { key: { ...KEY, algorithm: "rsa-sha1" as never } }, "ERR_DKIM_KEY"],
    ["short key", { key: { ...KEY, algorithm: "rsa-sha256", modulusBits: 512 } }, "ERR_DKIM_WEAK_KEY"],
    ["misspelt", { bodyCanonicalisation: "simple" }, "ERR_DKIM_UNKNOWN_OPTION"],
    ["body length", { bodyLength: 100 }, "ERR_DKIM_UNKNOWN_OPTION"],
  ];
  it.each(REFUSED)("refuses: %s", (_, options, code) => {
    expect(codeOf(() => signer(options))).toBe(code);
  });
  it("accepts what is unusual and right", () => {
    expect(codeOf(() => signer({ domain: "xn--bcher-kva.example", selector: "a.b_c._1" }))).toBe("no error");
    expect(codeOf(() => signer({ identity: "@Mail.Example.COM", domain: "Example.com" }))).toBe("no error");
  });
  it("refuses a signer without signatures, and misspelt options", () => {
    expect(codeOf(() => new DkimSigner({ signatures: [] }, ENVIRONMENT))).toBe("ERR_DKIM_INVALID_ARGUMENT");
    expect(codeOf(() => new DkimSigner({ signature: [] } as never, ENVIRONMENT))).toBe(
      "ERR_DKIM_UNKNOWN_OPTION",
    );
    expect(codeOf(() => new DkimSigner({ signatures: [SIGNATURE] }, {} as never))).toBe(
      "ERR_DKIM_INVALID_ARGUMENT",
    );
    expect(codeOf(() => signer({}, { maxHeaderBytes: 0 }))).toBe("ERR_DKIM_INVALID_ARGUMENT");
  });
});

describe("a message that cannot be signed is refused", () => {
  it.each<[string, string, DkimErrorCode]>([
    ["no From", "To: a@b.c\r\n\r\n", "ERR_DKIM_NO_FROM"],
    ["two From", "From: a@b.c\r\nfrom: d@e.f\r\n\r\n", "ERR_DKIM_NO_FROM"],
    ["nothing", "", "ERR_DKIM_HEADER_SYNTAX"],
    ["header without an empty line", "From: a@b.c\r\n", "ERR_DKIM_HEADER_SYNTAX"],
    ["only a body", "\r\nFrom: a@b.c\r\n", "ERR_DKIM_NO_FROM"],
    ["bare LF in the header", "From: a@b.c\nTo: d@e.f\r\n\r\n", "ERR_DKIM_BARE_LINE_END"],
    ["bare CR in the header", "From: a@b.c\rTo: d@e.f\r\n\r\n", "ERR_DKIM_BARE_LINE_END"],
    ["CR at the end of the header", "From: a@b.c\r", "ERR_DKIM_BARE_LINE_END"],
    ["bare LF in the body", "From: a@b.c\r\n\r\na\nb", "ERR_DKIM_BARE_LINE_END"],
    ["CR at the end of the body", "From: a@b.c\r\n\r\na\r", "ERR_DKIM_BARE_LINE_END"],
    ["NUL in the header", "From: a\0@b.c\r\n\r\n", "ERR_DKIM_HEADER_SYNTAX"],
    ["a line that is no field", "From: a@b.c\r\nhello\r\n\r\n", "ERR_DKIM_HEADER_SYNTAX"],
    ["header without an end", "From: a@b.c", "ERR_DKIM_HEADER_SYNTAX"],
  ])("%s", async (_, text, code) => {
    expect(await codeOfPromise(signer().sign(octetsOf(text)))).toBe(code);
    expect(
      await codeOfPromise(
        signer().sign(sourceOf(Array.from(octetsOf(text), (octet) => Uint8Array.of(octet)))),
      ),
    ).toBe(code);
  });
  it("a header over the limit, before it is all in memory", async () => {
    let pulled = 0;
    const endless = sourceOf([], {
      async *open() {
        for (;;) {
          pulled++;
          yield octetsOf(`X-${pulled}: ${"x".repeat(900)}\r\n`);
        }
      },
    });
    expect(await codeOfPromise(signer({}, { maxHeaderBytes: 10_000 }).sign(endless))).toBe(
      "ERR_DKIM_HEADER_TOO_LONG",
    );
    expect(pulled).toBeLessThan(15);
  });
});

describe("failures throw and leave nothing unsigned", () => {
  const failing = (sign: DkimKey["sign"]): DkimSigner =>
    signer({ key: { algorithm: "ed25519-sha256", sign } });
  it.each<[string, DkimKey["sign"]]>([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
    ["gives nothing", () => undefined as never],
    ["gives an empty signature", () => new Uint8Array(0)],
  ])("a key that %s", async (_, sign) => {
    expect(await codeOfPromise(failing(sign).sign(MESSAGE))).toBe("ERR_DKIM_SIGNING_FAILED");
    expect(await codeOfPromise(failing(sign).sign(sourceOf([MESSAGE])))).toBe("ERR_DKIM_SIGNING_FAILED");
  });
  it("one key of two", async () => {
    const broken: DkimKey = { algorithm: "ed25519-sha256", sign: () => Promise.reject(new Error("no")) };
    const both = new DkimSigner({ signatures: [SIGNATURE, { ...SIGNATURE, key: broken }] }, ENVIRONMENT);
    expect(await codeOfPromise(both.sign(MESSAGE))).toBe("ERR_DKIM_SIGNING_FAILED");
  });
  it("a hash that fails", async () => {
    const environment: DkimEnvironment = {
      createSha256: () => ({ update: () => {}, digest: () => Promise.reject(new Error("no")) }),
      now: () => NOW,
    };
    const made = new DkimSigner({ signatures: [SIGNATURE] }, environment);
    expect(await codeOfPromise(made.sign(MESSAGE))).toBe("ERR_DKIM_SIGNING_FAILED");
  });
  it("keeps the cause", async () => {
    const cause = new Error("no");
    await expect(failing(() => Promise.reject(cause)).sign(MESSAGE)).rejects.toMatchObject({ cause });
  });
});

describe("sources", () => {
  it("sign as their octets do, however they are cut", async () => {
    const message = octetsOf(
      `From: ann@example.com\r\nSubject: a\r\n  folded \t one\r\n\r\n${"line one \t x\r\n\r\n".repeat(40)}\r\n\r\n`,
    );
    const expected = latin1(await signer({ bodyCanonicalization: "simple" }).sign(message));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(200), { maxLength: 12 }), async (cuts) => {
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(message.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(message.subarray(at));
        const signed = await signer({ bodyCanonicalization: "simple" }).sign(sourceOf(chunks));
        expect(latin1(await collect(signed.open()))).toBe(expected);
        expect(signed.sizeBytes).toBe(expected.length);
      }),
      { numRuns: 50 },
    );
  });
  it("can be read again and again", async () => {
    const signed = await signer().sign(sourceOf([MESSAGE]));
    expect(signed.repeatable).toBe(true);
    expect(latin1(await collect(signed.open()))).toBe(latin1(await collect(signed.open())));
  });
  it("may use the memory of a chunk again", async () => {
    const room = new Uint8Array(10);
    const reusing = sourceOf([], {
      async *open() {
        for (let at = 0; at < MESSAGE.length; at += room.length) {
          const part = MESSAGE.subarray(at, at + room.length);
          room.set(part);
          yield room.subarray(0, part.length);
          room.fill(0);
        }
      },
    });
    const signed = await signer().sign(reusing);
    expect(latin1(await collect(signed.open()))).toBe(latin1(await signer().sign(MESSAGE)));
  });
  it("that can be read once only are refused before they are read", async () => {
    let opened = false;
    const once = sourceOf([MESSAGE], {
      repeatable: false,
      async *open() {
        opened = true;
        yield MESSAGE;
      },
    });
    await expect(signer().sign(once)).rejects.toMatchObject({
      code: "ERR_DKIM_NOT_REPEATABLE",
      message: expect.stringMatching(/function that opens it anew.*fromFile\(\)/),
    });
    expect(opened).toBe(false);
  });
  const changes: [string, string][] = [
    ["an octet of the body", latin1(MESSAGE).replace("Bob.", "Eve.")],
    ["an octet of the header", latin1(MESSAGE).replace("bob@", "eve@")],
    ["cut short", latin1(MESSAGE).slice(0, -3)],
    ["made longer", `${latin1(MESSAGE)}More.\r\n`],
    ["emptied", ""],
  ];
  it.each(changes)("that change meanwhile end in an error before their last octets: %s", async (_, later) => {
    for (const size of [1, 7, 1000]) {
      let reading = 0;
      const changing = sourceOf([], {
        async *open() {
          const octets = reading++ === 0 ? MESSAGE : octetsOf(later);
          for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
        },
      });
      const signed = await signer().sign(changing);
      let got = 0;
      const reader = async () => {
        for await (const chunk of signed.open()) got += chunk.length;
      };
      expect(await codeOfPromise(reader())).toBe("ERR_DKIM_CONTENT_CHANGED");
      expect(got).toBeLessThan(signed.sizeBytes);
    }
  });
  it("that fail say so, with the cause", async () => {
    const cause = new Error("disk");
    const failing = sourceOf([], {
      async *open() {
        yield MESSAGE.subarray(0, 5);
        throw cause;
      },
    });
    await expect(signer().sign(failing)).rejects.toMatchObject({ code: "ERR_DKIM_CONTENT", cause });
    const text = sourceOf(["From: a@b.c\r\n" as never]);
    expect(await codeOfPromise(signer().sign(text))).toBe("ERR_DKIM_CONTENT");
    expect(await codeOfPromise(signer().sign("From: a@b.c\r\n\r\n" as never))).toBe(
      "ERR_DKIM_INVALID_ARGUMENT",
    );
  });
  it("are closed when signing ends early", async () => {
    let closed = false;
    const source = sourceOf([], {
      async *open() {
        try {
          for (;;) yield octetsOf("no field\n");
        } finally {
          closed = true;
        }
      },
    });
    expect(await codeOfPromise(signer().sign(source))).toBe("ERR_DKIM_BARE_LINE_END");
    expect(closed).toBe(true);
  });
  it("stop at the caller's signal, in both readings", async () => {
    const controller = new AbortController();
    let count = 0;
    const source = sourceOf([], {
      async *open() {
        yield MESSAGE;
        for (let i = 0; i < 1000; i++) {
          if (++count === 500) controller.abort(new Error("enough"));
          yield octetsOf("x\r\n");
        }
      },
    });
    await expect(signer().sign(source, { signal: controller.signal })).rejects.toMatchObject({
      code: "ERR_DKIM_ABORTED",
      cause: expect.objectContaining({ message: "enough" }),
    });
    const signed = await signer().sign(sourceOf([MESSAGE]));
    expect(await codeOfPromise(collect(signed.open(controller.signal)))).toBe("ERR_DKIM_ABORTED");
  });
});

describe("the Node door", () => {
  it("reads PEM, DER, encrypted PEM, a bare Ed25519 seed and a KeyObject", () => {
    const pem = ed25519.export({ type: "pkcs8", format: "pem" }) as string;
    const der = ed25519.export({ type: "pkcs8", format: "der" });
    const locked = ed25519.export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-256-cbc",
      passphrase: "open",
    }) as string;
    for (const key of [
      importPrivateKey(pem),
      importPrivateKey(new Uint8Array(der)),
      importPrivateKey(locked, "open"),
      importPrivateKey(new Uint8Array(der.subarray(-32))),
      importPrivateKey(ed25519),
    ]) {
      expect(key.algorithm).toBe("ed25519-sha256");
    }
    const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
    expect(importPrivateKey(rsa.export({ type: "pkcs1", format: "pem" }) as string)).toMatchObject({
      algorithm: "rsa-sha256",
      modulusBits: 1024,
    });
  });
  it("refuses what cannot sign, and repeats neither key nor passphrase", () => {
    const pem = ed25519.export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-256-cbc",
      passphrase: "open",
    }) as string;
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const weak = generateKeyPairSync("rsa", { modulusLength: 512 }).privateKey;
    expect(codeOf(() => importPrivateKey("nonsense"))).toBe("ERR_DKIM_KEY");
    expect(codeOf(() => importPrivateKey(undefined as never))).toBe("ERR_DKIM_KEY");
    expect(codeOf(() => importPrivateKey(new Uint8Array(5)))).toBe("ERR_DKIM_KEY");
    expect(codeOf(() => importPrivateKey(ec))).toBe("ERR_DKIM_KEY");
    expect(codeOf(() => importPrivateKey(createPublicKey(ed25519)))).toBe("ERR_DKIM_KEY");
    expect(codeOf(() => importPrivateKey(weak))).toBe("ERR_DKIM_WEAK_KEY");
    try {
      importPrivateKey(pem, "wrong-secret");
      expect.unreachable();
    } catch (error) {
      expect(`${(error as Error).stack} ${(error as Error).cause}`).not.toMatch(/wrong-secret|BEGIN/);
    }
  });
  it("makes a signer, and refuses misspelt options", async () => {
    const options = { domain: "example.com", selector: "s1", privateKey: ed25519 };
    expect(latin1(await createSigner({ signatures: [options] }).sign(MESSAGE))).toMatch(
      /^DKIM-Signature: v=1;/,
    );
    expect(codeOf(() => createSigner({ signatures: [{ ...options, key: KEY } as never] }))).toBe(
      "ERR_DKIM_UNKNOWN_OPTION",
    );
    expect(codeOf(() => createSigner({ signatures: [{ ...options, keySelector: "x" } as never] }))).toBe(
      "ERR_DKIM_UNKNOWN_OPTION",
    );
    expect(codeOf(() => createSigner({} as never))).toBe("ERR_DKIM_INVALID_ARGUMENT");
    expect(codeOf(() => createSigner({ signatures: [null as never] }))).toBe("ERR_DKIM_INVALID_ARGUMENT");
  });
});
