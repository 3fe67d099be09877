import type { Mailbox } from "@wirepost/mail-address";
import { type RecipientOutcome, SendError } from "@wirepost/smtp-client";
import type { DnsResolver } from "@wirepost/socket-core/dns";
import { DeliveryError } from "../errors.js";
import type { Exchanger } from "../routing/exchanger-order.js";
import { findRoute, type Route } from "../routing/find-route.js";
import { type HostAddresses, hostAddresses } from "../routing/host-addresses.js";
import type { StsPolicies } from "../tls/sts-policies.js";
import { policyNames, type StsPolicy } from "../tls/sts-policy.js";
import { planTls, type TlsPlan, tlsFailureUnder, underRequireTls } from "../tls/tls-plan.js";
import type { Backoff } from "./backoff.js";
import type { DeliverySettings, DirectSendOptions } from "./delivery-options.js";
import type { DeliveryAttempt } from "./delivery-receipt.js";
import type { FrozenMessage } from "./frozen-message.js";
import type { Limiter } from "./limiter.js";
import { type Destination, toSendError } from "./outcome.js";
import type { OpenSession, Sessions, Target } from "./sessions.js";
import type { Slot } from "./slot.js";
import { policyOf, resultType, type TlsFailure } from "./tls-results.js";

/** What all deliveries of one `DirectDelivery` share. */
export interface Workshop {
  readonly settings: DeliverySettings;
  readonly resolver: DnsResolver;
  readonly policies: StsPolicies | undefined;
  readonly sessions: Sessions;
  readonly servers: Limiter;
  readonly backoff: Backoff;
}

/** One message for the recipients of one domain. */
export interface DomainJob {
  /** In A-labels, or an address literal. */
  readonly domain: string;
  readonly from: Mailbox | null;
  readonly destinations: readonly Destination[];
  /** The same for every domain; made when it is needed, and once. @throws what composing throws */
  readonly message: () => Promise<FrozenMessage>;
  readonly options: DirectSendOptions;
  readonly signal: AbortSignal;
  /** Held by whoever runs the job. */
  readonly slot: Slot;
}

/** Addresses of one host that are tried; some hosts have dozens. */
const MAX_ADDRESSES = 4;

/** Goes from server to server until every recipient has an outcome or no server is left. */
export class DomainDelivery {
  readonly attempts: DeliveryAttempt[] = [];
  /** The final reply of the first transaction that somebody was accepted in. */
  reply: RecipientOutcome["reply"];
  readonly #workshop: Workshop;
  readonly #job: DomainJob;
  #policy: StsPolicy | undefined;
  /** A policy could not be looked for, or not be had, just now. */
  #policyMayDiffer = false;
  /** Somebody was called. */
  #called = false;
  /** Somebody could be talked to. */
  #reached = false;

  constructor(workshop: Workshop, job: DomainJob) {
    this.#workshop = workshop;
    this.#job = job;
  }

  /** Never throws: everything that can happen is an outcome of the recipients. */
  async run(): Promise<void> {
    const { backoff, settings } = this.#workshop;
    const { domain, signal } = this.#job;
    if (signal.aborted) {
      this.#failAll(abortedBy(signal));
      return;
    }
    const blockedUntil = backoff.blockedUntil(domain);
    if (blockedUntil !== undefined) {
      const when = new Date(blockedUntil).toISOString();
      this.#failAll(new DeliveryError("ERR_DELIVERY_BACKOFF", `not before ${when}`, { retryable: true }));
      return;
    }
    try {
      const route = await this.#route();
      this.#policy = await this.#findPolicy(route);
      for (const exchanger of route.exchangers.slice(0, settings.maxHosts)) {
        if (this.#open().length === 0) break;
        // Behind ourselves stand only those that would hand the mail back to us.
        if (!(await this.#tryHost(route, exchanger))) break;
      }
    } catch (error) {
      this.#failAll(signal.aborted ? abortedBy(signal) : error);
    }
    if (this.#reached) backoff.succeeded(domain);
    else if (this.#called && !signal.aborted) backoff.failed(domain);
  }

  get #requiresTls(): boolean {
    return this.#job.options.requireTls === true;
  }

  #open(): Destination[] {
    return this.#job.destinations.filter(({ open }) => open);
  }

  #failAll(error: unknown): void {
    const failure = toSendError(error);
    for (const destination of this.#open()) destination.fail(failure);
  }

  #route(): Promise<Route> {
    const { resolver, settings } = this.#workshop;
    const { domain, signal } = this.#job;
    return findRoute(domain, resolver, { ownNames: settings.ourNames, random: settings.random, signal });
  }

  async #findPolicy({ domain, source }: Route): Promise<StsPolicy | undefined> {
    const { policies } = this.#workshop;
    // Nobody can publish a policy for an address.
    if (policies === undefined || source === "literal") return undefined;
    const { policy, failure } = await policies.find(domain, this.#job.signal);
    this.#policyMayDiffer = failure?.retryable === true;
    if (failure !== undefined && failure.code !== "ERR_DELIVERY_DNS") {
      this.#report(undefined, { host: undefined, address: undefined }, { failure });
    }
    return policy;
  }

  /** False: no further host is to be tried. */
  async #tryHost(route: Route, { host }: Exchanger): Promise<boolean> {
    const { resolver, settings } = this.#workshop;
    const { signal, message } = this.#job;
    let addresses: HostAddresses;
    let plan: TlsPlan;
    try {
      const { family, preferFamily } = settings;
      addresses = await hostAddresses(host, resolver, { family, preferFamily, signal });
      if (addresses.addresses.some(settings.isOwnAddress)) {
        this.#note(host, undefined, undefined, new DeliveryError("ERR_DELIVERY_LOOP", host));
        return false;
      }
      plan = await planTls({
        route,
        host,
        port: settings.port,
        addresses,
        policy: this.#policy,
        policyMayDiffer: this.#policyMayDiffer,
        trustDnssec: settings.trustDnssec,
        requireTls: this.#requiresTls,
        tlsOptional: async () => (await message()).tlsOptional,
        resolver,
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!DeliveryError.is(error)) throw error;
      if (error.code === "ERR_DELIVERY_STS_HOST" || error.code === "ERR_DELIVERY_DANE_LOOKUP") {
        this.#report(undefined, { host, address: undefined }, { failure: error });
      }
      const final = error.code === "ERR_DELIVERY_STS_HOST" && !this.#policyMayDiffer;
      this.#note(host, undefined, undefined, this.#requiresTls ? underRequireTls(error, !final) : error);
      return true;
    }
    for (const address of addresses.addresses.slice(0, MAX_ADDRESSES)) {
      if (this.#open().length === 0 || (await this.#tryAddress({ host, address, plan }))) break;
      signal.throwIfAborted();
    }
    return true;
  }

  /** True: the host could be talked to, so that its other addresses will say the same. */
  async #tryAddress(target: Target): Promise<boolean> {
    const leave = await this.#enterServer(target.address);
    try {
      const session = await this.#openSession(target, false);
      if (session === undefined) return false;
      const end = await this.#transact(target, session);
      if (end !== "stale") return end === "done";
      // A kept session that had ended in the meantime says nothing about the server.
      const fresh = await this.#openSession(target, true);
      return fresh !== undefined && (await this.#transact(target, fresh)) === "done";
    } finally {
      leave();
    }
  }

  /** Waits for the server's turn. Other domains go on meanwhile: one server that is slow must not keep them all waiting. */
  async #enterServer(address: string): Promise<() => void> {
    const { servers } = this.#workshop;
    const { signal, slot } = this.#job;
    const atOnce = servers.tryEnter(address);
    if (atOnce !== undefined) return atOnce;
    slot.give();
    const leave = await servers.enter(address, signal);
    try {
      await slot.take(signal);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #openSession(target: Target, onlyNew: boolean): Promise<OpenSession | undefined> {
    const { host, address, plan } = target;
    this.#called = true;
    try {
      const session = await this.#workshop.sessions.open(target, this.#job.signal, onlyNew);
      if (!session.reused) this.#reportSession(target, session);
      return session;
    } catch (error) {
      this.#job.signal.throwIfAborted();
      const failure = SendError.is(error) ? this.#ofTls(plan, error) : error;
      if (SendError.is(error) && error.phase === "tls") this.#report(plan, target, { failure: error });
      // Whoever answers, be it with a refusal, is there; but it is no use to call again at once.
      this.#note(host, address, plan.kind, failure);
      return undefined;
    }
  }

  #ofTls({ kind }: TlsPlan, error: SendError): DeliveryError | SendError {
    const failure = tlsFailureUnder(kind, error);
    if (failure === undefined) return error;
    return this.#requiresTls ? underRequireTls(failure, error.retryable) : failure;
  }

  /** `stale`: the session was a kept one that had ended, nothing has happened. `lost`: it ended before any word of the server. */
  async #transact(target: Target, { connection, reused }: OpenSession): Promise<"done" | "lost" | "stale"> {
    const { options, message, from, signal } = this.#job;
    const { sessions, settings } = this.#workshop;
    const { raw } = await message().catch((error: unknown) => {
      sessions.release(target, connection);
      throw error;
    });
    const { tls } = connection;
    const secured = tls === undefined ? "plaintext" : tls.verified ? "verified" : "encrypted";
    const attempt = {
      host: target.host,
      address: target.address,
      tls: target.plan.kind,
      secured,
      reused,
    } as const;
    const all = this.#open();
    let failure: SendError | undefined;
    for (let at = 0; at < all.length; at += settings.maxRecipientsPerTransaction) {
      const some = all.slice(at, at + settings.maxRecipientsPerTransaction);
      const { dsn, requireTls, deliverBy, priority, mailParameters, rcptParameters, beforeContent } = options;
      let outcomes: readonly RecipientOutcome[];
      try {
        const receipt = await connection.send(
          { raw },
          {
            envelope: { from, to: some.map(({ mailbox, parameters }) => ({ address: mailbox, parameters })) },
            signal,
            dsn,
            requireTls,
            deliverBy,
            priority,
            mailParameters,
            rcptParameters,
            beforeContent,
          },
        );
        outcomes = receipt.recipients;
        this.reply ??= receipt.reply;
      } catch (error) {
        failure = requireTlsFailure(toSendError(error, "mail"), requireTls === true);
        outcomes = failure === error ? failure.recipients : [];
      }
      const stale = reused && connection.closed && outcomes.every(({ outcome }) => outcome === "not-sent");
      if (stale && !signal.aborted && at === 0) return "stale";
      for (const [index, destination] of some.entries()) {
        const outcome = outcomes.length === some.length ? outcomes[index] : undefined;
        if (outcome !== undefined) destination.end(outcome);
        else destination.fail(failure ?? abortedBy(signal));
      }
      if (connection.closed) break;
    }
    // Replies to MAIL or RCPT show a server that works, whatever they say.
    const done = !connection.closed || all.some(({ reply }) => reply !== undefined);
    this.#reached ||= done;
    sessions.release(target, connection);
    this.#record({ ...attempt, error: failure });
    return done ? "done" : "lost";
  }

  #note(host: string, address: string | undefined, tls: TlsPlan["kind"] | undefined, error: unknown): void {
    const failure = toSendError(error, address === undefined ? "resolve" : "connect");
    for (const destination of this.#open()) destination.fail(failure);
    this.#record({ host, address, tls, secured: undefined, reused: false, error: failure });
  }

  #record(attempt: Omit<DeliveryAttempt, "domain">): void {
    const whole = { domain: this.#job.domain, ...attempt };
    this.attempts.push(whole);
    this.#workshop.settings.onAttempt?.(whole);
  }

  /** A new session: as the policy asks, or, in testing mode, what would have been wrong. */
  #reportSession(target: Target, { connection, handshakeFailure }: OpenSession): void {
    const { plan, host } = target;
    const { tls, socket } = connection;
    const { localAddress } = socket;
    if (handshakeFailure !== undefined)
      this.#report(plan, target, { failure: handshakeFailure, localAddress });
    else if (tls === undefined) {
      this.#report(plan, target, { failure: { code: "ERR_CLIENT_TLS_NOT_OFFERED" }, localAddress });
    } else if (plan.kind === "opportunistic" && this.#policy?.mode === "testing") {
      const failure = policyNames(this.#policy, host) ? tls.failure : { code: "ERR_DELIVERY_STS_HOST" };
      this.#report(plan, target, { failure, localAddress });
    } else this.#report(plan, target, { failure: undefined, localAddress });
  }

  #report(
    plan: TlsPlan | undefined,
    { host, address }: { readonly host: string | undefined; readonly address: string | undefined },
    result: {
      readonly failure: TlsFailure | undefined;
      readonly localAddress?: string | undefined;
    },
  ): void {
    const { failure, localAddress } = result;
    if (this.#job.options.reportTls === false) return;
    this.#workshop.settings.reports?.add({
      ...policyOf({ domain: this.#job.domain, host, plan, policy: this.#policy, failure }),
      failure: failure === undefined ? undefined : resultType(failure, plan?.kind),
      reason: failure?.code,
      host,
      address,
      localAddress,
    });
  }
}

/** A server without REQUIRETLS is the message's failure, not the caller's. */
function requireTlsFailure(error: SendError, requireTls: boolean): SendError {
  const missing =
    requireTls && error.code === "ERR_CLIENT_EXTENSION_NEEDED" && error.message.includes("REQUIRETLS");
  return missing
    ? toSendError(new DeliveryError("ERR_DELIVERY_REQUIRETLS", error.message, { cause: error }), "mail")
    : error;
}

function abortedBy(signal: AbortSignal): SendError {
  if (SendError.is(signal.reason)) return signal.reason;
  return new SendError("ERR_CLIENT_ABORTED", "aborted by the caller", {
    phase: "connect",
    cause: signal.reason,
  });
}
