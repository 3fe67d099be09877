// The drawing of the house (ARCHITECTURE.md), as data. Every rule in rules.mjs is made from this.

/** Floors from the ground up. A package may import packages of lower floors only. */
export const FLOORS = [
  { name: "ground", packages: ["mail-address", "octet-scan"] },
  { name: "floor", packages: ["socket-core", "smtp-protocol", "sasl", "mime-message", "dkim"] },
  { name: "conversation", packages: ["smtp-client"] },
  { name: "delivery", packages: ["mail-queue", "mail-delivery"] },
  { name: "names", packages: ["xojo-compat", "ipworks-compat", "sockettools-compat"] },
];

/** On the floor, these alone stand on the ground. */
export const STAND_ON_THE_GROUND = ["smtp-protocol", "mime-message"];

/** No I/O and no Node outside the doors named here (a door is src/<door>.ts or src/<door>/). */
export const PURE = {
  "mail-address": [],
  "octet-scan": [],
  "smtp-protocol": [],
  sasl: ["node", "gssapi"],
  "mime-message": ["node"],
  dkim: ["node"],
};

/** The one package that touches the network, and what "the network" is. */
export const NETWORK_OWNER = "socket-core";
export const NETWORK_MODULES = ["net", "tls", "dns", "dns/promises", "dgram", "http", "https", "http2"];
export const NETWORK_GLOBALS = ["fetch", "WebSocket", "EventSource", "XMLHttpRequest"];

/** Who may import node:fs: certificate files, message files, queue files; and the trace that a facade's product writes. */
export const FILE_READERS = [
  "packages/socket-core/src/certificates",
  "packages/socket-core/src/revocation",
  "packages/mime-message/src/node",
  "packages/mail-queue/src/",
  "packages/sockettools-compat/src/trace",
];

/** Apps that may import only some packages. */
export const APP_LIMITS = { wiretap: ["smtp-protocol", "socket-core"] };

export const FACADES = /** @type {string[]} */ (FLOORS.find((floor) => floor.name === "names")?.packages);
