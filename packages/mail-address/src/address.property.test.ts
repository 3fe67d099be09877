import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Address,
  AddressError,
  domainToAscii,
  formatMailbox,
  type Mailbox,
  parseAddressList,
  parseAddressListTolerant,
  parseMailbox,
  parsePath,
} from "./index.js";

const LIFTED = { maxLocalPartBytes: 254 };

const label = fc
  .stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/)
  .filter((text) => !text.startsWith("xn--"));
const domain = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join(".")),
  fc.constantFrom(
    "bücher.example",
    "例え.テスト",
    "faß.example",
    "xn--bcher-kva.example",
    "[192.0.2.7]",
    "[IPv6:::1]",
  ),
);
const localPart = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...'ab.@"\\ <>,;:()[]é😀=?!'), minLength: 1, maxLength: 20 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
  )
  .filter((text) => !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text));
const mailbox: fc.Arbitrary<Mailbox> = fc.record({ localPart, domain });

// Texts made of what the grammar turns on, so that many of them are nearly valid.
const soup = fc
  .array(
    fc.constantFrom(
      ...[
        "@",
        ".",
        ",",
        ";",
        ":",
        "<",
        ">",
        "(",
        ")",
        '"',
        "\\",
        "[",
        "]",
        " ",
        "\t",
        "\r\n ",
        "\r",
        "\n",
        "\0",
      ],
      ...[
        "a",
        "good",
        "evil.example",
        "é",
        "bücher",
        "xn--a",
        "=?utf-8?q?=40?=",
        "[192.0.2.1]",
        "u@good",
        "\u200b",
      ],
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(""));

function mailboxes(addresses: readonly Address[]): Mailbox[] {
  return addresses.flatMap((address) =>
    address.kind === "group" ? mailboxes(address.members) : [address.mailbox],
  );
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    // Whatever the text, only our error is thrown.
    if (!AddressError.is(error)) throw error;
    return undefined;
  }
}

describe("laws of addresses", () => {
  it("what is formatted is read back, by every parser", () => {
    fc.assert(
      fc.property(mailbox, (given) => {
        const written = formatMailbox(given, { domain: "as-is" });
        expect(parseMailbox(written, LIFTED)).toEqual(given);
        expect(parsePath(`<${written}>`, LIFTED)).toEqual(given);
        expect(mailboxes(parseAddressList(written, LIFTED))).toEqual([given]);
        expect(mailboxes(parseAddressList(`x <${written}>, g:${written};`, LIFTED))).toEqual([given, given]);
        expect(mailboxes(parseAddressListTolerant(written, LIFTED))).toEqual([given]);
      }),
      { numRuns: 500 },
    );
  });

  it("formatting what was read is a fixed point", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          soup,
          mailbox.map((given) => formatMailbox(given)),
        ),
        (text) => {
          for (const one of attempt(() => parseAddressListTolerant(text, LIFTED))?.map(
            (a) => mailboxes([a])[0],
          ) ?? []) {
            if (one === undefined) continue;
            const written = formatMailbox(one);
            expect(formatMailbox(parseMailbox(written, LIFTED))).toBe(written);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("whatever the text, no mailbox comes out that could break a line or a command", () => {
    fc.assert(
      fc.property(soup, (text) => {
        for (const parse of [parseAddressList, parseAddressListTolerant]) {
          for (const found of mailboxes(attempt(() => parse(text)) ?? [])) {
            const written = formatMailbox(found);
            expect(written).not.toMatch(/[\0-\x1f\x7f]/);
            const outsideQuotes = written.replace(/^"(?:[^"\\]|\\.)*"/, "");
            expect(outsideQuotes).toMatch(/^[^@\s<>(),;"\\]*@(?:[A-Za-z0-9.-]+|\[[^[\]\s<>]+\])$/);
            // The domain stands in the text, outside comments and quotes, in one piece.
            expect(text.replace(/"(?:[^"\\]|\\[\s\S])*"/g, '""')).toContain(found.domain);
          }
        }
      }),
      { numRuns: 1500 },
    );
  });

  it("the tolerant parser finds the same mailboxes wherever the strict one finds any", () => {
    fc.assert(
      fc.property(soup, (text) => {
        const strict = attempt(() => parseAddressList(text));
        if (strict !== undefined)
          expect(mailboxes(parseAddressListTolerant(text))).toEqual(mailboxes(strict));
      }),
      { numRuns: 1500 },
    );
  });

  it("the mailbox parser accepts nothing that the list parser reads otherwise", () => {
    fc.assert(
      fc.property(soup, (text) => {
        const single = attempt(() => parseMailbox(text));
        if (single !== undefined) expect(mailboxes(parseAddressList(text))).toEqual([single]);
      }),
      { numRuns: 1500 },
    );
  });

  it("an address alone is read as it is read in company", () => {
    const plain = fc
      .array(fc.constantFrom("Ann", " ", '"', ",", ".", "<", ">", "a@x.example", "b.", "@", "-", "xn--a"), {
        maxLength: 8,
      })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(plain, soup), (text) => {
        const alone = attempt(() => parseAddressList(text));
        const inCompany = attempt(() => parseAddressList(`${text},z@z`));
        expect(alone).toEqual(inCompany?.slice(0, -1));
      }),
      { numRuns: 2000 },
    );
  });

  it("any domain becomes LDH labels or is refused, and mapping twice changes nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 20 }), (text) => {
        const ascii = attempt(() => domainToAscii(text));
        if (ascii === undefined || ascii.startsWith("[")) return;
        expect(ascii).toMatch(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/);
        expect(domainToAscii(ascii)).toBe(ascii);
      }),
      { numRuns: 600 },
    );
  });
});
