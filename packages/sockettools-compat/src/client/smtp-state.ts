// What stands behind an SmtpClient: its properties, its connection and its calls.
import { hostname } from "node:os";
import type { SendError, TranscriptEntry } from "@wirepost/smtp-client";
import type { Reply } from "@wirepost/smtp-protocol";
import { stErrorInvalidCommand, stErrorNotConnected } from "../error-numbers.js";
import type { SocketToolsError } from "../errors.js";
import {
  smtpStateCommand,
  smtpStateConnecting,
  smtpStateDisconnecting,
  smtpStateEnvelope,
  smtpStateIdle,
  smtpStateMessage,
  smtpStateUnconnected,
} from "../generated/constants.js";
import type { Given } from "../language/arguments.js";
import { raise } from "../language/events.js";
import { Registry } from "../language/registry.js";
import { failureOf, Outcome } from "../outcome.js";
import { TraceLog } from "../trace/trace-log.js";
import type { ClientOptions } from "./client-options.js";
import { type ConnectArguments, planConnection } from "./connect-plan.js";
import { ManualMessage } from "./manual-message.js";
import { MessageCalls } from "./message-calls.js";
import { type OperationHost, Operations, type Running } from "./operations.js";
import { QuestionCalls } from "./question-calls.js";
import { SecureFacts } from "./secure-facts.js";
import { Session, type SessionHost } from "./session.js";
import { Settings } from "./settings.js";
import { Transfer } from "./transfer.js";

/** By its client; see Registry. */
export const smtpStates = new Registry<SmtpState>("SmtpClient");

type Code = Promise<number>;

export class SmtpState implements OperationHost, SessionHost {
  readonly settings = new Settings();
  readonly outcome = new Outcome();
  readonly transfer = new Transfer((event, ...args) => this.raise(event, ...args));
  readonly trace = new TraceLog((failure) => this.#traceFailed(failure));
  reply = { code: 0, text: "" };
  secure = new SecureFacts();
  options: ClientOptions = {};
  isInitialized = false;
  readonly operations = new Operations(this);
  readonly messages = new MessageCalls(this);
  readonly questions = new QuestionCalls(this);
  readonly message = new ManualMessage(this.transfer);
  #session: Session | undefined;
  /** What Extended says since the last Connect; undefined: what was assigned. */
  #extended: boolean | undefined;
  /** OnConnect was fired, and OnDisconnect not yet. */
  #announced = false;
  /** What ended the connection inside a message, while no call was under way. */
  #unheard: SendError | undefined;

  constructor(private readonly owner: object) {}

  raise(event: string, ...args: readonly unknown[]): void {
    raise(this.owner, event, args);
  }

  // ---- What the properties say -----------------------------------------------------------------------------------------

  get isConnected(): boolean {
    return this.#session?.isOpen === true;
  }

  get isBlocked(): boolean {
    return this.operations.busy;
  }

  get isWritable(): boolean {
    return this.isConnected && !this.operations.busy;
  }

  get extended(): boolean {
    return this.#extended ?? this.settings.extended;
  }

  set extended(value: boolean) {
    this.settings.extended = value;
    this.#extended = undefined;
  }

  get keepAlive(): boolean {
    return this.settings.keepAlive;
  }

  set keepAlive(value: boolean) {
    this.settings.keepAlive = value;
    this.#session?.setKeepAlive(value);
  }

  /** Of a connection that stands, the truth; otherwise what the next one is to be. */
  get isSecure(): boolean {
    return this.isConnected ? this.#session?.secured === true : this.settings.secure;
  }

  set isSecure(value: boolean) {
    this.settings.secure = value;
  }

  get secureProtocol(): number {
    return this.secure.protocol || this.settings.secureProtocol;
  }

  set secureProtocol(value: number) {
    this.settings.secureProtocol = value;
  }

  get localAddress(): string {
    return this.isConnected ? (this.#session?.localAddress ?? "") : "";
  }

  get localName(): string {
    return this.isConnected ? hostname() : "";
  }

  get messageSize(): number {
    return this.#session?.maxMessageBytes ?? 0;
  }

  get stateNumber(): number {
    const current = this.operations.current;
    if (current === "Connect") return smtpStateConnecting;
    if (!this.isConnected) return current === "SubmitMessage" ? smtpStateConnecting : smtpStateUnconnected;
    if (current === "Disconnect") return smtpStateDisconnecting;
    if (this.message.stage === "content") return smtpStateMessage;
    if (current !== undefined) return smtpStateCommand;
    return this.message.stage === "envelope" ? smtpStateEnvelope : smtpStateIdle;
  }

  // ---- For the calls (OperationHost) -----------------------------------------------------------------------------------

  get blocking(): boolean {
    return this.settings.blocking;
  }

  get throwError(): boolean {
    return this.settings.throwError;
  }

  began(): void {
    this.#session?.holdProcess(true);
  }

  ended(method: string, result: unknown, failure: SocketToolsError | undefined): void {
    // A program that has nothing left to do ends, as its control would have been destroyed.
    this.#session?.holdProcess(this.operations.busy);
    this.trace.result(method, result, failure);
  }

  settled(): void {
    this.#tellDisconnect();
  }

  #traceFailed(failure: SocketToolsError): void {
    this.outcome.record(failure);
    this.raise("OnError", failure.Number, failure.message);
  }

  whenIdle(): Promise<void> {
    return this.operations.whenIdle();
  }

  // ---- From the connection (SessionHost) -------------------------------------------------------------------------------

  replied(verb: string, { code, lines }: Reply): void {
    // A challenge can hold what is derived from a password.
    const text = verb === "AUTH" && code === 334 ? "" : lines.join("\r\n");
    this.reply = { code, text };
    if (verb !== "") this.raise("OnCommand", code, text);
  }

  transcribed(entry: TranscriptEntry): void {
    this.trace.entry(entry);
  }

  closed(session: Session, error: SendError): void {
    if (session !== this.#session) return;
    // Between two pieces of a message nobody waits: the next call is told why there is nothing to go on with.
    if (this.message.stage === "content" && !this.operations.busy) this.#unheard = error;
    this.message.forget();
    // Inside a call the event comes behind the call's own.
    if (!this.operations.busy) this.#tellDisconnect();
  }

  #tellDisconnect(): void {
    if (!this.#announced || this.isConnected) return;
    this.#announced = false;
    this.raise("OnDisconnect");
  }

  // ---- Connecting ------------------------------------------------------------------------------------------------------

  connect(
    given: Given<
      readonly [
        host: string | undefined,
        port: number | undefined,
        userName: string | undefined,
        password: string | undefined,
        timeout: number | undefined,
        options: number | undefined,
      ]
    >,
  ): Code {
    return this.operations.code(
      given,
      async ([remoteHost, remotePort, userName, password, timeout, options], running) => {
        await this.open({ remoteHost, remotePort, userName, password, timeout, options }, running);
        running.whenDone(() => this.announce());
      },
    );
  }

  async open(args: ConnectArguments, { signal }: Running): Promise<Session> {
    if (this.isConnected)
      throw failureOf(stErrorInvalidCommand, "there is a connection: Disconnect comes first");
    const plan = planConnection(this.settings, args);
    this.trace.hide(plan.password);
    this.trace.hide(this.settings.bearerToken);
    this.secure = new SecureFacts();
    this.#unheard = undefined;
    this.reply = { code: 0, text: "" };
    const session = new Session(plan, this);
    await session.open(signal);
    // From here on the connection's end is this client's concern.
    this.#session = session;
    this.noteExtended(session);
    if (plan.userName === "") return session;
    try {
      await session.authenticate(this.#login(plan.userName, plan.password, undefined), signal);
    } catch (error) {
      await session.quit();
      throw error;
    }
    return session;
  }

  /** Fires OnConnect. */
  announce(): void {
    if (!this.isConnected) return;
    this.#announced = true;
    this.raise("OnConnect");
  }

  /** What Extended says from now on. */
  noteExtended({ extended }: Pick<Session, "extended">): void {
    this.#extended = extended;
  }

  authenticate(
    given: Given<
      readonly [userName: string | undefined, password: string | undefined, authType: number | undefined]
    >,
  ): Code {
    return this.operations.code(given, async ([userName, password, authType], { signal }) => {
      const session = this.connected();
      const login = this.#login(
        userName ?? this.settings.userName,
        password ?? this.settings.password,
        authType,
      );
      // Connect has logged in with names that were its arguments alone.
      if (login.userName === "" && session.loggedIn) return;
      this.trace.hide(login.password);
      this.trace.hide(login.bearerToken);
      await session.authenticate(login, signal);
    });
  }

  #login(userName: string, password: string, authType: number | undefined) {
    const { bearerToken, chosenAuthType } = this.settings;
    return { userName, password, bearerToken, authType: authType ?? chosenAuthType };
  }

  disconnect(given: Given<readonly []>): Code {
    return this.operations.code(given, () => this.disconnectNow());
  }

  async disconnectNow(): Promise<void> {
    await this.#session?.quit();
  }

  /** @throws SocketToolsError stErrorNotConnected */
  connected(): Session {
    if (this.#session?.isOpen === true) return this.#session;
    const unheard = this.#unheard;
    this.#unheard = undefined;
    throw unheard ?? failureOf(stErrorNotConnected);
  }

  initialize(_licenseKey: string | undefined): number {
    this.isInitialized = true;
    return 0;
  }

  uninitialize(): void {
    this.isInitialized = false;
    this.cancel();
    this.#session?.destroy();
  }

  /** What is under way ends with the cancel code. A step that cannot be taken back ends the connection. */
  cancel(): number {
    this.operations.cancel();
    return 0;
  }

  /** A step that waits for replies without a signal of its own. */
  async interruptible<T>({ signal }: Running, session: Session, step: () => Promise<T>): Promise<T> {
    const onAbort = (): void => session.destroy();
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await step();
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  reset(given: Given<readonly []>): Code {
    return this.operations.code(given, (_values, running) => this.resetNow(running));
  }

  /** @throws SendError */
  async resetNow({ signal }: Pick<Running, "signal">): Promise<void> {
    const session = this.#session;
    if (session?.isOpen !== true) return;
    if (this.message.stage === "content") {
      this.message.abandon();
      session.destroy();
      return;
    }
    await session.connection.reset({ signal });
    this.message.forget();
  }
}
