import { type ConnectionOptions, type Observer, SmtpConnection } from "@wirepost/smtp-client";
import type { Reply } from "@wirepost/smtp-protocol";
import {
  type Announcement,
  announcement,
  type ProbedTls,
  type ProbeReport,
  probedTls,
  seenCertificate,
} from "./report.js";

/** What was found, and the error that ended the look when one did. */
export interface ProbeResult {
  readonly report: ProbeReport;
  readonly error: unknown;
}

/**
 * Connects, greets, looks and leaves; logs in only when `auth` is given. A certificate that does not stand is reported, and
 * the look goes on, unless credentials would follow: those go over TLS only to a server that is who it says it is, by whatever policy,
 * or that nobody wants verified (`verify: "none"`).
 */
export async function probeServer(options: ConnectionOptions): Promise<ProbeResult> {
  const seen = new Seen(options);
  const began = performance.now();
  try {
    const connection = await SmtpConnection.connect({ ...options, observer: seen.observer });
    const report = seen.report(options, connection, performance.now() - began);
    await connection.quit();
    return { report, error: undefined };
  } catch (error) {
    return { report: seen.report(options, undefined, performance.now() - began), error };
  }
}

/** Collects what passes by, so that a look that fails half way still tells what it saw. */
class Seen {
  #greeting: Reply | undefined;
  readonly #announcements: { overTls: boolean; announcement: Announcement }[] = [];
  #overTls = false;
  #certificate: ProbedTls | undefined;
  readonly #credentials: boolean;
  readonly #unverified: boolean;
  readonly #forward: Observer | undefined;

  constructor({ auth, tls, observer }: ConnectionOptions) {
    this.#credentials = auth !== undefined;
    this.#unverified = typeof tls === "object" && tls.verify === "none";
    this.#forward = observer;
  }

  readonly observer: Observer = {
    onReply: (verb, reply) => {
      if (verb === "" && this.#greeting === undefined) this.#greeting = reply;
      if ((verb === "EHLO" || verb === "LHLO") && reply.code < 300) {
        this.#announcements.push({ overTls: this.#overTls, announcement: announcement(reply) });
      }
    },
    onCertificate: (certificate, failure) => {
      this.#overTls = true;
      this.#certificate = seenCertificate(certificate, failure);
      if (!this.#credentials) return true;
      // Opportunistic TLS, the policy of this machine's own servers, would go on and log in.
      return failure === undefined || this.#unverified ? undefined : false;
    },
    onTranscript: (entry) => this.#forward?.onTranscript?.(entry),
  };

  report(options: ConnectionOptions, connection: SmtpConnection | undefined, totalMs: number): ProbeReport {
    const tls = connection?.tls;
    const timings = Object.entries({ ...connection?.timings, totalMs });
    return {
      host: options.host ?? "",
      port: connection?.socket.remotePort ?? options.port ?? null,
      greeting: this.#greeting?.lines ?? null,
      beforeTls: this.#announcements.find(({ overTls }) => !overTls)?.announcement ?? null,
      announced: this.#announcements.at(-1)?.announcement ?? null,
      tls: tls === undefined ? (this.#certificate ?? null) : probedTls(tls),
      loggedIn: this.#credentials ? connection !== undefined : null,
      timings: Object.fromEntries(
        timings.filter((entry): entry is [string, number] => entry[1] !== undefined),
      ),
    };
  }
}
