// The implementation behind both doors' class SMTP: properties, runs, and what they share.
import type { CertificateInfo } from "@wirepost/socket-core";
import { certificateStates } from "./certificate/certificate-state.js";
import { Link } from "./connection/link.js";
import { Setup } from "./connection/setup.js";
import type { Fail } from "./failure.js";
import type { EventFields, EventName, Host } from "./host.js";
import { makeDialing } from "./make-dialing.js";
import { BodyStream, type MessageStream } from "./message/body-stream.js";
import { MessageState } from "./message/message-state.js";
import { composeParts, type Outgoing } from "./message/outgoing.js";
import { BCC, CC, type RecipientState, TO } from "./message/recipient.js";
import { processQueue, queueMessage } from "./queue/process-queue.js";
import { Registry } from "./registry.js";
import { type Run, type RunLimits, Runs } from "./run.js";
import { type SendHost, Sending, type Verb } from "./send.js";
import { settingSources } from "./setting-sources.js";
import { type Edition, Settings } from "./settings.js";

const EMPTY = new Uint8Array(0);

export class Mailer {
  readonly #host: Host;
  readonly fail: Fail;
  readonly settings: Settings;
  readonly draft: MessageState;
  readonly link: Link;
  readonly #runs: Runs;
  #handlerError: { readonly error: unknown } | undefined;

  readonly setup: Setup;
  /** Another object for each certificate: a program may keep one, or accept it by SSLAcceptServerCert. */
  sslServerCert: object;
  #sentHead: { readonly of: string; readonly head: string } | undefined;
  #transferText: Uint8Array = EMPTY;

  constructor(host: Host, edition: Edition) {
    this.#host = host;
    this.fail = host.fail;
    // There is no other way to stop waiting for a reply than to give up the connection.
    this.#runs = new Runs(host.fail, () => this.link.drop());
    this.settings = new Settings(edition, host.fail, settingSources(this, edition));
    const { settings } = this;
    this.draft = new MessageState(host, {
      get charset() {
        return settings.text("Charset");
      },
      get foldHeaders() {
        return settings.truth("FoldHeaders");
      },
      get maxHeaderLength() {
        return settings.number("MaxHeaderLength");
      },
      get messageIdAlgorithm() {
        return settings.text("MessageIdAlgorithm");
      },
    });
    this.setup = new Setup(host, () => this.link);
    this.sslServerCert = host.newCertificate();
    this.link = new Link({
      fail: host.fail,
      raise: (event, fields) => this.raise(event, fields),
      showCertificate: (info) => this.#showCertificate(info),
      acceptsUnasked: (info) =>
        certificateStates.of(this.setup.sslAcceptServerCert).info?.fingerprints.sha256 ===
        info.fingerprints.sha256,
    });
  }

  #showCertificate(info: CertificateInfo | undefined): void {
    this.sslServerCert = this.#host.newCertificate();
    certificateStates.of(this.sslServerCert).show(info);
  }

  // ---- Properties that are more than a value ---------------------------------------------------------------------------

  get connected(): boolean {
    return this.link.connected;
  }

  get idle(): boolean {
    return this.#runs.current === undefined;
  }

  get lastReply(): string {
    return this.link.lastReply;
  }

  get messageRecipients(): object {
    return this.draft.recipients.list;
  }
  set messageRecipients(list: object) {
    this.draft.recipients.list = list;
  }

  get messageHeaders(): object {
    return this.#host.newHeaderList(this.#blank ? [] : this.draft.rows());
  }

  /** With the empty line at its end; what was sent, once it was and nothing has changed since. */
  get messageHeadersString(): string {
    if (this.#blank) return this.#sentHead?.of === "" ? this.#sentHead.head : "";
    const headers = this.draft.headers();
    return this.#sentHead?.of === headers ? this.#sentHead.head : `${headers}\r\n`;
  }

  /** Nothing was filled in yet. */
  get #blank(): boolean {
    const { from, subject, otherHeaders, replyTo, recipients } = this.draft;
    return from + subject + otherHeaders + replyTo === "" && recipients.all.length === 0;
  }

  /** TransferText: one character for each octet where the text is not UTF-8. */
  get transferText(): string {
    const buffer = Buffer.from(this.#transferText);
    const text = buffer.toString("utf8");
    return text.includes("\ufffd") ? buffer.toString("latin1") : text;
  }

  // ---- Methods ---------------------------------------------------------------------------------------------------------

  config(configuration: string): string {
    return this.settings.config(configuration);
  }

  async connect(signal?: AbortSignal | undefined): Promise<void> {
    if (this.link.connected && this.idle) throw this.fail(104, "already connected");
    await this.#run("Connect", signal, (run) => this.#connect(run));
  }

  async disconnect(signal?: AbortSignal | undefined): Promise<void> {
    if (!this.link.connected && this.idle) return;
    await this.#run("Disconnect", signal, () => this.#disconnect(false));
  }

  async doEvents(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  interrupt(): void {
    this.#runs.interrupt();
  }

  async send(signal?: AbortSignal | undefined): Promise<void> {
    await this.#sendAs("Send", "MAIL", signal);
  }

  async sendToTerminalOnly(signal?: AbortSignal | undefined): Promise<void> {
    await this.#sendAs("SendToTerminalOnly", "SEND", signal);
  }

  async sendToTerminalOrEmail(signal?: AbortSignal | undefined): Promise<void> {
    await this.#sendAs("SendToTerminalOrEmail", "SOML", signal);
  }

  async sendToTerminalAndEmail(signal?: AbortSignal | undefined): Promise<void> {
    await this.#sendAs("SendToTerminalAndEmail", "SAML", signal);
  }

  async expand(address: string, signal?: AbortSignal | undefined): Promise<void> {
    await this.#run("Expand", signal, async (run) => {
      const connection = await this.#connection(run);
      const reply = await connection.expand(address, { signal: run.signal });
      for (const line of reply.lines) this.raise("Expand", { address: withoutCode(line, reply.enhanced) });
    });
  }

  async verify(address: string, signal?: AbortSignal | undefined): Promise<void> {
    await this.#run("Verify", signal, async (run) => {
      const connection = await this.#connection(run);
      await connection.verify(address, { signal: run.signal });
    });
  }

  async sendCommand(command: string, signal?: AbortSignal | undefined): Promise<void> {
    await this.#run("SendCommand", signal, async (run) => {
      const { connection } = this.link;
      if (connection === undefined) throw this.fail(212, "not connected");
      if (/^\s*(?:AUTH|BDAT|DATA|STARTTLS)\b/i.test(command))
        throw this.fail(211, "this command needs more than a line: use the properties for it");
      this.link.taint();
      await connection.command(command, { signal: run.signal });
    });
  }

  async queue(directory: string, signal?: AbortSignal | undefined): Promise<string> {
    return await this.#run("Queue", signal, (run) => queueMessage(this, directory, run));
  }

  async processQueue(directory: string, signal?: AbortSignal | undefined): Promise<void> {
    await this.#run("ProcessQueue", signal, async (run) => {
      const stood = this.link.connected;
      await processQueue(this, directory, run);
      if (!stood) await this.#disconnect(true);
    });
  }

  dispose(): void {
    this.#runs.interrupt();
    this.link.drop();
  }

  /** @throws 166 */
  reset(): void {
    this.#notRunning("Reset");
    this.link.drop();
    this.setup.reset();
    this.#showCertificate(undefined);
    this.settings.reset();
    this.draft.resetHeaders();
    this.draft.returnPath = this.draft.messageText = "";
    this.draft.message = EMPTY;
    this.draft.stream = undefined;
    this.#transferText = EMPTY;
    this.#sentHead = undefined;
    this.link.lastReply = "";
  }

  /** @throws 166 */
  resetHeaders(): void {
    this.#notRunning("ResetHeaders");
    this.draft.resetHeaders();
  }

  setMessageStream(stream: MessageStream | null | undefined): void {
    this.draft.stream =
      stream === null || stream === undefined ? undefined : new BodyStream(stream, this.fail);
  }

  #notRunning(name: string): void {
    const { current } = this.#runs;
    if (current !== undefined) throw this.fail(166, `${name}: ${current.name} is running`);
  }

  // ---- How they run ----------------------------------------------------------------------------------------------------

  async #run<Result>(
    name: string,
    signal: AbortSignal | undefined,
    work: (run: Run) => Promise<Result>,
  ): Promise<Result> {
    if (!this.idle) return this.#runs.run(name, { absoluteMs: undefined, signal }, work);
    this.#handlerError = undefined;
    this.link.hold(true, this.silenceMs);
    try {
      const result = await this.#runs.run(name, this.#limits(signal), work);
      this.#rethrow();
      return result;
    } catch (error) {
      this.#rethrow();
      throw error;
    } finally {
      this.link.hold(false, 0);
    }
  }

  /** What a handler threw comes out of the method that fired the event, as it does where methods block. */
  #rethrow(): void {
    const thrown = this.#handlerError;
    this.#handlerError = undefined;
    if (thrown !== undefined) throw thrown.error;
  }

  #limits(signal: AbortSignal | undefined): RunLimits {
    const absolute = this.settings.truth("AbsoluteTimeout") && this.setup.timeout > 0;
    return { absoluteMs: absolute ? this.setup.timeout * 1000 : undefined, signal };
  }

  /** Milliseconds of silence until a method fails; 0: never. */
  get silenceMs(): number {
    return this.settings.truth("AbsoluteTimeout") ? 0 : Math.max(0, this.setup.timeout) * 1000;
  }

  raise<Name extends EventName>(event: Name, fields: EventFields[Name]): void {
    try {
      this.#host.raise(event, fields);
    } catch (error) {
      if (this.idle) {
        // Between two calls there is nobody to tell.
        queueMicrotask(() => {
          throw error;
        });
        return;
      }
      this.#handlerError ??= { error };
      throw error;
    }
  }

  /** What stands in the way of a connection before anybody is called. @throws 102, 116, 163, 213 */
  checkServer(): void {
    const { serverName, mailPort } = this.setup;
    if (serverName === "" || serverName === "*") throw this.fail(163, "MailServer is not set");
    if (mailPort === 0) throw this.fail(116, "MailPort is zero");
    if (this.settings.truth("FirewallListener"))
      throw this.fail(213, "FirewallListener is on, and nothing listens here");
    if (/^0+(?:\.0+){0,3}$/.test(serverName)) throw this.fail(102, "the server's address is 0.0.0.0");
  }

  async #connect(run: Run): Promise<void> {
    this.checkServer();
    const dialing = await makeDialing(this);
    run.check();
    await this.link.open(dialing, run);
  }

  async #connection(run: Run): Promise<NonNullable<Link["connection"]>> {
    if (!this.link.connected) await this.#connect(run);
    const { connection } = this.link;
    if (connection === undefined) throw this.fail(1120, "the server closed the connection");
    return connection;
  }

  async #disconnect(quietly: boolean): Promise<void> {
    await this.link.close({ linger: this.settings.truth("Linger"), quietly });
  }

  // ---- Sending ---------------------------------------------------------------------------------------------------------

  async #sendAs(name: string, verb: Verb, signal: AbortSignal | undefined): Promise<void> {
    await this.#run(name, signal, async (run) => {
      const outgoing = this.outgoing();
      // What cannot be sent at all is found before anybody is called.
      await outgoing.composed(true);
      if (verb !== "MAIL" && !this.setup.allowExtensions)
        throw this.fail(161, `${verb} needs AllowExtensions`);
      const stood = this.link.connected;
      await this.transmit(outgoing, verb, run);
      this.draft.noteSent();
      this.#closeStream();
      if (!stood) await this.#disconnect(true);
    });
  }

  /** A message over the connection, which is made when there is none. */
  async transmit(outgoing: Outgoing, verb: Verb, run: Run): Promise<void> {
    const connection = await this.#connection(run);
    await new Sending(this.#sendHost(outgoing), this.link, connection, run).send(outgoing, verb);
  }

  #sendHost(outgoing: Outgoing): SendHost {
    const ours = "headers" in outgoing ? String(outgoing.headers) : "";
    return {
      fail: this.fail,
      settings: this.settings,
      raise: (event, fields) => this.raise(event, fields),
      noteHead: (head) => {
        this.#sentHead = { of: ours, head: Buffer.from(head).toString("utf8") };
      },
      noteText: (text) => {
        this.#transferText = text;
      },
    };
  }

  /** The message as the properties describe it. @throws 163, 164, 165, 302, 10022, 434 */
  outgoing(forQueue = false): Outgoing & { readonly headers: string } {
    if (!forQueue && this.setup.serverName === "") throw this.fail(163, "MailServer is not set");
    const sender = this.draft.sender();
    const recipients = this.#recipients();
    this.draft.begin();
    const headers = this.draft.headers();
    const ready = this.draft.message.length > 0;
    const body = this.draft.body();
    return {
      sender,
      recipients,
      headers,
      composed: once((eightBit) => composeParts(headers, body, { ready, eightBit, fail: this.fail })),
    };
  }

  /** To, Cc and BCc in this order. @throws 165 */
  #recipients(): readonly RecipientState[] {
    const all = this.draft.recipients.all;
    const some = all.length > 0 && this.settings.truth("AllowEmptyTo");
    if (!some && !all.some(({ recipientType }) => recipientType === TO))
      throw this.fail(165, "SendTo is not set");
    return [TO, CC, BCC].flatMap((kind) => all.filter(({ recipientType }) => recipientType === kind));
  }

  #closeStream(): void {
    if (this.settings.truth("CloseStreamAfterTransfer")) this.draft.stream?.close();
  }

  /** After a message was queued. */
  noteQueued(): void {
    this.draft.noteSent();
    this.#closeStream();
  }
}

export const mailers: Registry<Mailer> = new Registry("SMTP");

/** Looked at before anybody is called, a message is not composed again for a server that takes it so. */
function once(compose: Outgoing["composed"]): Outgoing["composed"] {
  const made = new Map<boolean, ReturnType<typeof compose>>();
  return (eightBit) => {
    const ready = made.get(eightBit) ?? compose(eightBit);
    made.set(eightBit, ready);
    return ready;
  };
}

function withoutCode(line: string, enhanced: string | undefined): string {
  return enhanced !== undefined && line.startsWith(`${enhanced} `) ? line.slice(enhanced.length + 1) : line;
}
