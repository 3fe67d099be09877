import { setMaxListeners } from "node:events";
import { type ParseOptions, parseMailbox } from "@wirepost/mail-address";
import { type EmailMessage, type MessageInput, messageEnvelope } from "@wirepost/mime-message";
import { type EnvelopeInput, type EnvelopeRecipient, SendError } from "@wirepost/smtp-client";
import { Resolver } from "@wirepost/socket-core/dns";
import { CachingResolver } from "../dns/caching-resolver.js";
import { DeliveryError } from "../errors.js";
import { asciiDomain } from "../routing/find-route.js";
import { StsPolicies } from "../tls/sts-policies.js";
import { Backoff } from "./backoff.js";
import {
  checkDeliveryOptions,
  checkSendOptions,
  type DeliverySettings,
  type DirectDeliveryOptions,
  type DirectSendOptions,
} from "./delivery-options.js";
import { DeliveryReceipt } from "./delivery-receipt.js";
import { DomainDelivery, type DomainJob, type Workshop } from "./domain-delivery.js";
import { type FrozenMessage, freeze } from "./frozen-message.js";
import { Limiter } from "./limiter.js";
import { Destination, failureOf, toSendError } from "./outcome.js";
import { Sessions } from "./sessions.js";
import { Slot } from "./slot.js";

const DEFAULT_MAX_RECIPIENTS = 100_000;

/**
 * Delivers to the mail exchangers of the recipients' domains, without a relay. It makes one attempt: what fails for now is said
 * to be `retryable`, and a queue (`mail-queue`) is what tries again.
 */
export class DirectDelivery {
  readonly #settings: DeliverySettings;
  readonly #workshop: Workshop;
  readonly #everybody: Limiter;
  readonly #domains: Limiter;
  readonly #active = new Set<AbortController>();
  #idle: (() => void)[] = [];
  #closed = false;

  /** @throws DeliveryError ERR_DELIVERY_OPTION, ERR_DELIVERY_UNKNOWN_OPTION, ERR_DELIVERY_CLIENT_NAME */
  constructor(options: DirectDeliveryOptions = {}) {
    const settings = checkDeliveryOptions(options);
    const resolver = new CachingResolver(options.resolver ?? new Resolver(), { now: settings.now });
    const servers = new Limiter(settings.maxConnectionsPerServer);
    this.#settings = settings;
    this.#workshop = {
      settings,
      resolver,
      policies:
        options.sts === false ? undefined : new StsPolicies(resolver, { now: settings.now, ...options.sts }),
      sessions: new Sessions(settings, servers),
      servers,
      backoff: new Backoff(settings.firstDelayMs, settings.maxDelayMs, settings.now),
    };
    this.#everybody = new Limiter(settings.maxConnections);
    this.#domains = new Limiter(settings.maxConnectionsPerDomain);
  }

  /**
   * Sends one message to everybody, domain by domain side by side. Resolves when at least one recipient was accepted.
   *
   * @throws SendError with everybody's outcome otherwise; DeliveryError for options
   */
  async send(
    message: MessageInput | EmailMessage,
    options: DirectSendOptions = {},
  ): Promise<DeliveryReceipt> {
    checkSendOptions(options);
    if (this.#closed) throw toSendError(new DeliveryError("ERR_DELIVERY_CLOSED"), "compose");
    const began = performance.now();
    const { from, destinations } = readEnvelope(message, options);
    const controller = new AbortController();
    // Listeners of each domain in hand; Node warns of more than ten.
    setMaxListeners(0, controller.signal);
    const release = follow(controller, options);
    this.#active.add(controller);
    try {
      const { signal } = controller;
      let freezing: Promise<FrozenMessage> | undefined;
      const frozen = () => {
        freezing ??= this.#freeze(message, options, signal);
        return freezing;
      };
      // A message that cannot be composed fails before anybody is called. One that is read from a function is read when a
      // server is there to take it: reading may mean something to whoever gives it.
      if (typeof message.raw !== "function") await frozen();
      const deliveries = await this.#deliverAll(grouped(destinations), {
        from,
        message: frozen,
        options,
        signal,
      });
      const reply = deliveries.find((delivery) => delivery.reply !== undefined)?.reply;
      if (reply === undefined || !destinations.some(({ outcome }) => outcome === "accepted")) {
        throw failureOf(destinations);
      }
      return new DeliveryReceipt({
        recipients: destinations,
        messageId: (await frozen()).messageId,
        from,
        reply,
        sizeBytes: (await frozen()).sizeBytes ?? 0,
        timings: {
          queuedMs: 0,
          envelopeMs: undefined,
          contentMs: undefined,
          totalMs: Math.round((performance.now() - began) * 100) / 100,
        },
        attempts: deliveries.flatMap(({ attempts }) => attempts),
      });
    } finally {
      release();
      this.#active.delete(controller);
      if (this.#active.size === 0) for (const wake of this.#idle.splice(0)) wake();
    }
  }

  /** Until when the domain is left alone because its servers failed; undefined: it is not. */
  retryAt(domain: string): Date | undefined {
    const until = this.#workshop.backoff.blockedUntil(asciiDomain(domain));
    return until === undefined ? undefined : new Date(until);
  }

  /**
   * Waits for what is in hand, then takes leave of the kept sessions and gives up what nobody waits for.
   * Never throws.
   */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#active.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await Promise.all([this.#workshop.sessions.close(), this.#workshop.policies?.close()]);
  }

  /** Ends everything at once. What is in hand ends as the outcome law says. */
  destroy(): void {
    this.#closed = true;
    const reason = toSendError(new DeliveryError("ERR_DELIVERY_CLOSED"), "connect");
    for (const controller of this.#active) controller.abort(reason);
    this.#workshop.sessions.destroy();
    this.#workshop.policies?.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Begins a domain when there is a place for it, so that thousands of domains are not thousands of things under way. */
  async #deliverAll(
    groups: ReadonlyMap<string, readonly Destination[]>,
    common: Pick<DomainJob, "from" | "message" | "options" | "signal">,
  ): Promise<readonly DomainDelivery[]> {
    const { signal } = common;
    const deliveries: DomainDelivery[] = [];
    const underWay = new Set<Promise<void>>();
    for (const [domain, destinations] of groups) {
      const slot = new Slot(this.#everybody);
      // Aborted while waiting: run() says so to the recipients.
      await slot.take(signal).catch(() => undefined);
      const delivery = new DomainDelivery(this.#workshop, { ...common, domain, destinations, slot });
      deliveries.push(delivery);
      const running = this.#run(delivery, domain, slot, signal).then(() => {
        underWay.delete(running);
      });
      running.catch(() => undefined); // heard below
      underWay.add(running);
    }
    await Promise.all(underWay);
    return deliveries;
  }

  async #run(delivery: DomainDelivery, domain: string, slot: Slot, signal: AbortSignal): Promise<void> {
    let leave = this.#domains.tryEnter(domain);
    try {
      if (leave === undefined) {
        slot.give();
        leave = await this.#domains.enter(domain, signal);
        await slot.take(signal);
      }
    } catch {
      // Aborted while waiting, as above.
    }
    try {
      await delivery.run();
    } finally {
      slot.give();
      leave?.();
    }
  }

  async #freeze(
    message: MessageInput | EmailMessage,
    { files, maxLocalPartBytes }: DirectSendOptions,
    signal: AbortSignal,
  ): Promise<FrozenMessage> {
    try {
      return await freeze(message, {
        files,
        maxLocalPartBytes,
        maxKeptBytes: this.#settings.maxKeptBytes,
        signal,
      });
    } catch (error) {
      throw signal.aborted && SendError.is(signal.reason) ? signal.reason : toSendError(error, "compose");
    }
  }
}

/** The caller's signal and deadline in one signal of our own. Returns what lets go of both. */
function follow(controller: AbortController, { signal, sendTimeoutMs }: DirectSendOptions): () => void {
  const onAbort = () =>
    controller.abort(
      new SendError("ERR_CLIENT_ABORTED", "aborted by the caller", {
        phase: "connect",
        cause: signal?.reason,
      }),
    );
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  const timer =
    sendTimeoutMs === undefined
      ? undefined
      : setTimeout(
          () =>
            controller.abort(
              new SendError("ERR_CLIENT_SEND_TIMEOUT", `not done within ${sendTimeoutMs} ms`, {
                phase: "connect",
                retryable: true,
              }),
            ),
          sendTimeoutMs,
        );
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  };
}

function readEnvelope(
  message: MessageInput | EmailMessage,
  { envelope, maxRecipients = DEFAULT_MAX_RECIPIENTS, maxLocalPartBytes }: DirectSendOptions,
): { from: Destination["mailbox"] | null; destinations: readonly Destination[] } {
  try {
    const limits = maxLocalPartBytes === undefined ? undefined : { maxLocalPartBytes };
    const { from, to } =
      envelope === undefined ? messageEnvelope(message, limits) : readGiven(envelope, limits);
    const destinations = to.map((one) =>
      "address" in one
        ? new Destination(mailboxOf(one.address, limits), one.parameters)
        : new Destination(one, undefined),
    );
    if (destinations.length === 0) {
      throw new SendError("ERR_CLIENT_NO_RECIPIENTS", "the message has no recipient", { phase: "compose" });
    }
    if (destinations.length > maxRecipients) {
      throw new SendError("ERR_CLIENT_TOO_MANY_RECIPIENTS", `${destinations.length} recipients`, {
        phase: "compose",
      });
    }
    return { from, destinations };
  } catch (error) {
    throw toSendError(error, "compose");
  }
}

type GivenAddress = string | Destination["mailbox"];

function readGiven(
  { from, to }: EnvelopeInput,
  limits: ParseOptions | undefined,
): {
  from: Destination["mailbox"] | null;
  to: readonly (Destination["mailbox"] | EnvelopeRecipient)[];
} {
  const list = (Array.isArray(to) ? to : [to]) as readonly (GivenAddress | EnvelopeRecipient)[];
  return {
    from: from === null || from === "" || from === "<>" ? null : mailboxOf(from, limits),
    to: list.map((one) => (typeof one === "string" ? mailboxOf(one, limits) : one)),
  };
}

function mailboxOf(address: GivenAddress, limits: ParseOptions | undefined): Destination["mailbox"] {
  return typeof address === "string" ? parseMailbox(address, limits) : address;
}

/** By domain as DNS knows it, so that different spellings share a session. */
function grouped(destinations: readonly Destination[]): Map<string, Destination[]> {
  const groups = new Map<string, Destination[]>();
  for (const destination of destinations) {
    const { domain } = destination.mailbox;
    let key: string;
    try {
      key = domain.startsWith("[") ? domain.toLowerCase() : asciiDomain(domain);
    } catch {
      key = domain; // findRoute says what is wrong with it
    }
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [destination]);
    else group.push(destination);
  }
  return groups;
}
