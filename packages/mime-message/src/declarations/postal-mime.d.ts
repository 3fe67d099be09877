// What of postal-mime is used, without the DOM's ambient names.
export interface Header {
  key: string;
  value: string;
}
export interface Attachment {
  filename: string | null;
  mimeType: string;
  disposition: string | null;
  related?: boolean | undefined;
  description?: string | undefined;
  contentId?: string | undefined;
  method?: string | undefined;
  content: ArrayBuffer | Uint8Array | string;
}
export interface Email {
  headers: Header[];
  subject?: string | undefined;
  messageId?: string | undefined;
  inReplyTo?: string | undefined;
  references?: string | undefined;
  date?: string | undefined;
  html?: string | undefined;
  text?: string | undefined;
  attachments: Attachment[];
}
declare const PostalMime: {
  parse(octets: Uint8Array, options?: object): Promise<Email>;
};
export default PostalMime;
