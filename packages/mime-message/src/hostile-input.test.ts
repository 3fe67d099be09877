import fc from "fast-check";
import { expect, it } from "vitest";
import { composeMessage, type MessageInput, MimeError, messageEnvelope, needsSmtpUtf8 } from "./index.js";
import { MESSAGE_FIELDS } from "./message-input.js";

/** Values of any kind where a field is expected, as JSON from somewhere may hold them. */
const junk = fc.anything({ withNullPrototype: true, withDate: true, maxDepth: 2, maxKeys: 3 });
const likely = fc.oneof(
  junk,
  fc.constantFrom<unknown>(
    null,
    0,
    "",
    [],
    {},
    true,
    "a@example.org",
    [null],
    [undefined],
    [[]],
    Symbol("x"),
    () => "x",
    1n,
  ),
  fc.record(
    {
      name: junk,
      address: junk,
      group: junk,
      content: junk,
      filename: junk,
      url: junk,
      comment: junk,
      kind: junk,
      mailbox: junk,
    },
    { requiredKeys: [] },
  ),
);
const names = [...MESSAGE_FIELDS.keys()];

it("whatever the fields hold, only errors of ours are thrown, at once or as a rejection", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), likely, fc.boolean(), async (name, value, inArray) => {
      const message = {
        from: "ann@example.com",
        to: "bob@example.org",
        text: "x",
        [name]: inArray ? [value] : value,
      } as MessageInput;
      for (const run of [
        () => composeMessage(message),
        () => messageEnvelope(message),
        () => needsSmtpUtf8(message),
      ]) {
        try {
          await run();
        } catch (error) {
          if (!MimeError.is(error)) throw error;
          expect(error.code).toMatch(/^ERR_MIME_/);
        }
      }
    }),
    { numRuns: 1500 },
  );
});

it("the same for options", async () => {
  const options = [
    "transport",
    "smtpUtf8",
    "date",
    "messageIdDomain",
    "files",
    "inlineLimitBytes",
    "maxLocalPartBytes",
    "signal",
    "random",
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...options), likely, async (name, value) => {
      try {
        await composeMessage(
          { from: "ann@example.com", to: "bob@example.org", text: "x" },
          { [name]: value },
        );
      } catch (error) {
        if (!MimeError.is(error)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
