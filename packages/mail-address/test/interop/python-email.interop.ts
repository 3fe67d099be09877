// Python's email package as a second opinion: where this package accepts a text, both see the same domains. Encoded
// words are left out: Python decodes them inside an address and so sees another domain, which is the fault to avoid.
import { spawnSync } from "node:child_process";
import {
  type Address,
  AddressError,
  type Mailbox,
  parseAddressList,
  parseAddressListTolerant,
} from "@wirepost/mail-address";
import fc from "fast-check";
import { expect, it } from "vitest";

const SCRIPT = `
import json, sys
from email.policy import default
def read(text):
    try:
        header = default.header_factory("To", text)
        return [[a.username, a.domain] for a in header.addresses]
    except Exception:
        return []
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`;

const KNOWN = [
  "ann@example.com",
  '"Example, Ann" <ann@example.com>, Team: bob@example.org, "x y"@example.net;',
  "u(x)@(y)good.example",
  "u@good.example(x)evil.example",
  "a@evil.example@good.example",
  "Joe <j@good.example> <e@evil.example>",
  '"a@gmail.com x"@internal.example',
  '"x> ORCPT=a@b"@good.example',
  "undisclosed-recipients:;",
  "(a@evil.example)u@good.example",
  "<@evil.example:u@good.example>",
  "u@[192.0.2.1]",
];

const soup = fc
  .array(
    fc.constantFrom(
      ...["@", "@", ".", ",", ";", ":", "<", ">", "(", ")", '"', "\\", " ", "(x)", "[192.0.2.1]"],
      ...["a", "good", "evil.example", "u@good.example", "<u@good.example>", '"q r"', "G:"],
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map((parts) => parts.join(""));

function mailboxes(addresses: readonly Address[]): Mailbox[] {
  return addresses.flatMap((address) =>
    address.kind === "group" ? mailboxes(address.members) : [address.mailbox],
  );
}

function domains(text: string, parse: (text: string) => Address[]): string[] | undefined {
  try {
    return mailboxes(parse(text)).map((mailbox) => mailbox.domain);
  } catch (error) {
    if (AddressError.is(error)) return undefined;
    throw error;
  }
}

it("sees the domains that Python sees, or refuses", () => {
  const texts = [...KNOWN, ...fc.sample(soup, { seed: 20261122, numRuns: 20_000 })];
  const python = spawnSync("python3", ["-c", SCRIPT], { input: JSON.stringify(texts), encoding: "utf8" });
  expect(python.stderr).toBe("");
  const answers = JSON.parse(python.stdout) as [string, string][][];
  const differences: unknown[] = [];
  let compared = 0;
  texts.forEach((text, i) => {
    const answer = answers[i]!;
    for (const parse of [parseAddressList, parseAddressListTolerant]) {
      const ours = domains(text, parse);
      if (ours === undefined || ours.length === 0) continue;
      compared++;
      // Python reports what it could not read as an address without a domain, or falls over.
      const theirs = answer.map(([, domain]) => domain).filter((domain) => domain !== "");
      // It stops at a semicolon between addresses, which the tolerant parser reads on from.
      const agrees =
        parse === parseAddressList && theirs.length > 0
          ? JSON.stringify(ours) === JSON.stringify(theirs)
          : theirs.every((domain) => ours.includes(domain));
      if (!agrees) differences.push({ parse: parse.name, text, ours, theirs });
    }
  });
  expect(differences).toEqual([]);
  expect(compared).toBeGreaterThan(500);
});
