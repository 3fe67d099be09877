import fc from "fast-check";
import { expect, it } from "vitest";
import { HttpError, HttpResponseReader } from "./http-response.js";

const LIMITS = { maxHeaderBytes: 512, maxBodyBytes: 64 };
const encode = (text: string) => new TextEncoder().encode(text);

function read(text: string, pieceBytes = text.length): unknown {
  const reader = new HttpResponseReader(LIMITS);
  try {
    for (let at = 0; at < text.length; at += pieceBytes) {
      const response = reader.push(encode(text.slice(at, at + pieceBytes)));
      if (response !== undefined) return [response.status, new TextDecoder().decode(response.body)];
    }
    return "more";
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return error.message;
  }
}

const OK = "HTTP/1.1 200 OK\r\n";
const CASES: [string, string, unknown][] = [
  ["a declared length", `${OK}Content-Length: 5\r\n\r\nhello`, [200, "hello"]],
  ["what follows is not read", `${OK}content-length:5\r\n\r\nhello world`, [200, "hello"]],
  ["chunks", `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n`, [200, "hello"]],
  [
    "chunks with a trailer",
    `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n0\r\nA: b\r\n\r\n`,
    [200, "he"],
  ],
  ["a redirection", "HTTP/1.1 301 Moved\r\nLocation: /x\r\n\r\n", [301, ""]],
  ["cut short", `${OK}Content-Length: 5\r\n\r\nhell`, "more"],
  ["chunks cut short", `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n0\r\n`, "more"],
  ["no length", `${OK}\r\nhello`, "it does not say how long it is"],
  ["too long", `${OK}Content-Length: 65\r\n\r\n`, "it is too large"],
  ["chunks too long", `${OK}Transfer-Encoding: chunked\r\n\r\n41\r\n`, "it is too large"],
  [
    "two lengths",
    `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
    "it has several content-length",
  ],
  [
    "length and chunks",
    `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
    "its coding is not known",
  ],
  ["a header without end", `${OK}X: ${"x".repeat(600)}`, "its header is too large"],
  ["no HTTP", "220 smtp\r\n\r\n", "it is no HTTP"],
];
it.each(CASES)("%s", (_, text, expected) => {
  expect(read(text)).toEqual(expected);
});

it("is the same however it is cut, and throws nothing else", () => {
  for (const [, text, expected] of CASES) expect(read(text, 1)).toEqual(expected);
  const octets = fc.oneof(fc.string(), fc.constantFrom(...CASES.map(([, text]) => text)));
  fc.assert(
    fc.property(fc.array(octets, { maxLength: 3 }), (texts) => {
      read(`HTTP/1.1 200 OK\r\n${texts.join("")}`, 7);
    }),
    { numRuns: 200 },
  );
});

// Work that grew with the square of the length would not end in the time of a test.
it("reads a million blanks in a field at once", () => {
  const reader = new HttpResponseReader({ maxHeaderBytes: 2_000_000, maxBodyBytes: 64 });
  const response = reader.push(
    encode(`${OK}X: a${" \t".repeat(500_000)}b\r\nContent-Length: \t2 \r\n\r\nhi`),
  );
  expect(response?.status).toBe(200);
  expect(response?.headers.get("content-length")).toBe("2");
});
