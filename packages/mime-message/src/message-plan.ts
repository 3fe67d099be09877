// The structure of a message, chosen by what is there: plain, alternative, related, mixed.

import { planAttachment } from "./attachment-plan.js";
import { UTF8 } from "./charset.js";
import type { Entity, Leaf } from "./entity.js";
import { MimeError } from "./errors.js";
import type { FileSource } from "./file-policy.js";
import {
  type AttachmentInput,
  CALENDAR_FIELDS,
  type CalendarInput,
  type MessageInput,
} from "./message-input.js";
import { checkFields, oneOf } from "./options.js";
import { isToken } from "./parameters.js";
import { alternativeEntity, bodySource, type PlanContext, textLeaf } from "./part-plan.js";
import { utf8Encode } from "./platform.js";
import { memorySource } from "./source.js";

const TEXT_FORMATS = ["fixed", "flowed"] as const;

/**
 * mixed( alternative( text, enriched, watch, amp, related( html, inline parts ), calendar, … ), attachments ), each level
 * only where it has more than one child. Readers take the last alternative they understand, so plain text is first.
 */
export function planBody(message: MessageInput, context: PlanContext): Entity {
  const alternatives: Entity[] = [];
  const { text, html } = message;
  const hasHtml = html !== undefined && html !== null;

  const attachments = (message.attachments ?? []).map((attachment: AttachmentInput | FileSource, index) =>
    planAttachment(attachment as AttachmentInput, index, hasHtml, context),
  );
  const inline = attachments.filter((attachment) => attachment.related).map(({ entity }) => entity);
  const others = attachments.filter((attachment) => !attachment.related).map(({ entity }) => entity);

  if (text !== undefined && text !== null) {
    const flowed = oneOf(message.textFormat, TEXT_FORMATS, "textFormat") === "flowed";
    alternatives.push(textLeaf("text/plain", text, context, "text", flowed));
  }
  if (message.enriched !== undefined) {
    alternatives.push(textLeaf("text/enriched", message.enriched, context, "enriched"));
  }
  if (message.watchHtml !== undefined) {
    alternatives.push(textLeaf("text/watch-html", message.watchHtml, context, "watchHtml"));
  }
  // AMP must come before html: readers that ignore it would otherwise show nothing they know last.
  if (message.amp !== undefined) alternatives.push(textLeaf("text/x-amp-html", message.amp, context, "amp"));
  if (hasHtml) {
    const leaf = textLeaf("text/html", html, context, "html");
    alternatives.push(inline.length === 0 ? leaf : related(leaf, inline));
  }
  const calendar = message.calendar ?? message.icalEvent;
  if (calendar !== undefined) {
    const { part, copy } = planCalendar(calendar, context);
    alternatives.push(part);
    if (copy !== undefined) others.push(copy);
  }
  (message.alternatives ?? []).forEach((alternative, index) => {
    alternatives.push(alternativeEntity(alternative, context, `alternative ${index + 1}`));
  });

  let body: Entity | undefined;
  if (alternatives.length === 1) body = alternatives[0];
  else if (alternatives.length > 1) body = multipart("alternative", alternatives);
  if (others.length === 0) return body ?? textLeaf("text/plain", "", context, "text");
  if (body === undefined && others.length === 1) return others[0]!;
  return multipart("mixed", body === undefined ? others : [body, ...others]);
}

function multipart(subtype: "mixed" | "alternative", children: readonly Entity[]): Entity {
  return { kind: "multipart", subtype, parameters: "", children };
}

/** RFC 2387 3.1 requires the type of the root. */
function related(root: Leaf, inline: readonly Entity[]): Entity {
  return {
    kind: "multipart",
    subtype: "related",
    parameters: '; type="text/html"',
    children: [root, ...inline],
  };
}

/** The invitation as an alternative, with its method (RFC 6047 2.4), and as a file for programs that know only files. */
function planCalendar(
  input: string | CalendarInput,
  context: PlanContext,
): { part: Leaf; copy: Entity | undefined } {
  const object: CalendarInput = typeof input === "string" ? { content: input } : input;
  checkFields(object, CALENDAR_FIELDS, "calendar");
  const method = (object.method ?? "PUBLISH").toUpperCase();
  if (!isToken(method) || method.length > 40) {
    throw new MimeError("ERR_MIME_INVALID_OPTION", "calendar.method is no iTIP method", {
      subject: "calendar",
    });
  }
  const { method: _, filename, ...content } = object;
  const source = bodySource(content, context, "calendar");
  const part: Leaf = {
    kind: "leaf",
    header: `Content-Type: text/calendar; charset=utf-8; method=${method}\r\n`,
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
  // Both parts read one source, which may be a stream.
  const shared = typeof source === "string" ? memorySource(utf8Encode(source), "calendar") : source;
  return { part, copy: { ...copy, source: shared } };
}
