// SendMessage and SubmitMessage, and the methods that make a message step by step.
import {
  stErrorInvalidBuffer,
  stErrorInvalidCommand,
  stErrorInvalidOption,
  stErrorInvalidParameter,
  stErrorMessageTooLarge,
} from "../error-numbers.js";
import { smtpOptionSecureExplicit, smtpOptionSecureImplicit } from "../generated/constants.js";
import type { Given } from "../language/arguments.js";
import { failureOf } from "../outcome.js";
import { recipientOf, recipientsOf, senderOf } from "./addresses.js";
import { deliverDirectly } from "./direct.js";
import { dsnOptions } from "./dsn.js";
import { type MessageContent, octetsOf, sizeOf } from "./message-content.js";
import type { Running } from "./operations.js";
import { sendReady } from "./send-ready.js";
import type { Session } from "./session.js";
import type { SmtpState } from "./smtp-state.js";

type Code = Promise<number>;

export class MessageCalls {
  constructor(private readonly state: SmtpState) {}

  // ---- Messages, ready ones --------------------------------------------------------------------------------------------

  sendMessage(
    given: Given<
      readonly [sender: string, recipient: string, message: MessageContent, options: number | undefined]
    >,
  ): Code {
    return this.state.operations.code(given, async ([sender, recipient, message, options], running) => {
      await this.#send(this.state.connected(), sender, recipient, message, options, running);
    });
  }

  async #send(
    session: Session,
    sender: string,
    recipient: string,
    message: MessageContent,
    options: number | undefined,
    { signal }: Running,
  ): Promise<void> {
    if (this.state.message.stage !== "none") {
      throw failureOf(stErrorInvalidCommand, "a message is under way: CloseMessage or Reset come first");
    }
    const ready = {
      sender: senderOf(sender),
      recipients: recipientsOf(recipient),
      octets: await octetsOf(message),
      dsn: dsnOptions(this.state.settings.delivery | (options ?? 0)),
    };
    this.state.trace.data(ready.octets);
    await sendReady(session.connection, ready, this.state.transfer, signal);
  }

  submitMessage(
    given: Given<
      readonly [sender: string, recipient: string, message: MessageContent, options: number | undefined]
    >,
  ): Code {
    return this.state.operations.code(given, async ([sender, recipient, message, options], running) => {
      if (this.state.isConnected)
        throw failureOf(stErrorInvalidCommand, "SubmitMessage connects by itself: Disconnect comes first");
      if (this.state.settings.hostName.trim() === "" && this.state.settings.hostAddress.trim() === "") {
        this.#refuseSecure(options);
        await this.#deliver(sender, recipient, message, running);
        return;
      }
      const session = await this.state.open({ options }, running);
      this.state.announce();
      try {
        await this.#send(session, sender, recipient, message, undefined, running);
      } finally {
        await session.quit();
      }
    });
  }

  /** @throws SocketToolsError stErrorInvalidOption: exchangers are spoken to over TLS where they have it, which is no promise */
  #refuseSecure(options: number | undefined): void {
    const wanted =
      (options ?? this.state.settings.options) & (smtpOptionSecureExplicit | smtpOptionSecureImplicit);
    if (wanted === 0 && !this.state.settings.secure) return;
    throw failureOf(
      stErrorInvalidOption,
      "TLS cannot be promised of mail exchangers: name a server in HostName",
    );
  }

  async #deliver(
    sender: string,
    recipient: string,
    message: MessageContent,
    { signal }: Running,
  ): Promise<void> {
    const octets = await octetsOf(message);
    if (octets.length === 0) throw failureOf(stErrorInvalidBuffer, "the message is empty");
    const ready = {
      sender: senderOf(sender),
      recipients: recipientsOf(recipient),
      octets,
      dsn: dsnOptions(this.state.settings.delivery),
    };
    const { domain, chosenTimeout } = this.state.settings;
    const ms = (chosenTimeout ?? 0) * 1000;
    const { timeouts, delivery } = this.state.options;
    this.state.transfer.begin(octets.length);
    let done = false;
    try {
      const receipt = await deliverDirectly(
        ready,
        {
          ...(domain.trim() === "" ? {} : { clientName: domain.trim() }),
          // The core's own limits stand unless the program has chosen; the RFC's are right among servers.
          timeouts: {
            ...(ms > 0
              ? { connectMs: ms, greetingMs: ms, commandMs: ms, mailMs: ms, rcptMs: ms, dataMs: ms }
              : {}),
            ...timeouts,
          },
          ...delivery,
        },
        signal,
      );
      this.state.reply = { code: receipt.reply.code, text: receipt.reply.lines.join("\r\n") };
      this.state.transfer.bytes = octets.length;
      done = true;
    } finally {
      this.state.transfer.end(done);
    }
  }

  // ---- Messages, step by step ------------------------------------------------------------------------------------------

  createMessage(given: Given<readonly [sender: string, messageSize: number | undefined]>): Code {
    return this.state.operations.code(given, async ([sender, messageSize], running) => {
      const session = this.state.connected();
      const size = messageSize ?? 0;
      if (size < 0) throw failureOf(stErrorInvalidParameter, "MessageSize is 0 or more octets");
      const limit = session.maxMessageBytes;
      if (limit > 0 && size > limit) {
        throw failureOf(stErrorMessageTooLarge, `the message has ${size} octets, the server takes ${limit}`);
      }
      const from = senderOf(sender);
      await this.state.interruptible(running, session, () =>
        this.state.message.create(session, from, size, dsnOptions(this.state.settings.delivery)),
      );
    });
  }

  addRecipient(given: Given<readonly [recipient: string]>): Code {
    return this.state.operations.code(given, async ([recipient], running) => {
      const session = this.state.connected();
      const to = recipientOf(recipient);
      await this.state.interruptible(running, session, () => this.state.message.addRecipient(to));
    });
  }

  write(given: Given<readonly [buffer: MessageContent, length: number | undefined]>): Code {
    const results = {
      failed: () => -1,
      atOnce: ([buffer, length]: readonly [MessageContent, number | undefined]) => length ?? sizeOf(buffer),
    };
    return this.state.operations.run(given, results, async ([buffer, length], running) => {
      const written = await this.#write(buffer, length, running);
      if (!this.state.settings.blocking) running.whenDone(() => this.state.raise("OnWrite"));
      return written;
    });
  }

  appendMessage(
    given: Given<readonly [message: MessageContent, length: number | undefined, options: number | undefined]>,
  ): Code {
    return this.state.operations.code(given, async ([message, length], running) => {
      await this.#write(message, length, running);
    });
  }

  async #write(content: MessageContent, length: number | undefined, running: Running): Promise<number> {
    const session = this.state.connected();
    const octets = await octetsOf(content, length);
    this.state.trace.data(octets);
    await this.state.interruptible(running, session, () => this.state.message.write(octets));
    return octets.length;
  }

  closeMessage(given: Given<readonly []>): Code {
    return this.state.operations.code(given, async (_values, running) => {
      const session = this.state.connected();
      await this.state.interruptible(running, session, () => this.state.message.close());
    });
  }
}
