// A calendar invitation (RFC 5545, RFC 6047): an alternative of the body with its method, and a file.
import { planAttachment } from "./attachment-plan.js";
import { methodIn } from "./calendar-method.js";
import { UTF8 } from "./charset.js";
import type { Entity, Leaf } from "./entity.js";
import { MimeError, quoteForError } from "./errors.js";
import { CALENDAR_FIELDS, type CalendarInput } from "./message-input.js";
import { checkFields } from "./options.js";
import { isToken } from "./parameters.js";
import { bodySource, type PlanContext } from "./part-plan.js";
import { utf8Decode, utf8Encode } from "./platform.js";
import { memorySource, type Source } from "./source.js";

/** The invitation as an alternative, with its method (RFC 6047 2.4), and as a file for programs that know only files. */
export function planCalendar(
  input: string | CalendarInput,
  context: PlanContext,
): { part: Leaf; copy: Entity | undefined } {
  const object: CalendarInput = typeof input === "string" ? { content: input } : input;
  checkFields(object, CALENDAR_FIELDS, "calendar");
  const { method: asked, filename, ...content } = object;
  if (asked !== undefined) readMethod(asked, "calendar.method");
  const source = bodySource(content, context, "calendar");
  const isAtHand = typeof source === "string" || source.prepare === undefined;
  let method = isAtHand ? chooseMethod(asked, source) : undefined;
  const part: Leaf = {
    kind: "leaf",
    // Asked for when the message is written: files and streams are open by then, and in memory when they are small.
    get header() {
      method ??= chooseMethod(asked, source);
      return `Content-Type: text/calendar; charset=utf-8; method=${method}\r\n`;
    },
    content: "text",
    source,
    charset: UTF8, // RFC 5545 3.1.4
    forced: context.textEncoding,
    what: "calendar",
  };
  if (filename === false) return { part, copy: undefined };
  const name = filename ?? "invite.ics";
  const copy = planAttachment(
    { filename: name, content: "", contentType: "application/ics" },
    0,
    false,
    context,
  ).entity as Leaf;
  // Both parts read one source, which may be a stream: one too large to be kept is found while it is prepared.
  if (typeof source !== "string" && !source.repeatable) context.pending.push(source);
  const shared = typeof source === "string" ? memorySource(utf8Encode(source), "calendar") : source;
  return { part, copy: { ...copy, source: shared } };
}

/**
 * The method asked for, else that of the content, else PUBLISH. The parameter and the property must be the same (RFC 5545
 * 3.7.2): programs go by the one or by the other.
 */
function chooseMethod(asked: string | undefined, source: string | Source): string {
  const text = textOf(source);
  const found = text === undefined ? undefined : methodIn(text);
  const said = found === undefined ? undefined : readMethod(found, "The METHOD of the calendar's content");
  const method = asked?.toUpperCase() ?? said ?? "PUBLISH";
  if (said !== undefined && said !== method) {
    throw new MimeError(
      "ERR_MIME_INVALID_OPTION",
      `calendar.method is ${quoteForError(method)}, but the METHOD of the content ${quoteForError(said)}: ` +
        "leave the option out, or make them the same (RFC 5545 3.7.2)",
      { subject: "calendar" },
    );
  }
  return method;
}

function readMethod(text: string, what: string): string {
  if (isToken(text) && text.length <= 40) return text.toUpperCase();
  throw new MimeError("ERR_MIME_INVALID_OPTION", `${what} is no iTIP method`, { subject: "calendar" });
}

/** What there is of the content: all of it, or what was read ahead. */
function textOf(source: string | Source): string | undefined {
  if (typeof source === "string") return source;
  const octets = source.octets ?? source.head;
  return octets === undefined ? undefined : utf8Decode(octets);
}
