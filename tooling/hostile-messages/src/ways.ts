import type { Way } from "./hostile-object.js";

const PLAIN = [
  "PIPELINING",
  "SIZE 52428800",
  "DSN",
  "ENHANCEDSTATUSCODES",
  "DELIVERBY",
  "MT-PRIORITY",
  "AUTH PLAIN",
  "FUTURERELEASE 9999999 2099-01-01T00:00:00Z",
];

/** Every object goes each of these ways, to the strict server. */
export const WAYS: readonly Way[] = [
  { name: "DATA, 7-bit", framing: "DATA", extensions: PLAIN, smtpUtf8: false, binary: false },
  {
    name: "DATA, 8-bit and UTF-8",
    framing: "DATA",
    extensions: [...PLAIN, "8BITMIME", "SMTPUTF8"],
    smtpUtf8: true,
    binary: false,
  },
  {
    name: "BDAT",
    framing: "BDAT",
    extensions: [...PLAIN, "8BITMIME", "SMTPUTF8", "CHUNKING"],
    smtpUtf8: true,
    binary: false,
  },
  {
    name: "BDAT, binary",
    framing: "BDAT",
    extensions: [...PLAIN, "8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME"],
    smtpUtf8: true,
    binary: true,
  },
];
