// The structure of a message, chosen by what is there: plain, alternative, related, mixed.

import { planAttachment } from "./attachment-plan.js";
import { planCalendar } from "./calendar.js";
import type { Entity, Leaf } from "./entity.js";
import type { FileSource } from "./file-policy.js";
import type { AttachmentInput, MessageInput } from "./message-input.js";
import { oneOf } from "./options.js";
import { alternativeEntity, type PlanContext, textLeaf } from "./part-plan.js";

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
