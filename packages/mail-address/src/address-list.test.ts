import { describe, expect, it } from "vitest";
import {
  type Address,
  AddressError,
  type AddressErrorCode,
  formatMailbox,
  parseAddressList,
  parseAddressListTolerant,
} from "./index.js";

function codeOf(run: () => unknown): AddressErrorCode | "no error" {
  try {
    run();
  } catch (error) {
    if (AddressError.is(error)) return error.code;
    throw error;
  }
  return "no error";
}

/** "name <address>" for short; a group as "name: …;". */
function shown(addresses: readonly Address[]): string[] {
  return addresses.map((address) => {
    if (address.kind === "group") return `${address.name}: ${shown(address.members).join(", ")};`;
    const mailbox = formatMailbox(address.mailbox, { domain: "as-is" });
    return address.name === undefined ? mailbox : `${address.name} <${mailbox}>`;
  });
}

const STRICT: [name: string, text: string, result: string[]][] = [
  ["bare", "ann@example.com", ["ann@example.com"]],
  ["in brackets", "<ann@example.com>", ["ann@example.com"]],
  ["named", "Ann Example <ann@example.com>", ["Ann Example <ann@example.com>"]],
  ["no space before the bracket", "Ann<ann@example.com>", ["Ann <ann@example.com>"]],
  ["quoted name", '"Example, Ann" <ann@example.com>', ["Example, Ann <ann@example.com>"]],
  ["name with quoted pairs", '"Ann \\"A\\\\\\"" <ann@example.com>', ['Ann "A\\" <ann@example.com>']],
  ["mixed words", 'Ann "B." Example <ann@example.com>', ["Ann B. Example <ann@example.com>"]],
  ["empty quoted name", '"" <ann@example.com>', ["ann@example.com"]],
  ["tab in a quoted name", '"a\tb" <ann@example.com>', ["a b <ann@example.com>"]],
  ["non-ASCII name", "Jörg Müller <jm@example.com>", ["Jörg Müller <jm@example.com>"]],
  ["several", "a@b.example, C <c@d.example> ,e@f.example", ["a@b.example", "C <c@d.example>", "e@f.example"]],
  ["spaces all over", "  < \t ann @ example.com >  ", ["ann@example.com"]],
  ["comments all over", "(a)Ann(b(c))<(d)ann(e)@(f)example.com(g)>(h)", ["Ann <ann@example.com>"]],
  ["comment with quoted pair", "ann@example.com (a\\)b)", ["ann@example.com"]],
  ["comment with a comma", "ann@example.com (a, b@c)", ["ann@example.com"]],
  ["literal", "ann@[192.0.2.1]", ["ann@[192.0.2.1]"]],
  ["quoted local part", '"a b"@example.com', ['"a b"@example.com']],
  ["quoted local part in brackets", '<"a,b"@example.com>', ['"a,b"@example.com']],
  ["U-labels", "ann@bücher.example", ["ann@bücher.example"]],
  ["group", "Team: a@b.example, C <c@d.example>;", ["Team: a@b.example, C <c@d.example>;"]],
  ["empty group", "undisclosed-recipients:;", ["undisclosed-recipients: ;"]],
  ["empty group with comment", "A B: (none) ;", ["A B: ;"]],
  [
    "group among others",
    "x@y.example, G: a@b.example;, z@y.example",
    ["x@y.example", "G: a@b.example;", "z@y.example"],
  ],
  ["two groups", "A:;,B:;", ["A: ;", "B: ;"]],
];

const STRICT_REFUSED: [name: string, text: string, code: AddressErrorCode][] = [
  ["empty", "", "ERR_ADDRESS_EMPTY"],
  ["blank", " (x) ", "ERR_ADDRESS_EMPTY"],
  ["only a comma", ",", "ERR_ADDRESS_EMPTY"],
  ["trailing comma", "a@b,", "ERR_ADDRESS_EMPTY"],
  ["leading comma", ",a@b", "ERR_ADDRESS_EMPTY"],
  ["two commas", "a@b,,c@d", "ERR_ADDRESS_EMPTY"],
  ["comma opens a group", "G:,a@b;", "ERR_ADDRESS_EMPTY"],
  ["comma closes a group", "G:a@b,;", "ERR_ADDRESS_EMPTY"],
  ["semicolon between", "a@b; c@d", "ERR_ADDRESS_TRAILING_TEXT"],
  ["semicolon alone", ";", "ERR_ADDRESS_SYNTAX"],
  ["word alone", "ann", "ERR_ADDRESS_NO_DOMAIN"],
  ["word among others", "a@b, ann, c@d", "ERR_ADDRESS_NO_DOMAIN"],
  ["unquoted comma in a name", "Example, Ann <a@b>", "ERR_ADDRESS_NO_DOMAIN"],
  ["dot in a name", "Ann B. Example <a@b>", "ERR_ADDRESS_SYNTAX"],
  ["missing comma", "a@b c@d", "ERR_ADDRESS_TRAILING_TEXT"],
  ["missing comma after brackets", "<a@b> <c@d>", "ERR_ADDRESS_TRAILING_TEXT"],
  ["null path", "<>", "ERR_ADDRESS_SYNTAX"],
  ["no domain in brackets", "Ann <ann>", "ERR_ADDRESS_NO_DOMAIN"],
  ["open bracket", "Ann <a@b", "ERR_ADDRESS_UNTERMINATED"],
  ["only an open bracket", "<", "ERR_ADDRESS_UNTERMINATED"],
  ["closing bracket", "a@b>", "ERR_ADDRESS_TRAILING_TEXT"],
  ["only a closing bracket", ">", "ERR_ADDRESS_SYNTAX"],
  ["open quotes", '"Ann <a@b>', "ERR_ADDRESS_UNTERMINATED"],
  ["open comment", "a@b (x", "ERR_ADDRESS_UNTERMINATED"],
  ["closing parenthesis", "a@b x)", "ERR_ADDRESS_TRAILING_TEXT"],
  ["open group", "G: a@b", "ERR_ADDRESS_UNTERMINATED"],
  ["group without a name", ": a@b;", "ERR_ADDRESS_SYNTAX"],
  ["group in a group", "G: H: a@b;;", "ERR_ADDRESS_NESTED_GROUP"],
  ["text behind a group", "G:; a@b", "ERR_ADDRESS_TRAILING_TEXT"],
  ["two words before the at", "a b@c", "ERR_ADDRESS_LOCAL_PART"],
  ["nothing before the at", "<@b>", "ERR_ADDRESS_LOCAL_PART"],
  ["nothing behind the at", "a@", "ERR_ADDRESS_NO_DOMAIN"],
  ["quoted domain", 'a@"b"', "ERR_ADDRESS_NO_DOMAIN"],
  ["spaces around the dot", "a . b@c", "ERR_ADDRESS_LOCAL_PART"],
  ["quoted and dot", '"a".b@c', "ERR_ADDRESS_LOCAL_PART"],
  ["route", "<@x:a@b>", "ERR_ADDRESS_LOCAL_PART"],
  ["bracket in a name", "[x] <a@b>", "ERR_ADDRESS_SYNTAX"],
  ["backslash", "a\\b@c", "ERR_ADDRESS_NO_DOMAIN"],
  ["folded line", "a@b,\r\n c@d", "ERR_ADDRESS_CONTROL_CHARACTER"],
  ["NUL in a comment", "a@b (\0)", "ERR_ADDRESS_CONTROL_CHARACTER"],
  ["literal that is none", "a@[b.example]", "ERR_ADDRESS_LITERAL"],
  ["blank outside ASCII without quotes", "a\u2002b@c.example", "ERR_ADDRESS_LOCAL_PART"],
  ["literal with the end of a path", "a@[x:b>c]", "ERR_ADDRESS_LITERAL"],
  ["bad A-label", "a@xn--zzzzzzzz99999.example", "ERR_ADDRESS_IDN"],
];

const TOLERANT: [name: string, text: string, result: string[]][] = [
  ["empty", "", []],
  ["blank", " \t ", []],
  ["only commas", ", ,,", []],
  ["empty elements", ",a@b.example,,c@d.example,", ["a@b.example", "c@d.example"]],
  ["semicolons", "a@b.example; C <c@d.example>;", ["a@b.example", "C <c@d.example>"]],
  ["dots in a name", "Ann B. Example <a@b.example>", ["Ann B. Example <a@b.example>"]],
  ["brackets in a name", "Ann [Sales] <a@b.example>", ["Ann [Sales] <a@b.example>"]],
  ["folded line", "a@b.example,\r\n\tc@d.example", ["a@b.example", "c@d.example"]],
  ["folded name", "Ann\r\n Example <a@b.example>", ["Ann Example <a@b.example>"]],
  ["route", "<@x.example,@y.example:a@b.example>", ["a@b.example"]],
  ["route with empty hops", "<,@x.example,,@y.example:a@b.example>", ["a@b.example"]],
  ["spaces around dots", "ann . b@c.example", ["ann.b@c.example"]],
  ["quoted and dot", '"ann x".b@c.example', ['"ann x.b"@c.example']],
  ["dot at the end of the local part", "ann.@c.example", ['"ann."@c.example']],
  ["two dots in the local part", "a..b@c.example", ['"a..b"@c.example']],
  ["address as its own name", "a@b.example <a@b.example>", ["a@b.example <a@b.example>"]],
  ["comment as name", "a@b.example (Ann \\(A\\) Example)", ["Ann (A) Example <a@b.example>"]],
  ["comment before the at is no name", "a(x)@(y)b.example", ["a@b.example"]],
  ["group left open", "undisclosed-recipients:", ["undisclosed-recipients: ;"]],
  ["group with empty elements", "G:,a@b.example,,;", ["G: a@b.example;"]],
];

const TOLERANT_REFUSED: [name: string, text: string][] = [
  ["bare LF", "a@b,\n c@d"],
  ["CRLF without white space", "a@b,\r\nc@d"],
  ["CR", "a@b\r"],
  ["word alone", "ann"],
  ["unquoted comma in a name", "Example, Ann <a@b>"],
  ["missing comma", "a@b c@d"],
  ["two words before the at", "a b@c"],
  ["quoted glued to a word", '"a"b@c'],
  ["literal in a local part", "[x].a@b"],
  ["space in the domain", "a@b .c"],
  ["comment in the domain", "a@b(x).c"],
  ["route without address", "<@x:>"],
  ["route without colon", "<@x a@b>"],
  ["other address as name", "a@evil <a@good>"],
  ["group in a group", "G: H: a@b;;"],
  ["open bracket", "<a@b"],
];

describe("parseAddressList", () => {
  it.each(STRICT)("accepts: %s", (_, text, result) => {
    expect(shown(parseAddressList(text))).toEqual(result);
  });
  it.each(STRICT_REFUSED)("refuses: %s", (_, text, code) => {
    expect(codeOf(() => parseAddressList(text))).toBe(code);
  });
  it("leaves encoded words as they are", () => {
    expect(parseAddressList("=?utf-8?q?J=C3=B6rg?= <j@example.com>")).toEqual([
      {
        kind: "mailbox",
        name: "=?utf-8?q?J=C3=B6rg?=",
        mailbox: { localPart: "j", domain: "example.com" },
      },
    ]);
  });
  it("has no name property without a name", () => {
    expect(Object.keys(parseAddressList("<a@b>")[0]!)).toEqual(["kind", "mailbox"]);
  });
  it("refuses unknown options", () => {
    expect(codeOf(() => parseAddressList("a@b", { tolerant: true } as never))).toBe(
      "ERR_ADDRESS_UNKNOWN_OPTION",
    );
  });
  it("tells where it stopped", () => {
    try {
      parseAddressList("a@b, c d");
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_ADDRESS_NO_DOMAIN", position: 5 });
    }
  });
});

describe("parseAddressListTolerant", () => {
  it.each(STRICT)(
    "accepts what the strict parser accepts, with the same addresses: %s",
    (_, text, result) => {
      const bare = (items: readonly Address[]): unknown =>
        items.map((item) =>
          item.kind === "group" ? { ...item, members: bare(item.members) } : item.mailbox,
        );
      expect(bare(parseAddressListTolerant(text))).toEqual(bare(parseAddressList(text)));
      expect(result.length).toBe(parseAddressListTolerant(text).length);
    },
  );
  it.each(TOLERANT)("accepts: %s", (_, text, result) => {
    expect(shown(parseAddressListTolerant(text))).toEqual(result);
  });
  it.each(TOLERANT_REFUSED)("refuses: %s", (_, text) => {
    expect(codeOf(() => parseAddressListTolerant(text))).not.toBe("no error");
  });
});
