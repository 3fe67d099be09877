import { randomBytes } from "node:crypto";
import {
  SMTPServer,
  type SMTPServerAuthentication,
  type SMTPServerDataStream,
  type SMTPServerSession,
} from "smtp-server";
import { CliError } from "../errors.js";
import { type CaughtMessage, caughtEnvelope, caughtSession } from "./caught-message.js";
import { generateCertificate, type ServerCertificate } from "./certificate.js";
import { checkServerOptions, checkWaitOptions } from "./check-options.js";
import { Inbox } from "./inbox.js";
import type { EmbeddedServerOptions, ServerTls } from "./options.js";
import { parseMessage } from "./parsed-message.js";
import { SaidAddresses } from "./said-addresses.js";
import { readSimulation, type Simulation } from "./simulation.js";

const MIB = 1024 * 1024;

/** A running server that takes every message and delivers none. */
export interface EmbeddedServer {
  readonly host: string;
  readonly port: number;
  readonly tls: ServerTls;
  /** Connection URL without credentials, `smtps:` when TLS is implicit. */
  readonly url: string;
  /** PEM of the authority a client must trust; undefined without TLS or with a given certificate. */
  readonly ca: string | undefined;
  /** The newest messages, oldest first. */
  readonly messages: readonly CaughtMessage[];
  /** How many messages arrived in all. */
  readonly messageCount: number;
  /**
   * Resolves when so many messages have arrived in all, within 10,000 ms unless `timeoutMs` says otherwise; rejects with
   * `ERR_CLI_TIMEOUT`, `ERR_CLI_CLOSED`, `ERR_CLI_INVALID_OPTION` or `ERR_CLI_UNKNOWN_OPTION`.
   */
  waitForMessages(
    count: number,
    options?: { timeoutMs?: number | undefined } | undefined,
  ): Promise<readonly CaughtMessage[]>;
  /** A message whose content is coming in has `closeTimeoutMs` to end; all other connections get 421 at once. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a server for development and tests; resolves once it listens.
 *
 * @throws CliError `ERR_CLI_LISTEN`, `ERR_CLI_CERTIFICATE`, `ERR_CLI_UNKNOWN_OPTION`, `ERR_CLI_INVALID_OPTION`
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  checkServerOptions(options);
  const tls = options.tls ?? "starttls";
  const host = options.host ?? "127.0.0.1";
  const certificate =
    tls === "none" ? undefined : (options.certificate ?? (await generateCertificate([host])));
  const server = new CatchingServer(options, host, tls, certificate);
  await server.listen(options.port ?? 0);
  return server;
}

class CatchingServer implements EmbeddedServer {
  readonly host: string;
  readonly tls: ServerTls;
  readonly ca: string | undefined;
  port = 0;

  readonly #options: EmbeddedServerOptions;
  readonly #server: SMTPServer;
  readonly #inbox: Inbox;
  readonly #closeTimeoutMs: number;
  /** Sessions whose content is being taken: these may finish while the server closes. */
  readonly #busy = new Set<string>();
  readonly #said = new SaidAddresses();
  #lastNumber = 0;
  #closing: Promise<void> | undefined;

  constructor(
    options: EmbeddedServerOptions,
    host: string,
    tls: ServerTls,
    certificate: ServerCertificate | undefined,
  ) {
    this.#options = options;
    this.host = host;
    this.tls = tls;
    this.ca = certificate?.ca;
    this.#inbox = new Inbox(options.keepMessages ?? 100);
    this.#closeTimeoutMs = options.closeTimeoutMs ?? 2_000;
    this.#server = this.#create(certificate);
    this.#server.on("error", (error: Error & { remote?: string; meta?: { remoteAddress?: string } }) => {
      const remoteAddress = error.remote ?? error.meta?.remoteAddress ?? null;
      options.onProblem?.({ at: "connection", remoteAddress, error });
    });
  }

  get messages(): readonly CaughtMessage[] {
    return this.#inbox.messages;
  }

  get messageCount(): number {
    return this.#inbox.count;
  }

  get url(): string {
    const host = this.host.includes(":") ? `[${this.host}]` : this.host;
    return `${this.tls === "implicit" ? "smtps" : "smtp"}://${host}:${this.port}`;
  }

  #create(certificate: ServerCertificate | undefined): SMTPServer {
    const { users, hide = [], maxRecipients = 1_000 } = this.#options;
    const disabledCommands: string[] = [];
    if (this.tls !== "starttls") disabledCommands.push("STARTTLS");
    if (users === undefined) disabledCommands.push("AUTH");
    const hidden = Object.fromEntries(hide.map((extension) => [`hide${extension}`, true]));
    try {
      return new SMTPServer({
        name: this.#options.name ?? "localhost",
        banner: "Wirepost embedded server",
        heloResponse: "%s greets %s",
        secure: this.tls === "implicit",
        ...(certificate === undefined
          ? {}
          : { cert: certificate.certificate, key: certificate.key, minVersion: "TLSv1.2" as const }),
        disabledCommands,
        authMethods: ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"],
        size: this.#options.maxMessageBytes ?? 64 * MIB,
        rejectOversized: true,
        maxRecipients,
        maxClients: 200,
        hideDSN: false,
        hideREQUIRETLS: false,
        hideENHANCEDSTATUSCODES: false,
        ...hidden,
        disableReverseLookup: true,
        logger: this.#said.logger,
        socketTimeout: 300_000,
        // 0 would be its default of half a minute.
        closeTimeout: Math.max(1, this.#closeTimeoutMs),
        onAuth: (auth, _session, callback) => {
          const username = this.#login(auth);
          if (username === undefined) {
            // XOAUTH2 tells a failure by an error document, the other mechanisms by the reply (RFC 7628).
            callback(null, auth.method === "XOAUTH2" ? { data: { status: "401", schemes: "bearer" } } : {});
          } else {
            callback(null, { user: { username, mechanism: auth.method } });
          }
        },
        onMailFrom: (address, session, callback) => {
          const simulation = this.#simulation(address.address, "sender");
          void this.#act(simulation, "mail", session).then((error) => {
            if (error === null) this.#said.from(session, address);
            callback(error);
          });
        },
        onRcptTo: (address, session, callback) => {
          // smtp-server counts one that is given twice once.
          if (this.#said.count(session) >= maxRecipients) {
            callback(refusal(452, "Error: too many recipients"));
            return;
          }
          const simulation = this.#simulation(address.address, "recipient");
          void this.#act(simulation, "rcpt", session).then((error) => {
            if (error === null) this.#said.to(session, address);
            callback(error);
          });
        },
        onData: (stream, session, callback) => {
          void this.#take(stream, session)
            .then(
              (message) => callback(null, message),
              (error: Error) => callback(error),
            )
            .finally(() => this.#finished(session));
        },
        onClose: (session) => {
          this.#busy.delete(session.id);
          this.#said.forget(session);
        },
      });
    } catch (cause) {
      throw new CliError(
        "ERR_CLI_CERTIFICATE",
        `the certificate or its key cannot be used: ${(cause as Error).message}`,
        {
          cause,
        },
      );
    }
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (cause: Error & { code?: string }) => {
        const where = `${this.host} port ${port}`;
        reject(
          new CliError("ERR_CLI_LISTEN", `cannot listen on ${where} (${cause.code ?? cause.message})`, {
            cause,
          }),
        );
      };
      this.#server.server.once("error", failed);
      try {
        this.#server.listen(port, this.host, () => {
          this.#server.server.off("error", failed);
          this.port = (this.#server.server.address() as { port: number }).port;
          resolve();
        });
      } catch (cause) {
        failed(cause as Error);
      }
    });
  }

  #login(auth: SMTPServerAuthentication): string | undefined {
    const user = this.#options.users?.find(({ username }) => username === auth.username);
    if (user === undefined) return undefined;
    const proven =
      auth.method === "CRAM-MD5"
        ? auth.validatePassword(user.password)
        : auth.method === "XOAUTH2"
          ? auth.accessToken === user.password
          : auth.password === user.password;
    return proven ? user.username : undefined;
  }

  #simulation(address: string, role: "sender" | "recipient"): Simulation | undefined {
    return this.#options.simulate === true ? readSimulation(address, role) : undefined;
  }

  /** Resolves to the error to answer with; never when the connection is dropped. */
  async #act(
    simulation: Simulation | undefined,
    at: Simulation["at"],
    session: SMTPServerSession,
  ): Promise<Error | null> {
    if (simulation?.at !== at) return null;
    switch (simulation.action) {
      case "reply":
        return refusal(simulation.code, `Simulated refusal at ${at.toUpperCase()}`);
      case "delay":
        await new Promise((resolve) => setTimeout(resolve, simulation.delayMs).unref());
        return null;
      case "drop":
        this.#drop(session);
        return new Promise<never>(() => {});
    }
  }

  #drop(session: SMTPServerSession): void {
    for (const connection of this.#server.connections) {
      if (connection.id === session.id) connection._socket.destroy();
    }
  }

  async #take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    this.#busy.add(session.id);
    const content = await readContent(stream);
    for (const { address } of this.#said.envelope(session).to) {
      const error = await this.#act(this.#simulation(address, "recipient"), "data", session);
      if (error !== null) throw error;
    }
    // rejectOversized answers 552 whatever is returned here.
    if (content === undefined) return "";
    const message = await this.#caught(content, session);
    await this.#deliver(message, session);
    return `Ok: caught as ${message.id}`;
  }

  #finished(session: SMTPServerSession): void {
    this.#busy.delete(session.id);
    if (this.#closing === undefined) return;
    // Time to take the reply and QUIT; then the server is no longer there for this client either.
    setTimeout(() => this.#dismiss((connection) => connection.id === session.id), 200).unref();
  }

  #dismiss(which: (connection: { readonly id: string }) => boolean): void {
    for (const connection of [...this.#server.connections]) {
      if (which(connection)) connection.send(421, "Server shutting down");
    }
  }

  async #caught(content: Uint8Array, session: SMTPServerSession): Promise<CaughtMessage> {
    const parsed = await parseMessage(content).catch(() => null);
    const receivedAt = new Date();
    this.#lastNumber += 1;
    return {
      id: `${receivedAt.toISOString().replace(/[-:.]/g, "")}-${randomBytes(6).toString("hex")}`,
      number: this.#lastNumber,
      receivedAt,
      envelope: caughtEnvelope(session, this.#said.envelope(session)),
      session: caughtSession(session),
      content,
      parsed,
    };
  }

  async #deliver(message: CaughtMessage, session: SMTPServerSession): Promise<void> {
    try {
      const location = await this.#options.store?.save(message);
      await this.#options.onMessage?.(message, location);
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.#options.onProblem?.({ at: "store", remoteAddress: session.remoteAddress, error });
      throw refusal(451, "The message could not be kept");
    }
    this.#inbox.add(message);
  }

  async waitForMessages(count: number, options: { timeoutMs?: number | undefined } = {}) {
    checkWaitOptions(count, options);
    return await this.#inbox.waitFor(count, options.timeoutMs ?? 10_000);
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#inbox.close();
      this.#server.close(() => resolve());
      // smtp-server waits the whole grace period for everybody; those with nothing under way need none.
      this.#dismiss(({ id }) => !this.#busy.has(id));
    });
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Reads what is coming in, up to the limit: undefined when it exceeded it. */
async function readContent(stream: SMTPServerDataStream): Promise<Uint8Array | undefined> {
  let chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (stream.sizeExceeded) chunks = [];
    else chunks.push(chunk);
  }
  if (stream.sizeExceeded) return undefined;
  const content = Buffer.concat(chunks);
  return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
}

function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}
