import {
  type RecordingServer,
  type RecordingServerOptions,
  recordingServer,
  type Script,
  type ScriptedServer,
  scriptedServer,
} from "@wirepost/test-server";
import { DirectDelivery, type DirectDeliveryOptions } from "../src/index.js";
import { a, FakeDns, mx, type Zone } from "./fake-dns.js";

/** Servers on loopback addresses of their own, all on one port, as the internet has them on 25. */
export class Internet {
  readonly zone: Zone = {};
  port = 0;
  readonly #open: { close(): Promise<void> }[] = [];

  /** Starts a server that records, under a name. */
  async server(
    host: string,
    address: string,
    options: RecordingServerOptions = {},
  ): Promise<RecordingServer> {
    const server = await recordingServer({ host: address, port: this.port, ...options });
    this.#add(host, address, server);
    return server;
  }

  /** Starts a server that follows a script. */
  async scripted(host: string, address: string, script: Script): Promise<ScriptedServer> {
    const server = await scriptedServer(script, { host: address, port: this.port });
    this.#add(host, address, server);
    return server;
  }

  /** A name with an address where nobody listens. */
  down(host: string, address: string): void {
    this.zone[`A ${host}`] = [a(address)];
  }

  domain(name: string, ...exchangers: string[]): void {
    this.zone[`MX ${name}`] = exchangers.map((exchange, index) => mx(exchange, index));
  }

  delivery(options: DirectDeliveryOptions & { readonly dns?: FakeDns } = {}): DirectDelivery {
    const { dns, ...rest } = options;
    const delivery = new DirectDelivery({
      clientName: "mail.example.com",
      resolver: dns ?? new FakeDns(this.zone),
      port: this.port,
      isOwnAddress: () => false,
      family: 4,
      timeouts: { connectMs: 5000, greetingMs: 5000, commandMs: 5000 },
      ...rest,
    });
    this.#open.push(delivery);
    return delivery;
  }

  async close(): Promise<void> {
    for (const one of this.#open.splice(0).reverse()) await one.close();
  }

  #add(host: string, address: string, server: { readonly port: number; close(): Promise<void> }): void {
    this.port = server.port;
    this.zone[`A ${host}`] = [a(address)];
    this.#open.push(server);
  }
}

export const LETTER = { from: "ann@example.com", subject: "Hello", text: "Hello" } as const;

/** What became of each recipient: `address outcome code`. */
export async function outcomes(
  sending: Promise<{ readonly recipients: readonly object[] }>,
): Promise<string[]> {
  const { recipients } = await sending.catch((error) => {
    if (error.recipients === undefined) throw error;
    return error;
  });
  return recipients.map(
    (recipient: { address: string; outcome: string; error?: { code: string }; reply?: { code: number } }) =>
      [recipient.address, recipient.outcome, recipient.reply?.code ?? recipient.error?.code].join(" "),
  );
}
