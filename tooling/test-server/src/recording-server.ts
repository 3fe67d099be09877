// A well-behaved SMTP (or LMTP) server that keeps every message it accepts, octet for octet, and refuses by local part.
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerAuthentication,
  type SMTPServerOptions,
  type SMTPServerSession,
} from "smtp-server";
import type { TestIdentity } from "./certificates.js";

/** One address of the envelope with the parameters that came with it, keywords in upper case. */
export interface RecordedAddress {
  readonly address: string;
  readonly parameters: Readonly<Record<string, string | true>>;
}

export interface RecordedMessage {
  /** An empty address is the null sender. */
  readonly from: RecordedAddress;
  /** Those that were accepted, in order. For LMTP: those that also got a 250 after the data. */
  readonly to: readonly RecordedAddress[];
  /** What was between DATA and the end of data, dots unstuffed, nothing else changed. */
  readonly content: Uint8Array;
  /** One character per octet. */
  readonly text: string;
  /** Who logged in. */
  readonly user: string | undefined;
  readonly secure: boolean;
  /** The name in EHLO, HELO or LHLO. */
  readonly clientName: string;
  /** Counts the connections of this server, from 0. */
  readonly connection: number;
}

export interface RecordingServerOptions {
  /** Default "127.0.0.1". */
  host?: string | undefined;
  /** Default 0: any free port. */
  port?: number | undefined;
  /** Offers STARTTLS with this identity, or speaks TLS from the start with `implicitTls`. Without: no TLS at all. */
  tls?: Pick<TestIdentity, "certificate" | "key"> | undefined;
  implicitTls?: boolean | undefined;
  /** User names and passwords (for XOAUTH2: tokens). Given: a login is required. */
  users?: Readonly<Record<string, string>> | undefined;
  /** Default `["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"]`. */
  mechanisms?: readonly string[] | undefined;
  /** Offer AUTH before TLS too; default: only when there is no TLS. */
  allowClearTextAuth?: boolean | undefined;
  /** Announced and enforced; default: SIZE without a number. */
  sizeBytes?: number | undefined;
  /** Extensions not to offer. */
  without?:
    | readonly (
        | "PIPELINING"
        | "8BITMIME"
        | "SMTPUTF8"
        | "ENHANCEDSTATUSCODES"
        | "DSN"
        | "SIZE"
        | "STARTTLS"
        | "AUTH"
      )[]
    | undefined;
  lmtp?: boolean | undefined;
  /** Wait before the reply to the end of data; default 0. */
  dataReplyDelayMs?: number | undefined;
  /** Anything else smtp-server knows. */
  server?: SMTPServerOptions | undefined;
}

export interface RecordingServer {
  readonly host: string;
  readonly port: number;
  /** Accepted messages in the order of their final replies. */
  readonly messages: readonly RecordedMessage[];
  /** Every login that was tried: the mechanism, the name and whether it was right. */
  readonly logins: readonly {
    readonly mechanism: string;
    readonly user: string | undefined;
    readonly ok: boolean;
  }[];
  /** Connections accepted so far. */
  readonly connectionCount: number;
  /** Connections open now. */
  readonly openConnections: number;
  /** Faults that smtp-server reported (failed handshakes, resets), in order. */
  readonly errors: readonly Error[];
  /** Resolves with all messages once at least `count` have arrived. */
  arrived(count: number): Promise<readonly RecordedMessage[]>;
  /** Forgets the messages and logins recorded so far. */
  clear(): void;
  /** Drops all connections and stops listening. Never throws. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/**
 * What a local part asks for: `reject550@`, `temp450@` (any 5yz or 4yz code) when the address is named (MAIL or RCPT);
 * `dataReject@`, `dataReject554@`, `dataTemp@`, `dataTemp452@` after the data; `slow200@` waits 200 ms, then accepts.
 */
export function refusalOf(
  address: string,
  phase: "address" | "data",
): { code: number; text: string } | undefined {
  const localPart = address.slice(0, address.lastIndexOf("@")).toLowerCase();
  const match =
    phase === "address"
      ? /^(reject|temp)(\d{3})/.exec(localPart)
      : /^data(reject|temp)(\d{3})?/.exec(localPart);
  if (match === null) return undefined;
  const code = match[2] === undefined ? (match[1] === "reject" ? 550 : 451) : Number(match[2]);
  return { code, text: `${localPart} is refused as asked` };
}

async function judgeAddress(address: string): Promise<Error | null> {
  const wait = /^slow(\d+)/i.exec(address);
  if (wait !== null) await sleep(Number(wait[1]));
  const refused = refusalOf(address, "address");
  return refused === undefined ? null : refusal(refused.code, refused.text);
}

function recorded(address: SMTPServerAddress | false): RecordedAddress {
  if (address === false) return { address: "", parameters: {} };
  return { address: address.address, parameters: address.args === false ? {} : { ...address.args } };
}

function checkLogin(login: SMTPServerAuthentication, users: Readonly<Record<string, string>>): boolean {
  const expected = login.username === undefined ? undefined : users[login.username];
  if (expected === undefined) return false;
  if (login.method === "CRAM-MD5") return login.validatePassword(expected);
  return login.method === "XOAUTH2" ? login.accessToken === expected : login.password === expected;
}

function serverOptions(options: RecordingServerOptions): SMTPServerOptions {
  const without = new Set(options.without ?? []);
  const disabled: string[] = [];
  if (options.tls === undefined || options.implicitTls || without.has("STARTTLS")) disabled.push("STARTTLS");
  if (options.users === undefined || without.has("AUTH")) disabled.push("AUTH");
  return {
    name: "recorder.example.test",
    secure: options.implicitTls ?? false,
    ...(options.tls === undefined ? {} : { cert: options.tls.certificate, key: options.tls.key }),
    authMethods: [...(options.mechanisms ?? ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"])],
    authOptional: options.users === undefined,
    allowInsecureAuth: options.allowClearTextAuth ?? options.tls === undefined,
    disabledCommands: disabled,
    hidePIPELINING: without.has("PIPELINING"),
    hide8BITMIME: without.has("8BITMIME"),
    hideSMTPUTF8: without.has("SMTPUTF8"),
    hideENHANCEDSTATUSCODES: without.has("ENHANCEDSTATUSCODES"),
    hideDSN: without.has("DSN"),
    ...(without.has("SIZE")
      ? { hideSize: true }
      : { size: options.sizeBytes ?? 64 * 1024 * 1024, rejectOversized: true }),
    lmtp: options.lmtp ?? false,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 50,
    maxAllowedUnauthenticatedCommands: false,
    ...options.server,
  };
}

/** Starts the server on a free loopback port. */
export async function recordingServer(options: RecordingServerOptions = {}): Promise<RecordingServer> {
  const messages: RecordedMessage[] = [];
  const logins: { mechanism: string; user: string | undefined; ok: boolean }[] = [];
  const errors: Error[] = [];
  const waiting: { count: number; resolve: (all: readonly RecordedMessage[]) => void }[] = [];
  const sockets = new Set<Socket>();
  const connectionNumbers = new Map<string, number>();
  let connectionCount = 0;

  function keep(session: SMTPServerSession, to: readonly SMTPServerAddress[], content: Uint8Array): void {
    messages.push({
      from: recorded(session.envelope.mailFrom),
      to: to.map(recorded),
      content,
      get text() {
        return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString("latin1");
      },
      user: typeof session.user === "string" ? session.user : undefined,
      secure: session.secure,
      clientName: session.hostNameAppearsAs,
      connection: connectionNumbers.get(session.id) ?? -1,
    });
    for (const waiter of waiting.splice(0)) {
      if (messages.length >= waiter.count) waiter.resolve(messages);
      else waiting.push(waiter);
    }
  }

  const server = new SMTPServer({
    ...serverOptions(options),
    onConnect: (session, done) => {
      connectionNumbers.set(session.id, connectionCount++);
      done();
    },
    onAuth: (login, _session, done) => {
      const ok = checkLogin(login, options.users ?? {});
      logins.push({ mechanism: login.method, user: login.username, ok });
      if (ok) done(null, { user: login.username });
      else if (login.method === "XOAUTH2")
        done(null, { data: { status: "401", schemes: "bearer", scope: "mail" } });
      else done(refusal(535, "Invalid user name or password"));
    },
    onMailFrom: (address, _session, done) => {
      judgeAddress(address.address).then(done);
    },
    onRcptTo: (address, _session, done) => {
      judgeAddress(address.address).then(done);
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("error", (error: Error) => errors.push(error));
      stream.on("end", async () => {
        if (options.dataReplyDelayMs !== undefined) await sleep(options.dataReplyDelayMs);
        const content = new Uint8Array(Buffer.concat(chunks));
        const recipients = session.envelope.rcptTo;
        if (stream.sizeExceeded) return done(refusal(552, "Message exceeds fixed maximum message size"));
        const verdicts = recipients.map((recipient) => refusalOf(recipient.address, "data"));
        if (options.lmtp) {
          const accepted = recipients.filter((_, i) => verdicts[i] === undefined);
          if (accepted.length > 0) keep(session, accepted, content);
          return done(
            null,
            verdicts.map((verdict) =>
              verdict === undefined ? "2.0.0 delivered" : refusal(verdict.code, verdict.text),
            ),
          );
        }
        const refused = verdicts.find((verdict) => verdict !== undefined);
        if (refused !== undefined) return done(refusal(refused.code, refused.text));
        keep(session, recipients, content);
        done(null, `queued as ${messages.length}`);
      });
    },
  });
  server.on("error", (error: Error) => errors.push(error));
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => sockets.delete(socket));
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port } = server.server.address() as AddressInfo;

  const close = async () => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  };

  return {
    host: options.host ?? "127.0.0.1",
    port,
    messages,
    logins,
    errors,
    get connectionCount() {
      return connectionCount;
    },
    get openConnections() {
      return sockets.size;
    },
    arrived: (count) =>
      messages.length >= count
        ? Promise.resolve(messages)
        : new Promise((resolve) => waiting.push({ count, resolve })),
    clear: () => {
      messages.length = 0;
      logins.length = 0;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
