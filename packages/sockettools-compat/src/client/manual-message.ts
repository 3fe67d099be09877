// CreateMessage, AddRecipient, Write, CloseMessage: one message, step by step.
import { formatMailbox, type Mailbox, needsSmtpUtf8 } from "@wirepost/mail-address";
import type { DsnOptions, ManualTransaction } from "@wirepost/smtp-client";
import { type Command, describeReply, type RcptParameters, type Reply } from "@wirepost/smtp-protocol";
import { refusalNumber } from "../error-mapping.js";
import {
  stErrorCommandNotSupported,
  stErrorInvalidCommand,
  stErrorMessageRefused,
  stErrorRecipientRefused,
} from "../error-numbers.js";
import { failureOf } from "../outcome.js";
import type { Session } from "./session.js";
import { PIECE_BYTES, type Transfer } from "./transfer.js";

type MailCommand = Extract<Command, { readonly from: unknown }>;

export class ManualMessage {
  #transaction: ManualTransaction | undefined;
  #stage: "none" | "envelope" | "content" = "none";
  #accepted = 0;
  #dsn: DsnOptions | undefined;
  #eightBit = false;
  #utf8 = false;
  #inHeader = true;
  /** The end of what was written of the header; a message may begin with the empty line. */
  #headerTail = "\n";

  constructor(private readonly transfer: Transfer) {}

  get stage(): "none" | "envelope" | "content" {
    return this.#stage;
  }

  /** MAIL. @param sizeBytes 0 where it is not known. @throws SendError, SocketToolsError; nothing is sent where the size is too large */
  async create(
    session: Session,
    sender: Mailbox | null,
    sizeBytes: number,
    dsn: DsnOptions | undefined,
  ): Promise<void> {
    this.#expectNone();
    const wantsDsn = dsn !== undefined;
    if (wantsDsn && !session.has("DSN"))
      throw failureOf(stErrorCommandNotSupported, "the server sends no notices of delivery (DSN)");
    const eightBit = session.has("8BITMIME");
    const utf8 = sender !== null && needsSmtpUtf8(sender);
    const returns = dsn?.return;
    await this.#begin(
      session,
      session.connection.transaction(sender, {
        content: {
          sizeBytes: sizeBytes > 0 ? sizeBytes : undefined,
          // What will be written is not known yet: a server that takes 8 bits is told to expect them.
          body: eightBit ? "8BITMIME" : "7BIT",
          smtpUtf8: utf8,
        },
        ...(returns === undefined ? {} : { parameters: { return: returns } }),
      }),
      { eightBit, utf8, dsn },
    );
    this.transfer.begin(sizeBytes);
  }

  /** MAIL as a program wrote it itself. @throws SendError */
  async createFromCommand(session: Session, { verb, from, parameters }: MailCommand): Promise<void> {
    this.#expectNone();
    await this.#begin(session, session.connection.transaction(from, { verb, parameters }), {
      eightBit: parameters?.body === "8BITMIME",
      utf8: parameters?.smtpUtf8 === true,
      dsn: undefined,
    });
    this.transfer.begin(parameters?.sizeBytes ?? 0);
  }

  async #begin(
    session: Session,
    transaction: Promise<ManualTransaction>,
    content: { readonly eightBit: boolean; readonly utf8: boolean; readonly dsn: DsnOptions | undefined },
  ): Promise<void> {
    this.#transaction = await transaction;
    if (!session.isOpen) return;
    this.#stage = "envelope";
    this.#accepted = 0;
    this.#dsn = content.dsn;
    this.#eightBit = content.eightBit;
    this.#utf8 = content.utf8;
    this.#inHeader = true;
    this.#headerTail = "\n";
  }

  /** RCPT. @throws SocketToolsError when the server refuses it; the message goes on without */
  async addRecipient(to: Mailbox, parameters: RcptParameters = this.#notices(to)): Promise<void> {
    if (this.#stage !== "envelope") {
      throw failureOf(
        stErrorInvalidCommand,
        this.#stage === "none"
          ? "AddRecipient comes after CreateMessage"
          : "AddRecipient comes before the first Write",
      );
    }
    const reply = await (this.#transaction as ManualTransaction).recipient(to, parameters);
    if (reply.code >= 400) {
      const number = refusalNumber(reply.code, stErrorRecipientRefused);
      throw failureOf(number, `the server refused ${formatMailbox(to)}: ${describeReply(reply)}`);
    }
    this.#accepted++;
  }

  #notices(to: Mailbox): RcptParameters {
    const notify = this.#dsn?.notify;
    if (notify === undefined) return {};
    return { notify, originalRecipient: { type: "rfc822", address: formatMailbox(to) } };
  }

  /** DATA; what follows is the message. @throws SendError, SocketToolsError */
  async beginContent(): Promise<void> {
    if (this.#stage === "none") throw failureOf(stErrorInvalidCommand, "Write comes after CreateMessage");
    if (this.#stage === "content") throw failureOf(stErrorInvalidCommand, "the message has begun already");
    if (this.#accepted === 0)
      throw failureOf(stErrorInvalidCommand, "Write comes after a recipient that the server has taken");
    await (this.#transaction as ManualTransaction).data();
    this.#stage = "content";
  }

  /** A piece of the message. @throws SendError, SocketToolsError */
  async write(octets: Uint8Array): Promise<void> {
    // Refused before DATA where it can be: afterwards only closing the connection would be left.
    if (this.#stage !== "none") this.#checkOctets(octets);
    if (this.#stage !== "content") await this.beginContent();
    const before = this.transfer.bytes;
    for (let at = 0; at < octets.length; at += PIECE_BYTES) {
      const piece = octets.subarray(at, at + PIECE_BYTES);
      await (this.#transaction as ManualTransaction).write(piece);
      this.transfer.reached(before + at + piece.length);
    }
  }

  /** 8-bit text needs a server that was told of it. @throws SocketToolsError */
  #checkOctets(octets: Uint8Array): void {
    const firstBody = this.#headerEnd(octets);
    const at = firstEightBit(octets);
    const isFine = at < 0 || (this.#eightBit && (at >= firstBody || this.#utf8));
    if (!isFine) {
      const where = at < firstBody ? "a header" : "the text";
      throw failureOf(
        stErrorCommandNotSupported,
        `the server takes no 8-bit characters in ${where}: encode them (quoted-printable, base64, RFC 2047)`,
      );
    }
    this.#rememberHeader(octets, firstBody);
  }

  /** Where the body begins in this piece. */
  #headerEnd(octets: Uint8Array): number {
    if (!this.#inHeader) return 0;
    const text = this.#headerTail + Buffer.from(octets).toString("latin1");
    const end = /\r\n\r\n|\n\r?\n|\r\r/.exec(text);
    return end === null ? octets.length : Math.max(0, end.index - this.#headerTail.length);
  }

  #rememberHeader(octets: Uint8Array, firstBody: number): void {
    if (!this.#inHeader) return;
    if (firstBody < octets.length) this.#inHeader = false;
    else
      this.#headerTail = (this.#headerTail + Buffer.from(octets.subarray(-3)).toString("latin1")).slice(-3);
  }

  /** The end mark. Resolves when the server has taken the message. @throws SendError, SocketToolsError */
  async close(): Promise<Reply> {
    if (this.#stage !== "content") {
      throw failureOf(stErrorInvalidCommand, "CloseMessage comes after the first Write");
    }
    const transaction = this.#transaction as ManualTransaction;
    this.#stage = "none";
    this.#transaction = undefined;
    let taken = false;
    try {
      const [reply] = await transaction.end();
      if (reply === undefined || reply.code >= 400) {
        const said = reply === undefined ? "" : `: ${describeReply(reply)}`;
        throw failureOf(stErrorMessageRefused, `the server refused the message${said}`);
      }
      taken = true;
      return reply;
    } finally {
      this.transfer.end(taken);
    }
  }

  /** The connection is gone, or the server has forgotten the message. */
  forget(): void {
    if (this.#stage === "content") this.transfer.end(false);
    this.#stage = "none";
    this.#transaction = undefined;
  }

  /** No end mark will be written: the server must not take what it has. */
  abandon(): void {
    this.#transaction?.abandon();
    this.forget();
  }

  #expectNone(): void {
    if (this.#stage !== "none") {
      throw failureOf(stErrorInvalidCommand, "a message is under way: CloseMessage or Reset come first");
    }
  }
}

/** -1 where there is none. */
function firstEightBit(octets: Uint8Array): number {
  for (let at = 0; at < octets.length; at++) if ((octets[at] as number) > 0x7f) return at;
  return -1;
}
