import type { HeaderField } from "./header-fields.js";

/**
 * What is signed where present, if nothing else is asked for: the fields that RFC 6376 5.4.1 names, with those that say
 * how the body is to be read. List-Unsubscribe and its -Post have to be covered (RFC 8058 4).
 */
export const DEFAULT_SIGNED_HEADERS: readonly string[] = Object.freeze([
  "From",
  "Sender",
  "Reply-To",
  "Subject",
  "Date",
  "Message-ID",
  "To",
  "Cc",
  "MIME-Version",
  "Content-Type",
  "Content-Transfer-Encoding",
  "Content-ID",
  "Content-Description",
  "Resent-Date",
  "Resent-From",
  "Resent-Sender",
  "Resent-To",
  "Resent-Cc",
  "Resent-Message-ID",
  "In-Reply-To",
  "References",
  "List-Id",
  "List-Help",
  "List-Unsubscribe",
  "List-Unsubscribe-Post",
  "List-Subscribe",
  "List-Post",
  "List-Owner",
  "List-Archive",
]);

/**
 * What is signed once more than it is there (RFC 6376 5.4.2, 8.15), so that none can be added: the fields that a reader
 * sees and those that decide how the body is read. Not Date, Message-ID and Sender where they are absent, as a
 * submission server may have to add them (RFC 6409 8).
 */
export const DEFAULT_OVERSIGNED_HEADERS: readonly string[] = Object.freeze([
  "From",
  "Reply-To",
  "Subject",
  "To",
  "Cc",
  "MIME-Version",
  "Content-Type",
  "Content-Transfer-Encoding",
]);

const OVERSIGNED_IF_PRESENT = ["Sender", "Date", "Message-ID"];

/** Names for h=: `signed` as often as each is in the message, `oversigned` (default: see above) once more. */
export function headerList(
  fields: readonly HeaderField[],
  signed: readonly string[],
  oversigned: readonly string[] | undefined,
): string[] {
  const counts = new Map<string, number>();
  for (const { name } of fields) counts.set(name, (counts.get(name) ?? 0) + 1);
  const extra = new Set((oversigned ?? DEFAULT_OVERSIGNED_HEADERS).map((name) => name.toLowerCase()));
  if (oversigned === undefined) {
    for (const name of OVERSIGNED_IF_PRESENT)
      if (counts.has(name.toLowerCase())) extra.add(name.toLowerCase());
  }
  const names: string[] = [];
  const done = new Set<string>();
  for (const name of oversigned === undefined ? signed : [...signed, ...oversigned]) {
    const lower = name.toLowerCase();
    if (done.has(lower)) continue;
    done.add(lower);
    const times = (counts.get(lower) ?? 0) + (extra.has(lower) ? 1 : 0);
    for (let i = 0; i < times; i++) names.push(name);
  }
  return names;
}
