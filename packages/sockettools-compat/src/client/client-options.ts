// What the control has no member for.
import type { DirectDeliveryOptions } from "@wirepost/mail-delivery";
import type { Timeouts, TlsSettings } from "@wirepost/smtp-client";
import type { DnsResolver } from "@wirepost/socket-core/dns";
import { SocketToolsError } from "../errors.js";

/** Options of an SmtpClient beyond its properties. */
export interface ClientOptions {
  /** Trusted authorities, ciphers, pins and whatever else the core's TLS takes. */
  readonly tls?: Omit<TlsSettings, "policy"> | undefined;
  /** Milliseconds for single steps, in the names of the core; each wins over Timeout. */
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** For SubmitMessage without a host: how mail exchangers are found and spoken to. */
  readonly delivery?: DirectDeliveryOptions | undefined;
}

/** Options of a DnsClient beyond its properties. */
export interface DnsOptions {
  /** Who answers. Default: the servers that this system is set up with. */
  readonly resolver?: DnsResolver | undefined;
}

/** @throws SocketToolsError ERR_SOCKETTOOLS_UNKNOWN_OPTION */
export function checkOptionNames(options: object, names: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new SocketToolsError(`there is no option named "${name}"`, {
      number: 13,
      code: "ERR_SOCKETTOOLS_UNKNOWN_OPTION",
    });
  }
}
