// `data:` URIs of images in html to parts beside it: many readers show the one and not the other.
import { readDataUri } from "./file-policy.js";
import type { AttachmentInput } from "./message-input.js";
import { type RandomSource, randomToken } from "./random.js";

/** Html with links to parts, and the parts. */
export interface ExtractedImages {
  readonly html: string;
  readonly attachments: AttachmentInput[];
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/svg+xml": "svg",
  "image/vnd.microsoft.icon": "ico",
  "image/x-icon": "ico",
};

/** Remembers where a delimiter is next, so that each stretch of text is searched once (row M13). */
class Finder {
  readonly #text: string;
  readonly #delimiter: string;
  #next = -1;

  constructor(text: string, delimiter: string) {
    this.#text = text;
    this.#delimiter = delimiter;
  }

  from(at: number): number {
    if (this.#next < at) {
      const found = this.#text.indexOf(this.#delimiter, at);
      this.#next = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return this.#next;
  }
}

/** Takes the images out: `src="data:image/…"` and `url(data:image/…)`, with or without quotes. Linear. */
export function extractImages(html: string, domain: string, random?: RandomSource): ExtractedImages {
  const finders = { '"': new Finder(html, '"'), "'": new Finder(html, "'"), ")": new Finder(html, ")") };
  const attachments: AttachmentInput[] = [];
  const cids = new Map<string, string>();
  const start = /data:image\//gi;
  let result = "";
  let done = 0;
  for (let match = start.exec(html); match !== null; match = start.exec(html)) {
    const before = html[match.index - 1];
    const close = before === "(" ? ")" : before;
    if (close !== '"' && close !== "'" && close !== ")") continue;
    const end = finders[close].from(match.index);
    if (end === Number.POSITIVE_INFINITY) continue;
    const uri = html.slice(match.index, end);
    const data = cids.has(uri) ? undefined : readDataUri(uri);
    if (data !== undefined && /^image\/[a-z0-9.+-]+(?:;[a-z0-9=._-]+)*$/i.test(data.contentType)) {
      const mediaType = data.contentType.split(";")[0]!.toLowerCase();
      const extension = EXTENSIONS[mediaType] ?? mediaType.slice("image/".length);
      const cid = `${randomToken(random)}@${domain}`;
      cids.set(uri, cid);
      attachments.push({
        filename: `image-${attachments.length + 1}.${extension}`,
        content: data.octets,
        contentType: mediaType,
        cid,
        contentDisposition: "inline",
      });
    }
    const cid = cids.get(uri);
    if (cid === undefined) continue;
    result += `${html.slice(done, match.index)}cid:${cid}`;
    done = end;
    start.lastIndex = end;
  }
  return { html: result + html.slice(done), attachments };
}
