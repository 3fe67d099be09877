import { ClientProtocol, type Command, commandLine, type Exchange, NEED_DATA } from "@wirepost/smtp-protocol";
import { connect, type Socket, type TlsInfo, type TlsOptions } from "@wirepost/socket-core";
import type { Say } from "./entry.js";
import { codeOf, WiretapError } from "./errors.js";
import { latin1 } from "./octet-tape.js";
import { lineText } from "./octet-text.js";
import type { ServerOptions, TlsMode } from "./options.js";

/** A connection to the server, as secure as was asked for. */
export interface OpenServer {
  readonly socket: Socket;
  /** What the server said before TLS and the client is still to hear: its greeting. */
  readonly greeting: Uint8Array;
  /** The greeting was a refusal, so that TLS was not begun: no octet of the client may go to this server. */
  readonly refused: boolean;
}

export interface OpenServerSettings {
  readonly server: ServerOptions & { readonly tls: TlsMode };
  readonly lmtp: boolean;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Connects, and begins TLS by STARTTLS where it is asked for; then the greeting has been read, and nothing else.
 * @throws SocketError, SmtpProtocolError; WiretapError `ERR_WIRETAP_SERVER_REFUSED`, `ERR_WIRETAP_SERVER_CLOSED`
 */
export async function openServer(settings: OpenServerSettings, say: Say): Promise<OpenServer> {
  const { server, signal, idleTimeoutMs } = settings;
  const tls: TlsOptions = {
    verify: server.verify,
    ca: server.ca,
    servername: server.servername,
    signal,
  };
  const socket = await connect({
    host: server.host,
    port: server.port,
    allowHalfOpen: true,
    idleTimeoutMs,
    signal,
    ...(server.tls === "implicit" ? { tls } : {}),
  });
  if (socket.tls !== undefined) say("event", securedText("server", socket.tls));
  if (server.tls !== "starttls") return { socket, greeting: new Uint8Array(), refused: false };
  const onAbort = (): void => socket.destroy(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await new SetUp(socket, settings, say).run(tls);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** `server secured TLSv1.3 TLS_AES_256_GCM_SHA384, verified`. */
export function securedText(who: "client" | "server", { protocol, cipher, failure }: TlsInfo): string {
  const text = `${who} secured ${protocol} ${cipher.standardName}`;
  if (who === "client") return text;
  return failure === undefined ? `${text}, verified` : `${text}, not verified: ${codeOf(failure)}`;
}

/** The proxy as a client of its own: EHLO and STARTTLS. */
class SetUp {
  readonly #protocol: ClientProtocol;
  readonly #socket: Socket;
  readonly #settings: OpenServerSettings;
  readonly #say: Say;
  /** What came since the last command was written. */
  #received: Uint8Array[] = [];

  constructor(socket: Socket, settings: OpenServerSettings, say: Say) {
    this.#socket = socket;
    this.#settings = settings;
    this.#say = say;
    this.#protocol = new ClientProtocol({ protocol: settings.lmtp ? "lmtp" : "smtp" });
  }

  async run(tls: TlsOptions): Promise<OpenServer> {
    const socket = this.#socket;
    const { replyClass } = await this.#reply();
    const greeting = Buffer.concat(this.#received);
    if (replyClass !== "positive") return { socket, greeting, refused: true };
    // The client is to hear it yet, and it will be shown then.
    this.#received = [];
    const domain = this.#settings.server.clientName ?? addressLiteral(socket.localAddress);
    await this.#command({ verb: this.#settings.lmtp ? "LHLO" : "EHLO", domain });
    if (!this.#protocol.capabilities.has("STARTTLS")) throw refused("the server does not offer STARTTLS");
    await this.#command({ verb: "STARTTLS" });
    this.#protocol.tlsStarted();
    this.#say("event", securedText("server", await socket.startTls(tls)));
    return { socket, greeting, refused: false };
  }

  async #command(command: Command): Promise<void> {
    this.#protocol.send(commandLine(command));
    const octets = this.#protocol.takeOutput()!;
    this.#say("to-server", lineText([latin1([octets])]));
    await new Promise<void>((resolve) => this.#socket.write(octets, resolve));
    this.#protocol.releaseOutput(octets);
    const exchange = await this.#reply();
    this.#sayReceived();
    if (exchange.replyClass !== "positive") {
      throw refused(`the server refused ${command.verb} with ${exchange.reply?.code}`);
    }
  }

  async #reply(): Promise<Exchange> {
    for (;;) {
      const event = this.#protocol.nextEvent();
      if (event !== NEED_DATA) return event;
      const chunk = await this.#socket.read();
      if (chunk === null) {
        throw new WiretapError("ERR_WIRETAP_SERVER_CLOSED", "the server closed the connection before TLS");
      }
      this.#received.push(chunk);
      this.#protocol.receiveData(chunk);
    }
  }

  #sayReceived(): void {
    for (const line of latin1(this.#received).split(/(?<=\n)/)) this.#say("from-server", lineText([line]));
    this.#received = [];
  }
}

function refused(message: string): WiretapError {
  return new WiretapError("ERR_WIRETAP_SERVER_REFUSED", message);
}

/** RFC 5321 4.1.3. */
function addressLiteral(address: string | undefined): string {
  if (address === undefined) return "localhost";
  return address.includes(":") ? `[IPv6:${address}]` : `[${address}]`;
}
