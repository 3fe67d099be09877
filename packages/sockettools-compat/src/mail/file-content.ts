import { composeMessage } from "@wirepost/mime-message";
import { fromFile } from "@wirepost/mime-message/node";

/** A file that was read for a message: the part with its header and its base64, as mime-message makes it. */
export interface AttachedFile {
  readonly name: string;
  readonly part: Uint8Array;
}

/** The wrapping of a message whose only content is the file; what is behind these fields is the part. */
const OUTER_FIELD = /^(?:from|date|message-id|mime-version):/i;

/** @throws MimeError where the file cannot be read */
export async function readAttachment(path: string, name: string): Promise<AttachedFile> {
  const composed = await composeMessage({
    from: "a@example.com",
    attachments: [fromFile(path, { filename: name, contentDisposition: "attachment" })],
  });
  const pieces: Uint8Array[] = [];
  if (composed.content instanceof Uint8Array) pieces.push(composed.content);
  else for await (const piece of composed.content.open()) pieces.push(piece.slice());
  const octets = Buffer.concat(pieces);
  const end = octets.indexOf("\r\n\r\n");
  const header = octets.subarray(0, end).toString("latin1");
  const fields = header.split(/\r\n(?![ \t])/).filter((field) => !OUTER_FIELD.test(field));
  return { name, part: Buffer.concat([Buffer.from(fields.join("\r\n"), "latin1"), octets.subarray(end)]) };
}
