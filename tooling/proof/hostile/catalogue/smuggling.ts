// M14, M15: servers that take something else for the end of data. What is smuggled in a message must not become a command of theirs.
import type { Misbehaviour } from "../misbehaviour.js";
import { always } from "../script.js";

const SMUGGLED = "MAIL FROM:<evil@example.test>";

/** What a careless server looks for, beside CRLF.CRLF; and how a message would say it. */
const ENDS: readonly (readonly [name: string, end: string])[] = [
  ["lf-dot-lf", "\n.\n"],
  ["lf-dot-crlf", "\n.\r\n"],
  ["crlf-dot-lf", "\r\n.\n"],
  ["cr-dot-cr", "\r.\r"],
  ["cr-dot-crlf", "\r.\r\n"],
  ["crlf-dot-cr", "\r\n.\r"],
  ["cr-dot-lf", "\r.\n"],
  ["lf-dot-cr", "\n.\r"],
  ["crlf-nul-dot-crlf", "\r\n\0.\r\n"],
  ["crlf-dot-nul-crlf", "\r\n.\0\r\n"],
  ["crlf-dot-crlf", "\r\n.\r\n"],
];

/** The careless reading, in octets. */
function careless(end: string): RegExp {
  const literal = end.replace(/[.\\]/g, "\\$&");
  return new RegExp(`(?:^|\\r\\n)\\.\\r\\n|${literal}`);
}

const WAYS: readonly (readonly [name: string, message: (end: string) => Misbehaviour["message"]])[] = [
  ["text", (end) => ({ text: `a${end}${SMUGGLED}\r\n` })],
  ["first-line-of-the-text", (end) => ({ text: `${end.trimStart()}${end}${SMUGGLED}\r\n` })],
  ["html", (end) => ({ html: `<p>a${end}${SMUGGLED}</p>` })],
  [
    "attachment",
    (end) => ({
      attachments: [{ filename: "a.txt", content: `a${end}${SMUGGLED}\r\n`, contentType: "text/plain" }],
    }),
  ],
];

export const SMUGGLING: readonly Misbehaviour[] = ENDS.flatMap(([end, text]) =>
  WAYS.map(
    ([way, message]): Misbehaviour => ({
      name: `ends-at-${end}-in-${way}`,
      rows: way === "text" ? ["M14", "M15"] : ["M14"],
      script: always({ endsContent: careless(text) }),
      message: message(text),
      ends: { outcome: "accepted" },
      drivers: ["connection"],
      transports: ["clear"],
      check: ({ peers, lines }) => [
        ...lines.filter((line) => line.includes("evil")),
        ...(peers.flatMap(({ contents }) => contents).length === 1 ? [] : ["there is more than one message"]),
      ],
    }),
  ),
);
