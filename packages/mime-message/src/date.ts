// Dates (RFC 5322 3.3).
import { MimeError, quoteForError } from "./errors.js";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

let lastSecond = Number.NaN;
let lastText = "";

/** A date-time in UTC, e.g. `Sun, 22 Nov 2026 10:00:00 +0000`. */
export function formatDate(date: Date): string {
  const time = date.getTime();
  const second = Math.floor(time / 1000);
  if (second === lastSecond) return lastText;
  const year = date.getUTCFullYear();
  // RFC 5322 3.3 knows years from 1900; five digits would not be read back.
  if (Number.isNaN(time) || year < 1900 || year > 9999) {
    throw new MimeError("ERR_MIME_INVALID_DATE", `The date is not a time between the years 1900 and 9999`);
  }
  lastText = `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${year} ${two(
    date.getUTCHours(),
  )}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
  lastSecond = second;
  return lastText;
}

/** A date as callers pass it: a Date, milliseconds, or text that Date reads. */
export function readDate(input: Date | number | string): Date {
  const isDate = input instanceof Date;
  if (!isDate && typeof input !== "string" && typeof input !== "number") {
    throw new MimeError("ERR_MIME_INVALID_DATE", "The date is neither a Date nor a number nor a string", {
      subject: "date",
    });
  }
  const date = isDate ? input : new Date(input);
  if (Number.isNaN(date.getTime())) {
    throw new MimeError("ERR_MIME_INVALID_DATE", `${quoteForError(String(input))} is no date`, {
      subject: "date",
    });
  }
  return date;
}
