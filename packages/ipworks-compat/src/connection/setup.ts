// The properties that say how to connect.
import type { Fail } from "../failure.js";
import type { Host } from "../host.js";
import type { Dialing } from "./dialing.js";
import type { Link } from "./link.js";
import { NONE, startOf } from "./start-mode.js";

const AUTOMATIC = 0;

export class Setup {
  readonly #host: Host;
  readonly #fail: Fail;
  readonly #link: () => Link;
  allowExtensions = true;
  authMechanism = 0;
  password = "";
  user = "";
  sslProvider = 0;
  sslStartMode = NONE;
  firewall: object;
  sslAcceptServerCert: object;
  sslCert: object;
  #timeout = 60;
  #mailPort = 25;
  #mailServer = "";
  /** What the server's name was resolved to. */
  #resolved = "";
  #localHost = "";

  constructor(host: Host, link: () => Link) {
    this.#host = host;
    this.#fail = host.fail;
    this.#link = link;
    this.firewall = host.newFirewall();
    this.sslCert = host.newCertificate();
    this.sslAcceptServerCert = host.newCertificate();
  }

  /** Seconds; 0: no limit. @throws 10022 */
  set timeout(seconds: number) {
    if (seconds < 0) throw this.#fail(10022, "[10022] Timeout is a number of seconds, or 0 for no limit");
    this.#timeout = seconds;
  }
  get timeout(): number {
    return this.#timeout;
  }

  /** @throws 100, 10022 */
  set mailPort(port: number) {
    this.unconnected(100, "MailPort");
    if (port < 0 || port > 65_535) throw this.#fail(10022, "[10022] MailPort is a number from 1 to 65535");
    this.#mailPort = port;
  }
  get mailPort(): number {
    return this.#mailPort;
  }

  /** As it was assigned; what the certificate has to match. */
  get serverName(): string {
    return this.#mailServer;
  }

  noteAddress(address: string): void {
    this.#resolved = address;
  }

  get mailServer(): string {
    return this.#resolved === "" ? this.#mailServer : this.#resolved;
  }
  /** @throws 101 */
  set mailServer(server: string) {
    this.unconnected(101, "MailServer");
    this.#mailServer = server.trim();
    this.#resolved = "";
  }

  /** The address in use while connected. */
  get localHost(): string {
    const { connected, socket } = this.#link();
    return connected ? (socket?.localAddress ?? this.#localHost) : this.#localHost;
  }
  /** @throws 107 */
  set localHost(host: string) {
    this.unconnected(107, "LocalHost");
    this.#localHost = host.trim();
  }

  /** As it was assigned. */
  get localHostWish(): string {
    return this.#localHost;
  }

  get sslEnabled(): boolean {
    return this.sslStartMode !== NONE;
  }
  /** True alone means Automatic; a mode that was chosen before stays. */
  set sslEnabled(enabled: boolean) {
    if (!enabled) this.sslStartMode = NONE;
    else if (this.sslStartMode === NONE) this.sslStartMode = AUTOMATIC;
  }

  get start(): Dialing["start"] {
    return startOf(this.sslStartMode, this.#mailPort);
  }

  /** @throws the number, while a connection stands or is being made */
  unconnected(number: 100 | 101 | 106 | 107 | 112, name: string): void {
    const link = this.#link();
    if (link.connected || link.connecting) throw this.#fail(number, `${name} cannot change while connected`);
  }

  reset(): void {
    this.#mailServer = this.#resolved = this.#localHost = this.password = this.user = "";
    this.#mailPort = 25;
    this.timeout = 60;
    this.allowExtensions = true;
    this.authMechanism = this.sslProvider = 0;
    this.sslStartMode = NONE;
    this.firewall = this.#host.newFirewall();
    this.sslCert = this.#host.newCertificate();
    this.sslAcceptServerCert = this.#host.newCertificate();
  }
}
