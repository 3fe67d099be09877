import type { MessageInput } from "@wirepost/mime-message";
import type { ClientOptions, SendOptions } from "@wirepost/smtp-client";

/** How a message travels: what the server announces decides what the client may write. */
export interface Way {
  readonly name: string;
  /** EHLO keywords. */
  readonly extensions: readonly string[];
  readonly framing: "DATA" | "BDAT";
  readonly smtpUtf8: boolean;
  readonly binary: boolean;
}

/** A message object that somebody hostile, or something careless, may hand to `send()`. */
export interface HostileObject {
  readonly name: string;
  /** The row of the list of known attacks that it belongs to. */
  readonly row: string;
  /** A function where a source can be read only once. */
  readonly message: object | (() => object);
  readonly options?: SendOptions | undefined;
  readonly client?: Partial<ClientOptions> | undefined;
  /** The code with which it is refused before MAIL; or a function, undefined where it arrives. */
  readonly refused?: string | ((way: Way) => string | undefined) | undefined;
  /** What must arrive where it is not refused. */
  readonly arrives?: Expected | undefined;
  /** The same where BINARYMIME is announced, if that is something else. */
  readonly arrivesBinary?: Expected | undefined;
  /** The npm smtp-server refuses an address that RFC 5321 allows. */
  readonly npmRefuses?: boolean | undefined;
}

export interface ExpectedPart {
  /** null: none. */
  readonly filename?: string | null | undefined;
  readonly contentType?: string | undefined;
  /** The decoded content, octet for octet. */
  readonly content?: string | Uint8Array | undefined;
}

/** What other parsers and a strict server must see. Anything not said here is as in {@link BASE}. */
export interface Expected {
  /** Paths as they stand in the commands, with their angle brackets. */
  readonly from?: string | undefined;
  readonly to?: readonly string[] | undefined;
  /** Parameters of MAIL besides SIZE, BODY and SMTPUTF8, as they stand in the command. */
  readonly mail?: readonly string[] | undefined;
  /** Parameters of each RCPT. */
  readonly rcpt?: readonly (readonly string[])[] | undefined;
  readonly hello?: string | undefined;
  /** Names of header fields besides those of every message. */
  readonly fields?: readonly string[] | undefined;
  /** Names of header fields of every message that this one lacks. */
  readonly without?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  /** Field name -> decoded value. */
  readonly values?: Readonly<Record<string, string>> | undefined;
  /** Address field -> its mailboxes, decoded. */
  readonly mailboxes?:
    | Readonly<Record<string, readonly { readonly name: string; readonly address: string }[]>>
    | undefined;
  /** Decoded text body; line ends are compared as LF, and one at the end does not count. */
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly attachments?: readonly ExpectedPart[] | undefined;
  /** The whole content, octet for octet, for messages that were given ready. */
  readonly octets?: string | undefined;
  /** Complaints of a reader about what is right, or about what was decided; the reason stands beside each. */
  readonly known?: readonly RegExp[] | undefined;
  /** A ready message with faults of its caller's: the parsers' complaints are not ours. */
  readonly defective?: boolean | undefined;
}

/** The fields that no hostile object is about. */
export const BASE: MessageInput = {
  from: "ann@example.com",
  to: "bob@example.org",
  subject: "Hello",
  text: "The body.\n",
  date: new Date("2026-11-22T10:00:00Z"),
  messageId: "<base@example.com>",
};

/** Header fields of every message that is built from fields. */
export const BASE_FIELDS: readonly string[] = [
  "content-transfer-encoding",
  "content-type",
  "date",
  "from",
  "message-id",
  "mime-version",
  "subject",
  "to",
];
