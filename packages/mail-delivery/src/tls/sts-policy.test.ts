import { expect, it } from "vitest";
import { parseStsPolicy, parseStsRecord, policyNames } from "./sts-policy.js";

it.each<[string, string[], unknown]>([
  ["a record", ["v=STSv1; id=20260101T000000;"], "20260101T000000"],
  ["without a final semicolon", ["v=STSv1;id=a1"], "a1"],
  ["beside others", ["v=spf1 -all", "v=STSv1; id=a1"], "a1"],
  ["with fields of the future", ["v=STSv1; ext=1; id=a1"], "a1"],
  ["none", ["v=spf1 -all"], undefined],
  ["two count as none", ["v=STSv1; id=a1", "v=STSv1; id=a2"], undefined],
  ["another version", ["v=STSv10; id=a1"], undefined],
  ["no id", ["v=STSv1;"], "ERR_DELIVERY_STS_RECORD"],
  ["an id that is too long", [`v=STSv1; id=${"a".repeat(33)}`], "ERR_DELIVERY_STS_RECORD"],
])("record: %s", (_, texts, expected) => {
  let result: unknown;
  try {
    result = parseStsRecord(texts)?.id;
  } catch (error) {
    result = (error as { code: string }).code;
  }
  expect(result).toBe(expected);
});

const GOOD =
  "version: STSv1\r\nmode: enforce\r\nmx: MX1.example.org\r\nmx: *.example.net\r\nmax_age: 604800\r\n";
const BAD = "ERR_DELIVERY_STS_POLICY";
it.each<[string, string, unknown]>([
  ["as in the RFC", GOOD, ["enforce", ["mx1.example.org", "*.example.net"], 604_800]],
  [
    "with bare LF and no space",
    "version:STSv1\nmode:testing\nmx:a.test\nmax_age:1",
    ["testing", ["a.test"], 1],
  ],
  ["none needs no mx", "version: STSv1\nmode: none\nmax_age: 1", ["none", [], 1]],
  ["unknown fields", `${GOOD}other: x y z\n`, ["enforce", ["mx1.example.org", "*.example.net"], 604_800]],
  [
    "the first of two modes",
    `${GOOD}mode: none\n`,
    ["enforce", ["mx1.example.org", "*.example.net"], 604_800],
  ],
  [
    "max_age is capped at a year",
    GOOD.replace("604800", "9999999999"),
    ["enforce", ["mx1.example.org", "*.example.net"], 31_557_600],
  ],
  ["no version", "mode: none\nmax_age: 1", BAD],
  ["enforce without mx", "version: STSv1\nmode: enforce\nmax_age: 1", BAD],
  ["an unknown mode", "version: STSv1\nmode: strict\nmax_age: 1", BAD],
  ["no max_age", "version: STSv1\nmode: none", BAD],
  ["a negative max_age", "version: STSv1\nmode: none\nmax_age: -1", BAD],
  ["a star in the middle", GOOD.replace("*.example.net", "a.*.net"), BAD],
  ["a page of HTML", "<html><body>not found</body></html>", BAD],
  ["nothing", "", BAD],
])("policy: %s", (_, text, expected) => {
  let result: unknown;
  try {
    const { mode, mx, maxAgeSeconds } = parseStsPolicy(text);
    result = [mode, mx, maxAgeSeconds];
  } catch (error) {
    result = (error as { code: string }).code;
  }
  expect(result).toEqual(expected);
});

it.each<[string, string, boolean]>([
  ["mx.example.org", "MX.example.org.", true],
  ["mx.example.org", "mx.example.com", false],
  ["*.example.org", "mx.example.org", true],
  ["*.example.org", "a.mx.example.org", false],
  ["*.example.org", "example.org", false],
  ["*.example.org", "evilexample.org", false],
])("%s names %s: %s", (pattern, host, expected) => {
  expect(policyNames({ mx: [pattern] }, host)).toBe(expected);
});

// Work that grew with the square of the length would not end in the time of a test.
it("reads a million blanks in a field at once", () => {
  const policy = `${GOOD}x: a${" \t".repeat(500_000)}b \r\n`;
  expect(parseStsPolicy(policy).mx).toEqual(["mx1.example.org", "*.example.net"]);
  expect(parseStsPolicy(GOOD.replace("enforce", "\tenforce \t")).mode).toBe("enforce");
});
