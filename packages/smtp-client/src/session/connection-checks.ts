// What the options of a connection may hold, checked before anybody is called.
import { helloDomain } from "@wirepost/mail-address";
import {
  callback,
  either,
  flag,
  group,
  milliseconds,
  type OptionCheck,
  type OptionChecks,
  object,
  oneOf,
  optionError,
  signal,
  text,
  whole,
} from "./check-options.js";
import type { ConnectionOptions } from "./connection-options.js";
import type { Observer } from "./observer.js";
import { TIMEOUT_CHECKS } from "./timeouts.js";
import { TLS_CHECKS } from "./tls-checks.js";

const policy = either("a policy or an object", TLS_CHECKS.policy);
const tlsSettings = group(TLS_CHECKS);

const tls: OptionCheck = (name, value) => {
  const check =
    typeof value === "object" ? tlsSettings : typeof value === "string" ? TLS_CHECKS.policy : policy;
  check(name, value);
};

const host: OptionCheck = (name, value) => {
  if (typeof value !== "string" || value === "") {
    throw optionError("ERR_CLIENT_OPTION", "host must be a name or an address");
  }
  // The port has an option of its own; an IPv6 address has more colons.
  if (/^[^:]*:\d+$|\]:\d+$/.test(value)) {
    throw optionError("ERR_CLIENT_OPTION", `${name} must not hold a port: give it as \`port\``);
  }
};

/** Refused here rather than at EHLO, when somebody has been called already. */
const clientName: OptionCheck = (name, value) => {
  try {
    helloDomain(value as string);
  } catch {
    throw optionError("ERR_CLIENT_OPTION", `${name} must be a domain or an address literal`);
  }
};

const OBSERVER_CHECKS: OptionChecks<Observer> = {
  onCommand: callback,
  onReply: callback,
  onCertificate: callback,
  onTransfer: callback,
  onTranscript: callback,
  onClosed: callback,
};

export const CONNECTION_CHECKS: OptionChecks<ConnectionOptions> = {
  host,
  port: whole(1, 65_535),
  path: text,
  socket: object,
  protocol: oneOf("smtp", "lmtp"),
  tls,
  // Login looks into it.
  auth: object,
  clientName,
  extended: flag,
  timeouts: group(TIMEOUT_CHECKS),
  pipelining: oneOf("full", "envelope", "off"),
  chunking: oneOf("auto", "off"),
  window: group({ maxMessages: whole(1), maxBytes: whole(1) }, ["maxMessages"]),
  proxy: either("a URL or an object", text, object),
  family: oneOf(0, 4, 6),
  preferFamily: oneOf(4, 6),
  localAddress: text,
  localPort: whole(0, 65_535),
  lookup: callback,
  observer: group(OBSERVER_CHECKS),
  transcript: flag,
  closeTimeoutMs: milliseconds,
  strictLineEnd: flag,
  replyLimits: group({ maxLineBytes: whole(1), maxReplyBytes: whole(1), maxLines: whole(1) }),
  signal,
};
