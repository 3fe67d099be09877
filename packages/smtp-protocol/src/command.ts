import type { Mailbox } from "@wirepost/mail-address";

/** What one transaction asks of the server beyond the sender: the parameters of MAIL. */
export interface MailParameters {
  /** SIZE (RFC 1870): octets of the content, line ends included, dots not doubled. */
  readonly sizeBytes?: number | undefined;
  /** BODY (RFC 6152, RFC 3030). */
  readonly body?: "7BIT" | "8BITMIME" | "BINARYMIME" | undefined;
  /** SMTPUTF8 (RFC 6531). Default false. */
  readonly smtpUtf8?: boolean | undefined;
  /** AUTH (RFC 4954 5): who submitted the message first; `<>` when that is not known. */
  readonly auth?: Mailbox | "<>" | undefined;
  /** RET (RFC 3461 4.3): what a delivery status notification returns. */
  readonly return?: "full" | "headers" | undefined;
  /** ENVID (RFC 3461 4.4): printable ASCII, at most 100 characters once encoded. */
  readonly envelopeId?: string | undefined;
  /** REQUIRETLS (RFC 8689). Default false. */
  readonly requireTls?: boolean | undefined;
  /** BY (RFC 2852). */
  readonly deliverBy?: DeliverBy | undefined;
  /** MT-PRIORITY (RFC 6710), from -9 to 9. */
  readonly priority?: number | undefined;
  /** HOLDFOR (RFC 4865), in whole seconds; not together with `holdUntil`. */
  readonly holdForSeconds?: number | undefined;
  /** HOLDUNTIL (RFC 4865); sent in whole seconds of UTC. */
  readonly holdUntil?: Date | undefined;
  /** Parameters that this package has no name for: keyword -> value, or true for a keyword without a value. */
  readonly custom?: CustomParameters | undefined;
}

export interface DeliverBy {
  /** Whole seconds from now. With mode "return" at least 1; with "notify" 0 and less mean a time already past. */
  readonly seconds: number;
  /** What happens when the time is over: the message is returned, or goes on and a notification is sent. */
  readonly mode: "return" | "notify";
  /** Whether each relay that takes the message notifies. Default false. */
  readonly trace?: boolean | undefined;
}

/** What is asked for one recipient: the parameters of RCPT. */
export interface RcptParameters {
  /** NOTIFY (RFC 3461 4.1). */
  readonly notify?: "never" | readonly ("success" | "failure" | "delay")[] | undefined;
  /** ORCPT (RFC 3461 4.2): type `rfc822` with an ASCII address, or `utf-8` (RFC 6533) with any. */
  readonly originalRecipient?: { readonly type: string; readonly address: string } | undefined;
  /** As in `MailParameters`. */
  readonly custom?: CustomParameters | undefined;
}

export type CustomParameters = Readonly<Record<string, string | true>>;

/** One command, by verb. A command is data: it is checked when it is serialized, and nowhere else. */
export type Command =
  | HelloCommand
  | MailCommand
  | RcptCommand
  | { readonly verb: "DATA" | "RSET" | "QUIT" | "STARTTLS" }
  | BdatCommand
  | { readonly verb: "NOOP" | "HELP"; readonly argument?: string | undefined }
  | LookupCommand
  | { readonly verb: "ETRN"; readonly argument: string }
  | AuthCommand
  | { readonly verb: "BURL"; readonly argument: string; readonly last: boolean }
  | CustomCommand;

export interface HelloCommand {
  readonly verb: "EHLO" | "HELO" | "LHLO";
  /** A domain or an address literal with its brackets. */
  readonly domain: string;
}

export interface MailCommand {
  /** SEND, SOML and SAML are of RFC 821 and historic. */
  readonly verb: "MAIL" | "SEND" | "SOML" | "SAML";
  /** null is the null reverse-path `<>`. */
  readonly from: Mailbox | null;
  readonly parameters?: MailParameters | undefined;
}

export interface RcptCommand {
  readonly verb: "RCPT";
  /** `{ localPart: "Postmaster", domain: "" }` is the reserved mailbox without a domain (RFC 5321 4.1.1.3). */
  readonly to: Mailbox;
  readonly parameters?: RcptParameters | undefined;
  /** The transaction was begun with SMTPUTF8, so that the local part may be non-ASCII. Default false. */
  readonly smtpUtf8?: boolean | undefined;
}

export interface BdatCommand {
  readonly verb: "BDAT";
  /** Octets that follow the command line. */
  readonly sizeBytes: number;
  readonly last: boolean;
}

export interface LookupCommand {
  readonly verb: "VRFY" | "EXPN";
  readonly argument: string;
  /** Lets the argument and the reply be UTF-8 (RFC 6531 3.7.4.2). Default false. */
  readonly smtpUtf8?: boolean | undefined;
}

export interface AuthCommand {
  readonly verb: "AUTH";
  /** The SASL mechanism. */
  readonly mechanism: string;
  /** Raw octets; an empty array is sent as `=`, undefined sends none (RFC 4954 4). */
  readonly initialResponse?: Uint8Array | undefined;
}

export interface CustomCommand {
  readonly verb: "CUSTOM";
  /** The whole line without its line end. Verbs that change what the octets after them mean are refused. */
  readonly line: string;
  /** Lets the line be UTF-8. Default false. */
  readonly smtpUtf8?: boolean | undefined;
}
