// Mailboxes, paths, lists and domains (F4).
import {
  type Address,
  AddressError,
  domainToAscii,
  domainToUnicode,
  formatMailbox,
  formatPath,
  isAddressLiteral,
  type Mailbox,
  needsSmtpUtf8,
  parseAddressList,
  parseAddressListTolerant,
  parseMailbox,
  parsePath,
  parsePathTolerant,
  quote,
} from "@wirepost/mail-address";
import { attempt, law, same } from "../law.js";
import { fields, text } from "../octets.js";
import type { Target } from "../target.js";

const OURS = [AddressError];
const LIFTED = { maxLocalPartBytes: 254 };
const WORDS = [
  "a",
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
  "a@b.example",
  "<a@b.example>",
  "Ann <a@b.example>",
  "g:",
  "=?utf-8?q?x=40y?=",
  "[192.0.2.1]",
  "[IPv6:::1]",
  "xn--bcher-kva",
  "xn--a",
  "b\xc3\xbccher.example",
  "\xe3\x80\x82",
  "\xe2\x80\x8b",
  "\xf0\x9f\x98\x80",
  "\xed\xa0\x80",
  "\xef\xbc\xa0",
  "\xc2\xad",
  "-",
  "--",
  "(x)",
];

function mailboxesOf(addresses: readonly Address[]): Mailbox[] {
  return addresses.flatMap((one) => (one.kind === "group" ? mailboxesOf(one.members) : [one.mailbox]));
}

/** Whatever was read can stand in a command and a header without ending anything, and reads back as itself. */
function judge(mailbox: Mailbox): void {
  const written = formatMailbox(mailbox);
  law(!/[\0-\x1f\x7f]/.test(written), "a control in a written mailbox");
  const bare = written.replace(/^"(?:[^"\\]|\\.)*"(?=@)/s, "");
  law(
    /^[^@\s<>(),;"\\]*@(?:[A-Za-z0-9.-]+|\[[^[\]\s<>]+\])$/.test(bare),
    `a mailbox that ends elsewhere: ${written}`,
  );
  const again = parseMailbox(written, LIFTED);
  same(again.localPart, mailbox.localPart, "another local part");
  same(formatMailbox(again), written, "written, read and written again");
  const shown = formatMailbox(mailbox, { domain: "as-is" });
  same(parseMailbox(shown, LIFTED), mailbox, "as it is, written and read");
  same(parsePath(formatPath(mailbox), LIFTED)?.localPart, mailbox.localPart, "another path");
  same(needsSmtpUtf8(mailbox), /[^\0-\x7f]/.test(mailbox.localPart), "SMTPUTF8");
}

export const MAILBOX: Target = {
  name: "mailbox",
  laws: "a mailbox or our error; it cannot end a command; format and parse are inverse; strict readers agree",
  words: WORDS,
  frames: [
    ["", ""],
    ["a@", ""],
    ["", "@b.example"],
    ["<", ">"],
    ['"', '"@b.example'],
    ["<@", ":a@b.example>"],
  ],
  run(octets) {
    const given = text(octets);
    const single = attempt(OURS, () => parseMailbox(given, LIFTED)).value;
    if (single !== undefined) {
      judge(single);
      same(mailboxesOf(parseAddressList(given, LIFTED)), [single], "a list reads it otherwise");
    }
    const path = attempt(OURS, () => parsePath(given, LIFTED)).value;
    if (path != null) judge(path);
    const tolerant = attempt(OURS, () => parsePathTolerant(given, LIFTED)).value;
    if (tolerant != null) judge(tolerant);
    if (path !== undefined) same(tolerant, path, "the tolerant reader of paths finds another");
    const [localPart = "", domain = ""] = fields(octets).map(text);
    const made = attempt(OURS, () => formatMailbox({ localPart, domain })).value;
    if (made !== undefined) same(parseMailbox(made, LIFTED).localPart, localPart, "made of its parts");
  },
};

export const ADDRESS_LIST: Target = {
  name: "address-list",
  laws: "strict is a part of tolerant; no other domain than the text has; nothing that could end a line comes out",
  words: WORDS,
  frames: [
    ["", ""],
    ["x <", ">"],
    ["(", ")"],
    ['"', '" <a@b.example>'],
    ["g:", ";"],
    ["a@b.example,", ",c@d.example"],
  ],
  run(octets) {
    const given = text(octets);
    const strict = attempt(OURS, () => parseAddressList(given, LIFTED)).value;
    const tolerant = attempt(OURS, () => parseAddressListTolerant(given, LIFTED)).value;
    if (strict !== undefined) {
      law(tolerant !== undefined, "the tolerant reader refuses what the strict one takes");
      same(mailboxesOf(tolerant), mailboxesOf(strict), "the readers find other mailboxes");
    }
    const plain = given.replace(/"(?:[^"\\]|\\[\s\S])*"/g, '""');
    for (const mailbox of mailboxesOf([...(strict ?? []), ...(tolerant ?? [])])) {
      judge(mailbox);
      law(plain.includes(mailbox.domain), `a domain that is not in the text: ${mailbox.domain}`);
    }
  },
};

export const DOMAIN: Target = {
  name: "domain",
  laws: "LDH labels or our error; mapping twice changes nothing; to Unicode and back is the same",
  words: [
    ...WORDS.filter((word) => !/[<>,;:"()]/.test(word)),
    "\xd1\x80",
    "\xe2\x80\x8d",
    "\xe0\xa5\x8d",
    "\xef\xbd\x81",
    "\xc3\x9f",
  ],
  frames: [
    ["", ""],
    ["xn--", ""],
    ["", ".example"],
  ],
  run(octets) {
    const given = text(octets);
    isAddressLiteral(given);
    const ascii = attempt(OURS, () => domainToAscii(given)).value;
    if (ascii === undefined) return;
    if (ascii.startsWith("[")) {
      law(/^\[[!-Z^-~]+\]$/.test(ascii), "a literal with something else in it");
      return;
    }
    law(/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(ascii), `not LDH: ${ascii}`);
    law(ascii.length <= 255 && ascii.split(".").every((label) => label.length <= 63), "too long");
    same(domainToAscii(ascii), ascii, "mapped twice");
    const unicode = domainToUnicode(ascii);
    same(domainToAscii(unicode).toLowerCase(), ascii.toLowerCase(), "to Unicode and back");
  },
};

export const QUOTED: Target = {
  name: "quoted",
  laws: "text without controls becomes one quoted string with that content",
  words: ['"', "\\", "a", " ", "\r\n", "\0", "\t", "@"],
  run(octets) {
    if (/[\0-\x1f\x7f]/.test(text(octets))) return;
    const { value } = attempt(OURS, () => quote(text(octets)));
    if (value !== undefined) {
      law(/^"(?:[^"\\\r\n\0]|\\[^\r\n\0])*"$/.test(value), `not one quoted string: ${value.slice(0, 200)}`);
      same(value.slice(1, -1).replace(/\\(.)/gs, "$1"), text(octets), "another content");
    }
  },
};

export const ADDRESSES = [MAILBOX, ADDRESS_LIST, DOMAIN, QUOTED];
