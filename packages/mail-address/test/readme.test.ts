// The example of the README, line by line.
import { formatPath, needsSmtpUtf8, parseAddressList, parseMailbox } from "@wirepost/mail-address";
import { expect, it } from "vitest";

it("does what the README says", () => {
  const mailbox = parseMailbox('"ann b"@bücher.example');
  expect(mailbox.localPart).toBe("ann b");
  expect(mailbox.domain).toBe("bücher.example");
  expect(formatPath(mailbox)).toBe('<"ann b"@xn--bcher-kva.example>');
  expect(needsSmtpUtf8(mailbox)).toBe(false);

  const [ann, team] = parseAddressList('"Example, Ann" <ann@example.com>, Team: bob@example.org;');
  expect(ann).toEqual({
    kind: "mailbox",
    name: "Example, Ann",
    mailbox: { localPart: "ann", domain: "example.com" },
  });
  expect(team).toEqual({
    kind: "group",
    name: "Team",
    members: [{ kind: "mailbox", mailbox: { localPart: "bob", domain: "example.org" } }],
  });
});
