// Errors name the culprit, and where what ported code brings along lives here. Values are quoted or not shown at all.
import { describe, expect, it } from "vitest";
import {
  composeMessage,
  EmailMessage,
  type MessageInput,
  type MimeError,
  messageEnvelope,
  needsSmtpUtf8,
} from "../src/index.js";
import { BASE, compose, readBack } from "./read-back.js";

const errorOf = (fields: unknown): Promise<MimeError> =>
  compose(fields as MessageInput).then(
    () => expect.unreachable(),
    (error) => error,
  );

describe("custom fields", () => {
  it.each([
    [{ "X-A": true }, /^"X-A" of headers must be text or a finite number/],
    [{ "X-A": "b", "X-C": Number.NaN }, /^"X-C" of headers/],
    [{ "X-A": ["b", null] }, /^"X-A" of headers/],
    [{ "X-A": { prepared: true, value: "secret" } }, /^"X-A" of headers/],
    [[["X-A", undefined]], /^"X-A" of headers/],
    [[{ key: "X-A" }], /^"X-A" of headers/],
    [{ ["X\r\nB"]: 1n }, /^"X\\r\\nB" of headers/],
    [[[1, "b"]], /^headers must be names with values/],
  ])("%o", async (headers, message) => {
    const error = await errorOf({ headers });
    expect(error).toMatchObject({ code: "ERR_MIME_INVALID_OPTION", message: expect.stringMatching(message) });
    expect(error.message).not.toContain("secret");
  });

  it("of a part are named with the part", async () => {
    const error = await errorOf({
      attachments: [{ filename: "a", content: "x", headers: { "X-A": false } as never }],
    });
    expect(error.message).toMatch(/^"X-A" of headers of attachment "a" must/);
  });

  it("may have numbers", async () => {
    const { header } = await readBack({ headers: { "X-A": 1, "X-B": [-0.5, "c"] } });
    expect(header).toContain("X-A: 1\r\nX-B: -0.5\r\nX-B: c\r\n");
    const pairs = await readBack({ headers: [["X-A", 2]], attachments: [] });
    expect(pairs.header).toContain("X-A: 2\r\n");
    expect((await readBack({ headers: [{ key: "X-A", value: 3 }] })).header).toContain("X-A: 3\r\n");
  });
});

describe("addresses", () => {
  it.each([
    [5, /^to must be text, \{ name, address \}.*, not a number$/],
    [[null], /^to must be .*, not null$/],
    [true, /not a boolean$/],
    [{ email: "bob@example.org" }, /an object without the member address; it has "email"$/],
    [{ name: "Bob", "e\nmail": "x" }, /has "name", "e\\nmail"$/],
    [{}, /without the member address$/],
    [{ name: "Bob", Address: "bob@example.org" }, /has "name", "Address"$/],
    [{ address: "bob@example.org", email: "x" }, /^to has no option named "email"$/],
    [{ address: "bob@example.org", Name: "x" }, /^to has no option named "Name": the name is name$/],
  ])("%o", async (to, message) => {
    const error = await errorOf({ to });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("bob@");
    expect(() => messageEnvelope({ ...BASE, to } as never)).toThrow(message);
  });
});

describe("names that nodemailer has", () => {
  it.each([
    ["dsn", /dsn of send\(\)/],
    ["dkim", /createSigner\(\) of @wirepost\/dkim/],
    ["encoding", /text: \{ content, encoding \}/],
    ["disableFileAccess", /option files/],
    ["disableUrlAccess", /never fetched/],
    ["xMailer", /headers/],
    ["newline", /CRLF/],
    ["auth", /client/],
    ["maxRecipients", /send\(\)/],
    ["requireTLSExtensionEnabled", /requireTls/],
    ["normalizeHeaderKey", /no counterpart/],
    ["boundaryPrefix", /no counterpart/],
    ["baseBoundary", /no counterpart/],
    ["signal", /option of send/],
    ["keepBcc", /composeMessage/],
    ["message-id", /the name is messageId$/],
    ["messageID", /the name is messageId$/],
    ["reply_to", /the name is replyTo$/],
    ["In-Reply-To", /the name is inReplyTo$/],
    ["constructor", /^The message has no option named "constructor"$/],
    ["sujet", /^The message has no option named "sujet"$/],
  ])("%s", (name, message) => {
    const fields = { ...BASE, [name]: { pass: "secret" } } as MessageInput;
    for (const use of [
      () => composeMessage(fields),
      () => messageEnvelope(fields),
      () => needsSmtpUtf8(fields),
      () => new EmailMessage(fields),
    ]) {
      const error = expect.objectContaining({ code: "ERR_MIME_UNKNOWN_OPTION", subject: name });
      expect(use).toThrow(error);
      expect(use).toThrow(message);
      expect(use).not.toThrow(/secret/);
    }
  });

  it.each([
    [{ from: "a@example.com", dsn: {} }, /dsn of send\(\)/],
    [{ from: "a@example.com", size: 1 }, /by itself/],
    [{ From: "a@example.com" }, /the name is from$/],
    ["a@example.com", /^envelope of the message must be an object$/],
  ])("in the envelope: %j", (envelope, message) => {
    expect(() => messageEnvelope({ ...BASE, envelope } as never)).toThrow(message);
  });
});

describe("URLs", () => {
  it.each(["https://example.com/a.pdf?token=secret", "HTTP://example.com/", "ftp://example.com/x"])(
    "%s: the error says what helps, and no more",
    async (url) => {
      for (const name of ["path", "href"]) {
        for (const options of [{}, { files: { baseDir: "/" } }]) {
          const error = await compose({ attachments: [{ [name]: url }] }, options).catch((reason) => reason);
          expect(error).toMatchObject({
            code: "ERR_MIME_FILE_ACCESS",
            message: expect.stringMatching(/give content a function that fetches/),
          });
          expect(error.message).not.toMatch(/baseDir|fromFile|secret/);
        }
      }
    },
  );

  it("a drive is no scheme", async () => {
    await expect(compose({ attachments: [{ path: "C:\\a.pdf" }] })).rejects.toThrow(/baseDir/);
  });
});

describe("long local parts", () => {
  const SRS = `SRS0=${"a".repeat(60)}=x`;
  const LONG = `${SRS}@example.com`;
  const PLACES: Record<string, MessageInput> = {
    text: { to: LONG },
    "text with a name": { to: `Ann <${LONG}>` },
    "address object": { cc: { address: LONG } },
    group: { to: { name: "x", group: [LONG] } },
    from: { from: LONG },
    replyTo: { replyTo: LONG },
    receipt: { dispositionNotificationTo: LONG },
    "list address": { list: { unsubscribe: LONG } },
  };
  it.each(Object.entries(PLACES))("%s: refused, and taken with maxLocalPartBytes", async (place, fields) => {
    const message = { ...BASE, text: "x", ...fields };
    const error = await errorOf(fields);
    if (place !== "list address") {
      expect(error.code).toBe("ERR_MIME_INVALID_ADDRESS");
      expect(error.message).toMatch(/exceeds 64; the option maxLocalPartBytes lifts that limit$/);
    }
    const composed = (await compose(message, { maxLocalPartBytes: 70 })).toString();
    expect(composed).toContain(SRS);
  });

  it("in the envelope too, of fields and of a ready message", () => {
    const limits = { maxLocalPartBytes: 128 };
    const mailbox = { localPart: SRS, domain: "example.com" };
    expect(messageEnvelope({ ...BASE, to: LONG }, limits).to).toEqual([mailbox]);
    expect(messageEnvelope({ ...BASE, envelope: { from: LONG, to: LONG } }, limits).from).toEqual(mailbox);
    const raw = `From: ${LONG}\r\nTo: b@example.org\r\n\r\nx\r\n`;
    expect(messageEnvelope({ raw }, limits).from).toEqual(mailbox);
    expect(() => messageEnvelope({ raw })).toThrow(/maxLocalPartBytes/);
    expect(needsSmtpUtf8({ ...BASE, to: LONG }, limits)).toBe(false);
    // The whole address has its own limit, which nothing lifts (RFC 5321 4.5.3.1.3).
    const endless = `${"a".repeat(250)}@example.com`;
    expect(() => messageEnvelope({ ...BASE, to: endless }, { maxLocalPartBytes: 1000 })).toThrow(/254/);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "64"])("no limit: %s", (maxLocalPartBytes) => {
    const refused = expect.objectContaining({
      code: "ERR_MIME_INVALID_OPTION",
      subject: "maxLocalPartBytes",
    });
    const limits = { maxLocalPartBytes: maxLocalPartBytes as number };
    expect(() => composeMessage(BASE, limits)).toThrow(refused);
    expect(() => composeMessage({ raw: "From: a@example.com\r\n\r\nx" }, limits)).toThrow(refused);
    expect(() => messageEnvelope(BASE, limits)).toThrow(refused);
    expect(() => needsSmtpUtf8(BASE, limits)).toThrow(refused);
  });
});
