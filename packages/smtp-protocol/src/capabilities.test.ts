import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Capabilities, parseCapabilities } from "./capabilities.js";

const ehlo = (...lines: string[]) =>
  parseCapabilities({ code: 250, lines: ["mx.example greets you", ...lines] });

describe("capabilities", () => {
  it("keeps the server's own name, the keywords and their parameters", () => {
    const capabilities = ehlo("PIPELINING", "SIZE 35882577", "AUTH PLAIN LOGIN", "8bitmime", "DELIVERBY 240");
    expect(capabilities.greetingDomain).toBe("mx.example");
    expect(capabilities.keywords()).toEqual(["PIPELINING", "SIZE", "AUTH", "8BITMIME", "DELIVERBY"]);
    expect(capabilities.size).toBe(5);
    expect(capabilities.has("8BitMime")).toBe(true);
    expect(capabilities.get("pipelining")).toEqual([]);
    expect(capabilities.get("deliverby")).toEqual(["240"]);
    expect(capabilities.get("DSN")).toBeUndefined();
    expect(capabilities.sizeBytes).toBe(35882577);
    expect([...capabilities.auth]).toEqual(["PLAIN", "LOGIN"]);
  });

  it("knows nothing after HELO", () => {
    const none = new Capabilities();
    expect([none.size, none.sizeBytes, none.auth.size, none.has("SIZE")]).toEqual([0, null, 0, false]);
    expect(parseCapabilities({ code: 250, lines: [] }).greetingDomain).toBe("");
  });

  it.each([
    ["SIZE", null],
    ["SIZE 0", 0],
    ["SIZE 1000", 1000],
    ["SIZE big", null],
    ["SIZE -1", null],
    ["SIZE 1e3", null],
    ["SIZE 0x10", null],
    ["SIZE 99999999999999999999", null],
    ["SIZE 9007199254740993", null],
    ["SIZE\t52428800 ", 52428800],
    ["SIZE=1000", null],
    ["XSIZE 1000", null],
  ])("%s: %s", (line, size) => expect(ehlo(line).sizeBytes).toBe(size));

  it.each([
    [["AUTH PLAIN LOGIN"], ["PLAIN", "LOGIN"]],
    [["AUTH=PLAIN LOGIN"], ["PLAIN", "LOGIN"]],
    [
      ["AUTH=LOGIN", "AUTH PLAIN CRAM-MD5", "auth login"],
      ["LOGIN", "PLAIN", "CRAM-MD5"],
    ],
    [["AUTH="], []],
    [["AUTH"], []],
    [["AUTH scram-sha-256-plus"], ["SCRAM-SHA-256-PLUS"]],
    [["AUTH P\u0131AIN \u017fCRAM-SHA-1 <b> PL\u00c4IN"], []],
    [["AUTHX PLAIN", "X-AUTH LOGIN"], []],
  ])("%j announces %j", (lines, mechanisms) => expect([...ehlo(...lines).auth]).toEqual(mechanisms));

  it.each([
    ["LIMITS MAILMAX=10 RCPTMAX=100 RCPTDOMAINMAX=1", { mailMax: 10, rcptMax: 100, rcptDomainMax: 1 }],
    ["limits rcptmax=5", { rcptMax: 5 }],
    ["LIMITS MAILMAX=0 RCPTMAX=1000000 RCPTDOMAINMAX=x OTHER=3", {}],
    ["LIMITS RCPTMAX=3 RCPTMAX=9", { rcptMax: 3 }],
    ["LIMITS __proto__=3 constructor=1", {}],
  ])("%s", (line, limits) =>
    expect(ehlo(line).limits).toEqual({
      mailMax: undefined,
      rcptMax: undefined,
      rcptDomainMax: undefined,
      ...limits,
    }),
  );

  it("does not read a keyword into characters that only look alike once in upper case", () => {
    expect(ehlo("\u017fTARTTLS", "P\u0131PELINING").size).toBe(0);
    expect(ehlo("STARTTLS").has("\u017fTARTTLS")).toBe(false);
  });

  it("is not touched by the names of a prototype", () => {
    const capabilities = ehlo("__proto__ x", "constructor", "toString 1", "hasOwnProperty");
    expect(capabilities.keywords()).toEqual(["__PROTO__", "CONSTRUCTOR", "TOSTRING", "HASOWNPROPERTY"]);
    expect(ehlo().has("constructor")).toBe(false);
    expect(ehlo().get("__proto__")).toBeUndefined();
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  it("ignores lines without a keyword", () => expect(ehlo("", "   ", "\u00fcber x", "\x01").size).toBe(0));
});

describe("law", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "SIZE 5",
      "AUTH PLAIN",
      "AUTH=LOGIN",
      "STARTTLS",
      "LIMITS RCPTMAX=2",
      "SIZE 7",
      "__proto__",
      "",
    ),
    fc.string({
      unit: fc.constantFrom(
        "a",
        "Z",
        "7",
        " ",
        "+",
        "=",
        "<",
        ">",
        '"',
        "\\",
        ";",
        "\t",
        "\x7f",
        "\u00e4",
        "\u0131",
        "\u017f",
        "\u2028",
        "\u{1f600}",
        "\0",
        "\r",
        "\n",
      ),
      maxLength: 40,
    }),
  );

  it("adding lines never removes a capability, and the first line has no say", () => {
    fc.assert(
      fc.property(fc.array(line), line, fc.string(), (lines, added, first) => {
        const before = ehlo(...lines);
        const after = parseCapabilities({ code: 250, lines: [first, ...lines, added] });
        for (const keyword of before.keywords()) expect(after.has(keyword)).toBe(true);
        for (const mechanism of before.auth) expect(after.auth.has(mechanism)).toBe(true);
        if (before.sizeBytes !== null) expect(after.sizeBytes).toBe(before.sizeBytes);
        expect(after.sizeBytes === null || Number.isSafeInteger(after.sizeBytes)).toBe(true);
      }),
    );
  });
});
