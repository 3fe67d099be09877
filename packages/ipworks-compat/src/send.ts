// One message over a standing connection.
import { type Mailbox, parseAddressListTolerant, parseMailbox } from "@wirepost/mail-address";
import type { ManualTransaction, SmtpConnection } from "@wirepost/smtp-client";
import type { Reply } from "@wirepost/smtp-protocol";
import type { Link } from "./connection/link.js";
import { wholeReply } from "./error-numbers.js";
import type { Fail } from "./failure.js";
import type { EventFields, EventName } from "./host.js";
import { type BodyStream, LineEnds } from "./message/body-stream.js";
import type { Outgoing, ReadyContent } from "./message/outgoing.js";
import { BCC, CC, type RecipientState, rcptParameters } from "./message/recipient.js";
import type { Run } from "./run.js";
import type { Settings } from "./settings.js";

/** A Transfer event comes for each piece of this size. */
const PIECE_BYTES = 16_384;
/** Of a stream, TransferText remembers so much. */
export const REMEMBERED_BYTES = 1_048_576;

export type Verb = "MAIL" | "SEND" | "SOML" | "SAML";

export interface SendHost {
  readonly fail: Fail;
  readonly settings: Settings;
  raise<Name extends EventName>(event: Name, fields: EventFields[Name]): void;
  /** What goes out, as it is known: TransferText and MessageHeadersString. */
  noteHead(head: Uint8Array): void;
  noteText(text: Uint8Array): void;
}

/** Names of the settings that make a refusal stop the message, by the recipient's kind. */
const STOPS: Readonly<Record<number, string>> = { [CC]: "StopOnCcErrors", [BCC]: "StopOnBccErrors" };

export class Sending {
  readonly #host: SendHost;
  readonly #link: Link;
  readonly #connection: SmtpConnection;
  readonly #run: Run;

  constructor(host: SendHost, link: Link, connection: SmtpConnection, run: Run) {
    this.#host = host;
    this.#link = link;
    this.#connection = connection;
    this.#run = run;
  }

  /** @throws 161 with the server's reply; SendError when the connection fails */
  async send(message: Outgoing, verb: Verb): Promise<void> {
    const { capabilities } = this.#connection;
    const content = await message.composed(capabilities.has("8BITMIME"));
    this.#run.check();
    // With a charset, only an address is left that needs SMTPUTF8; the transaction refuses it, as no charset helps there.
    const raw = this.#host.settings.text("Charset") === "";
    if (raw && content.facts.smtpUtf8 && !capabilities.has("SMTPUTF8"))
      throw this.#host.fail(
        434,
        'the headers are not ASCII and the server takes no others: set Config("Charset=utf-8")',
      );
    await this.#link.beginTransaction(this.#connection, this.#host.settings.truth("SendRSET"), this.#run);
    try {
      const mailboxes = message.recipients.map(mailboxOf);
      const smtpUtf8 = content.facts.smtpUtf8 || mailboxes.some((one) => needsUtf8(one));
      const transaction = await this.#connection.transaction(message.sender, {
        content: { ...content.facts, smtpUtf8 },
        verb,
      });
      await this.#recipients(transaction, message.recipients, mailboxes);
      await transaction.data();
      await this.#content(transaction, content);
    } catch (error) {
      this.#link.taint();
      // The refused transaction is not left open on the server.
      if (this.#link.connected && this.#run.ending === undefined)
        await this.#link.clear(this.#connection, this.#run).catch(() => undefined);
      throw error;
    }
  }

  async #recipients(
    transaction: ManualTransaction,
    recipients: readonly RecipientState[],
    mailboxes: readonly (Mailbox | Error)[],
  ): Promise<void> {
    const dsn = this.#connection.capabilities.has("DSN");
    let accepted = 0;
    let first: Error | undefined;
    for (const [at, recipient] of recipients.entries()) {
      const refusal = await this.#offer(transaction, recipient, mailboxes[at] as Mailbox | Error, dsn);
      this.#run.check();
      if (refusal === undefined) {
        accepted++;
        continue;
      }
      if (this.#host.settings.truth(STOPS[recipient.recipientType] ?? "StopOnToErrors")) throw refusal;
      first ??= refusal;
      this.#host.raise("Error", { errorCode: 161, description: refusal.message });
    }
    // Nobody is left to send to, whatever the settings say.
    if (accepted === 0 && first !== undefined) throw first;
  }

  /** Undefined: the server took the recipient. */
  async #offer(
    transaction: ManualTransaction,
    { options }: RecipientState,
    mailbox: Mailbox | Error,
    dsn: boolean,
  ): Promise<Error | undefined> {
    if (mailbox instanceof Error) return this.#host.fail(161, mailbox.message, mailbox);
    let parameters: ReturnType<typeof rcptParameters>;
    try {
      parameters = rcptParameters(options, dsn);
    } catch (error) {
      return this.#host.fail(161, (error as Error).message, error);
    }
    const reply = await transaction.recipient(mailbox, parameters);
    return reply.code < 400 ? undefined : this.#refused(reply);
  }

  #refused(reply: Reply): Error {
    return this.#host.fail(161, wholeReply(reply));
  }

  async #content(transaction: ManualTransaction, { head, body, facts }: ReadyContent): Promise<void> {
    try {
      this.#host.noteHead(head);
      this.#host.noteText(new Uint8Array(0));
      await transaction.write(head);
      if (!(body instanceof Uint8Array)) await this.#stream(transaction, body, facts.body === "7BIT");
      else if (body.length > 0) await this.#text(transaction, body);
      this.#run.check();
    } catch (error) {
      // Half a message is none: without an end of data the server will not take it, and nothing else can follow.
      transaction.abandon();
      this.#link.drop();
      throw error;
    }
    const [reply] = await transaction.end();
    if (reply === undefined || reply.code >= 400) throw this.#refused(reply as Reply);
  }

  async #text(transaction: ManualTransaction, body: Uint8Array): Promise<void> {
    this.#host.raise("StartTransfer", { direction: 0 });
    for (let at = 0; at < body.length; at += PIECE_BYTES) {
      const piece = body.subarray(at, at + PIECE_BYTES);
      await transaction.write(piece);
      this.#run.check();
      const sent = at + piece.length;
      this.#transfer(piece, sent, Math.floor((100 * sent) / body.length));
    }
    this.#host.noteText(body);
    this.#host.raise("EndTransfer", { direction: 0 });
  }

  async #stream(transaction: ManualTransaction, body: BodyStream, sevenBit: boolean): Promise<void> {
    this.#host.raise("StartTransfer", { direction: 0 });
    const lines = new LineEnds();
    const remembered: Uint8Array[] = [];
    let size = 0;
    const remember = (piece: Uint8Array): void => {
      size += piece.length;
      if (size <= REMEMBERED_BYTES) remembered.push(piece);
      else remembered.length = 0;
    };
    let sent = 0;
    for await (const piece of body.pieces(this.#run.signal)) {
      for (let at = 0; at < piece.length; at += PIECE_BYTES) {
        const part = piece.subarray(at, at + PIECE_BYTES);
        if (sevenBit && part.some((octet) => octet > 127))
          throw this.#host.fail(
            161,
            "the stream holds octets above 127 and the server does not announce 8BITMIME",
          );
        await transaction.write(part);
        this.#run.check();
        sent += part.length;
        if (size <= REMEMBERED_BYTES) remember(lines.push(part));
        this.#transfer(part, sent, -1);
      }
    }
    remember(lines.end());
    this.#host.noteText(Buffer.concat(remembered));
    this.#host.raise("EndTransfer", { direction: 0 });
  }

  #transfer(text: Uint8Array, bytesTransferred: number, percentDone: number): void {
    this.#host.noteText(text);
    this.#host.raise("Transfer", { direction: 0, bytesTransferred, percentDone, text });
  }
}

/** A program may have written a name too: `new MessageRecipient("Bob <bob@example.org>")`. */
function mailboxOf({ address }: RecipientState): Mailbox | Error {
  try {
    if (!address.trimEnd().endsWith(">")) return parseMailbox(address.trim());
    const all = parseAddressListTolerant(address);
    const [first] = all;
    if (all.length === 1 && first?.kind === "mailbox") return first.mailbox;
    return new TypeError("Address takes one address");
  } catch (error) {
    return error as Error;
  }
}

function needsUtf8(mailbox: Mailbox | Error): boolean {
  return !(mailbox instanceof Error) && /[^\u0000-\u007f]/.test(mailbox.localPart);
}
