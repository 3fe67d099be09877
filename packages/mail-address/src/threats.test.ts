// The known attacks on address handling, one test per row of the project's threat list, named by its number.
import { describe, expect, it } from "vitest";
import {
  type Address,
  AddressError,
  type AddressErrorCode,
  domainToAscii,
  formatMailbox,
  formatPath,
  type Mailbox,
  needsSmtpUtf8,
  type ParseOptions,
  parseAddressList,
  parseAddressListTolerant,
  parseMailbox,
  parsePath,
  parsePathTolerant,
} from "./index.js";

const READERS: [name: string, read: (text: string) => (Mailbox | null)[]][] = [
  ["parseMailbox", (text) => [parseMailbox(text)]],
  ["parsePath", (text) => [parsePath(`<${text}>`)]],
  ["parsePathTolerant", (text) => [parsePathTolerant(`<${text}>`)]],
  ["parseAddressList", (text) => mailboxes(parseAddressList(text))],
  ["parseAddressListTolerant", (text) => mailboxes(parseAddressListTolerant(text))],
];

function mailboxes(addresses: readonly Address[]): Mailbox[] {
  return addresses.flatMap((address) =>
    address.kind === "group" ? mailboxes(address.members) : [address.mailbox],
  );
}

/** The code it is refused with, or the mailboxes that it gives, formatted. */
function outcome(run: () => (Mailbox | null)[]): AddressErrorCode | string[] {
  try {
    return run().map((mailbox) => (mailbox === null ? "<>" : formatMailbox(mailbox)));
  } catch (error) {
    if (AddressError.is(error)) return error.code;
    throw error;
  }
}

const CODE = expect.stringMatching(/^ERR_ADDRESS_/);

describe("I1: CR, LF, NUL and other controls never pass", () => {
  const BREAKS = [
    "\r\n",
    "\r",
    "\n",
    "\0",
    "\u000b",
    "\u000c",
    "\u007f",
    "\u0085",
    "\u2028",
    "\u2029",
    "\r\n\t",
    "\r\n ",
  ];
  const PLACES: [string, (broken: string) => string][] = [
    ["before", (b) => `${b}a@x.example`],
    ["in the local part", (b) => `a${b}b@x.example`],
    ["in quotes", (b) => `"a${b}b"@x.example`],
    ["as a quoted pair", (b) => `"a\\${b}b"@x.example`],
    ["before the at", (b) => `a${b}@x.example`],
    ["behind the at", (b) => `a@${b}x.example`],
    ["in the domain", (b) => `a@x${b}.example`],
    ["in a literal", (b) => `a@[192.0.2${b}.1]`],
    ["behind", (b) => `a@x.example${b}`],
    ["a second command", (b) => `a@x>${b}RCPT TO:<evil@y`],
    ["a second recipient", (b) => `a@x.example>${b}<evil@y`],
  ];
  it.each(READERS)("%s", (name, read) => {
    for (const [place, build] of PLACES) {
      for (const broken of BREAKS) {
        const result = outcome(() => read(build(broken)));
        // A fold is white space to the tolerant list parser; it may leave, but nothing may come of it.
        const fold = name === "parseAddressListTolerant" && /^\r\n[\t ]$/.test(broken);
        if (!fold) expect(result, `${place} ${JSON.stringify(broken)}`).toEqual(CODE);
        else expect(JSON.stringify(result), place).not.toMatch(/evil|\\r|\\n/);
      }
    }
  });
  it("formatMailbox and formatPath refuse them in an object", () => {
    for (const broken of BREAKS) {
      for (const mailbox of [
        { localPart: `a${broken}b`, domain: "x.example" },
        { localPart: broken, domain: "x.example" },
        { localPart: "a", domain: `x.example${broken}` },
        { localPart: "a", domain: `[192.0.2.1${broken}]` },
        { localPart: "a", domain: `bücher${broken}.example` },
        { localPart: `a@x>${broken}RCPT TO:<evil@y`, domain: "x.example" },
      ]) {
        expect(outcome(() => [mailbox])).toEqual(CODE);
        expect(() => formatPath(mailbox, { domain: "as-is" })).toThrow(AddressError);
      }
    }
  });
  it("the error repeats none of it", () => {
    try {
      parseMailbox("a\r\nRCPT TO:<evil@y>\u2028\u0085@x");
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toMatch(/^[\x20-\x7e]+$/);
    }
  });
});

describe("I2: characters whose low octet is CR or LF stay what they are", () => {
  it("as UTF-8 in a local part, as A-labels in a domain", () => {
    const text = "a\u010d\u010ab@\u010d\u010a.example";
    for (const [, read] of READERS) {
      const mailbox = read(text)[0]!;
      expect(mailbox.localPart).toBe("a\u010d\u010ab");
      expect(needsSmtpUtf8(mailbox)).toBe(true);
      const octets = new TextEncoder().encode(formatMailbox(mailbox));
      expect([...octets].filter((octet) => octet < 32)).toEqual([]);
      expect(domainToAscii(mailbox.domain)).toMatch(/^xn--[a-z0-9]+\.example$/);
    }
  });
});

describe("I3: no parameter can be smuggled without a line end", () => {
  it.each(READERS)("%s keeps it quoted, or refuses", (_, read) => {
    expect(outcome(() => read('"x> ORCPT=a@b"@good.example'))).toEqual(['"x> ORCPT=a@b"@good.example']);
    expect(outcome(() => read("x> ORCPT=a@b@good.example"))).toEqual(CODE);
    expect(outcome(() => read("x@good.example> SIZE=1"))).toEqual(CODE);
    expect(outcome(() => read("x@good.example SIZE=1"))).toEqual(CODE);
    expect(outcome(() => read("x@[192.0.2.1] SIZE=1"))).toEqual(CODE);
    expect(outcome(() => read("x@[x-tag:a> SIZE=1]"))).toEqual(CODE);
  });
  it("formatMailbox quotes whatever is no dot-atom", () => {
    expect(formatMailbox({ localPart: 'x"> NOTIFY=NEVER <', domain: "good.example" })).toBe(
      '"x\\"> NOTIFY=NEVER <"@good.example',
    );
    expect(() => formatMailbox({ localPart: "x", domain: "good.example> NOTIFY=NEVER" })).toThrow(
      AddressError,
    );
    expect(() => formatMailbox({ localPart: "x", domain: "[x:y] SIZE=1]" })).toThrow(AddressError);
  });
});

describe("A1: a quoted local part is taken whole or not at all", () => {
  it.each(READERS)("%s", (_, read) => {
    for (const text of [
      '"a@gmail.com x"@internal.example',
      '"a@gmail.com"@internal.example',
      '"a@gmail.com,"@internal.example',
      '"<a@gmail.com>"@internal.example',
      '"a@gmail.com\\" x"@internal.example',
    ]) {
      expect(outcome(() => read(text))).toEqual([text]);
    }
    expect(outcome(() => read('"a@gmail.com" x@internal.example'))).toEqual(CODE);
    expect(outcome(() => read('"a@gmail.com"x@internal.example'))).toEqual(CODE);
    expect(outcome(() => read('x"a@gmail.com"@internal.example'))).toEqual(CODE);
    expect(outcome(() => read('"a@gmail.com x@internal.example'))).toEqual(CODE);
  });
});

describe("A2: a domain ends at a comment", () => {
  const CASES: [text: string, good: string[]][] = [
    ["u@good.example(x)evil.example", []],
    ["u@good.example(x).evil.example", []],
    ["u@good.example (x) evil.example", []],
    ["u@(x)evil.example", ["u@evil.example"]],
    ["u(x)@(y)good.example", ["u@good.example"]],
    ["u@good.example(x(y)z)", ["u@good.example"]],
    ["u@good.example(x(y)@evil.example", []],
    ["u@good.example(\\)@evil.example)", ["u@good.example"]],
    ["(a@evil.example)u@good.example", ["u@good.example"]],
    ["u(@evil.example)@good.example", ["u@good.example"]],
  ];
  it.each(READERS)("%s", (_, read) => {
    for (const [text, good] of CASES) {
      const result = outcome(() => read(text));
      expect([good, expect.stringMatching(/^ERR_ADDRESS_/)], text).toContainEqual(result);
      if (good.length === 0) expect(result, text).toEqual(CODE);
    }
  });
});

describe("A3: two opinions about the domain are a refusal", () => {
  it.each(READERS)("%s", (name, read) => {
    for (const text of [
      "a@evil.example@good.example",
      "a@evil.example,@good.example",
      "Joe <j@good.example> <e@evil.example>",
      "<j@good.example>e@evil.example",
      "<j@good.example> e@evil.example",
      "e@evil.example <j@good.example>",
      "<<j@good.example>e@evil.example>",
      "<j@good.example,e@evil.example>",
      "<j@good.example>:;",
      "j@good.example>e@evil.example<",
      "j@good.example\\@evil.example",
      "j@[x:good>evil]",
      "j@[x:good<evil]",
      'j@[x:good"evil]',
      "j@[x:good@evil]",
    ]) {
      expect(
        outcome(() => read(text)),
        text,
      ).toEqual(CODE);
    }
    const route = outcome(() => read(name.startsWith("parsePath") ? "@evil:u@good" : "<@evil:u@good>"));
    if (name.endsWith("Tolerant")) expect(route).toEqual(["u@good"]);
    else expect(route).toEqual(CODE);
  });
});

describe("A4: encoded words are never decoded in an address", () => {
  it.each(READERS)("%s", (_, read) => {
    for (const text of ["=?utf-8?q?x=40evil=3e=00?=foo@good.example", "=?utf-8?b?QGV2aWw=?=@good.example"]) {
      expect(outcome(() => read(text))).toEqual([text]);
    }
    expect(outcome(() => read("x@=?utf-8?q?evil?="))).toEqual(CODE);
    expect(outcome(() => read("=?utf-8?q?x=40evil?="))).toBe("ERR_ADDRESS_NO_DOMAIN");
  });
});

describe("A5: one UTS 46 mapping, and homographs stay A-labels", () => {
  it.each(READERS)("%s", (_, read) => {
    const CASES: [text: string, wire: string][] = [
      ["u@bücher.example", "u@xn--bcher-kva.example"],
      ["u@faß.example", "u@xn--fa-hia.example"],
      ["u@аpple.example", "u@xn--pple-43d.example"],
      ["u@ｇｏｏｄ.example", "u@good.example"],
      ["u@good\u3002example", "u@good.example"],
      ["u@good\uff0eexample", "u@good.example"],
      ["u@xn--bcher-kva.example", "u@xn--bcher-kva.example"],
    ];
    for (const [text, wire] of CASES) expect(outcome(() => read(text))).toEqual([wire]);
    for (const text of [
      "u@go\u200bod.example",
      "u@good.example\ufeff",
      "u@go\u200dod.example",
      "u@xn--zzzzzzzz99999.example",
      "u@xn--a.example",
      "u@xn---.example",
      "u@good\uff20evil.example",
      "u@ev\u2100l.example",
    ]) {
      expect(
        outcome(() => read(text)),
        text,
      ).toEqual(CODE);
    }
  });
});

describe("A6: lengths", () => {
  it.each(READERS)("%s", (_, read) => {
    const label = "d".repeat(63);
    expect(outcome(() => read(`${"l".repeat(65)}@x.example`))).toBe("ERR_ADDRESS_LOCAL_PART_TOO_LONG");
    expect(outcome(() => read(`${"l".repeat(100)}@x.example`))).toBe("ERR_ADDRESS_LOCAL_PART_TOO_LONG");
    expect(outcome(() => read(`u@${"d".repeat(64)}.example`))).toBe("ERR_ADDRESS_DOMAIN_TOO_LONG");
    expect(outcome(() => read(`u@${`${label}.`.repeat(18)}example`))).toBe("ERR_ADDRESS_DOMAIN_TOO_LONG");
    // 254 octets pass, 255 do not.
    const long = `${label}.${label}.${label}.`;
    expect(outcome(() => read(`${"l".repeat(50)}@${long}${"d".repeat(11)}`))).toHaveLength(1);
    expect(outcome(() => read(`${"l".repeat(50)}@${long}${"d".repeat(12)}`))).toBe("ERR_ADDRESS_TOO_LONG");
  });
  it("U-labels are measured as the A-labels they become", () => {
    expect(outcome(() => [parseMailbox(`u@${"ü".repeat(58)}.example`)])).toBe("ERR_ADDRESS_DOMAIN_TOO_LONG");
  });
});

const DOS_FAMILIES: [name: string, build: (n: number) => string][] = [
  ["nested groups", (n) => "g:".repeat(n)],
  ["closed nested groups", (n) => "g:".repeat(n) + ";".repeat(n)],
  ["a:", (n) => "a:".repeat(3 * n)],
  ["a@", (n) => "a@".repeat(3 * n)],
  ["addresses", (n) => "a@b.example,".repeat(n)],
  ["named addresses", (n) => '"A\\"" <a@b.example>,'.repeat(n)],
  ["group members", (n) => `g:${"a@b,".repeat(n)}c@d;`],
  ["empty groups", (n) => "g:;,".repeat(n)],
  ["<", (n) => "<".repeat(5 * n)],
  ["(", (n) => "(".repeat(5 * n)],
  ["nested comments", (n) => `${"(".repeat(5 * n)}${")".repeat(5 * n)}a@b.example`],
  ['"', (n) => '"'.repeat(5 * n)],
  ["\\", (n) => "\\".repeat(5 * n)],
  ["quoted pairs", (n) => `"${"\\a".repeat(5 * n)}"@b.example`],
  ["comments", (n) => `a@b.example${"(c)".repeat(3 * n)}`],
  ["comments around dots", (n) => `a${"(c).(c)a".repeat(n)}@b.example`],
  ["spaces", (n) => `a${" ".repeat(10 * n)}@b.example`],
  ["spaces only", (n) => " ".repeat(10 * n)],
  ["folds", (n) => `a@b.example,${"\r\n ".repeat(3 * n)}c@d.example`],
  ["CRLF", (n) => "\r\n".repeat(5 * n)],
  ["words", (n) => `${"word ".repeat(3 * n)}<a@b.example>`],
  ["dots", (n) => `${".".repeat(5 * n)}@b.example`],
  ["long local part", (n) => `${"a".repeat(10 * n)}@b.example`],
  ["long domain", (n) => `a@${"b.".repeat(5 * n)}example`],
  ["long U-label", (n) => `a@${"ü".repeat(10 * n)}`],
  ["A-labels", (n) => `a@${"xn--".repeat(3 * n)}`],
  ["route", (n) => `<${"@a,".repeat(n)}@b:c@d.example>`],
  ["literal", (n) => `a@[${":".repeat(10 * n)}]`],
  ["commas", (n) => ",".repeat(10 * n)],
  ["at signs", (n) => "@".repeat(5 * n)],
];

describe("A7: linear in the text, and flat on the stack", () => {
  function timeMs(run: () => void): number {
    const before = performance.now();
    run();
    return performance.now() - before;
  }
  it.each(DOS_FAMILIES)("%s", (_, build) => {
    for (const [, read] of READERS) {
      const times = [5_000, 20_000].map((n) => {
        const text = build(n);
        return timeMs(() => outcome(() => read(text)));
      });
      // Four times the text: a quadratic walk takes sixteen times as long. Small figures are noise.
      expect(times[1]!).toBeLessThan(Math.max(10 * times[0]!, 150));
    }
  });
});

describe("A8: groups, lists and empty ones", () => {
  const strict = (text: string, options?: ParseOptions) => parseAddressList(text, options);
  it("a group with members, and one without", () => {
    expect(strict("Team: a@x.example, b@y.example;")).toEqual([
      {
        kind: "group",
        name: "Team",
        members: [
          { kind: "mailbox", mailbox: { localPart: "a", domain: "x.example" } },
          { kind: "mailbox", mailbox: { localPart: "b", domain: "y.example" } },
        ],
      },
    ]);
    expect(strict("undisclosed-recipients:;")).toEqual([
      { kind: "group", name: "undisclosed-recipients", members: [] },
    ]);
  });
  it("members without a domain are refused, not guessed", () => {
    expect(outcome(() => mailboxes(strict("Team: a, b;")))).toBe("ERR_ADDRESS_NO_DOMAIN");
  });
  it("a thousand addresses", () => {
    const text = Array.from({ length: 1000 }, (_, i) => `"User, ${i}" <u${i}@x${i}.example>`).join(", ");
    expect(mailboxes(strict(text)).map((mailbox) => mailbox.localPart)).toEqual(
      Array.from({ length: 1000 }, (_, i) => `u${i}`),
    );
  });
  it("nothing at all", () => {
    expect(outcome(() => mailboxes(strict("")))).toBe("ERR_ADDRESS_EMPTY");
    expect(parseAddressListTolerant("")).toEqual([]);
  });
});
