// Settings that are something else by another name, and those that read what happened.
import { FIREWALL_TYPES, type FirewallState, firewallStates } from "./connection/firewall-state.js";
import { ownName } from "./connection/own-name.js";
import type { Mailer } from "./mailer.js";
import type { Edition, SettingSource } from "./settings.js";

const LEAST_LINE_BYTES = 256;
const HASHES = ["MD5", "SHA1", "SHA256"];

export function settingSources(mailer: Mailer, edition: Edition): Readonly<Record<string, SettingSource>> {
  const firewall = (): FirewallState => firewallStates.of(mailer.setup.firewall);
  const truth = (value: boolean): string => (value ? "True" : "False");
  const tls = (): Mailer["link"]["tls"] => mailer.link.tls;
  return {
    MessageHeadersString: { get: () => mailer.messageHeadersString },
    TransferText: { get: () => mailer.transferText },
    OtherHeaders: {
      get: () => mailer.draft.otherHeaders,
      set: (value) => {
        mailer.draft.otherHeaders = value;
      },
    },
    ReturnPath: {
      get: () => mailer.draft.returnPath,
      set: (value) => {
        mailer.draft.returnPath = value;
      },
    },
    LocalHost: {
      get: () => mailer.setup.localHost,
      set: (value) => {
        mailer.setup.localHost = value;
      },
    },
    FirewallAutoDetect: {
      get: () => truth(firewall().autoDetect),
      set: (value) => {
        firewall().autoDetect = value === "True";
      },
    },
    FirewallHost: {
      get: () => firewall().host,
      set: (value) => {
        firewall().host = value;
      },
    },
    FirewallUser: {
      get: () => firewall().user,
      set: (value) => {
        firewall().user = value;
      },
    },
    FirewallPassword: {
      get: () => firewall().password,
      set: (value) => {
        firewall().password = value;
      },
    },
    FirewallPort: {
      get: () => String(firewall().port),
      set: (value) => {
        firewall().port = Number(value);
      },
    },
    FirewallType: {
      get: () => String(firewall().firewallType),
      set: (value) => {
        if (!FIREWALL_TYPES.includes(Number(value)))
          throw mailer.fail(10022, "[10022] the setting FirewallType takes 0, 1, 2, 3 or 10");
        // Setting it sets the port too, which writing back what was read must not.
        if (Number(value) !== firewall().firewallType) firewall().firewallType = Number(value);
      },
    },
    Hello: { shown: (stored) => stored ?? ownName() },
    MaxLineLength: {
      check: (value) => {
        mailer.setup.unconnected(112, "MaxLineLength");
        if (Number(value) < LEAST_LINE_BYTES)
          throw mailer.fail(10022, `[10022] the setting MaxLineLength is ${LEAST_LINE_BYTES} at least`);
      },
    },
    LocalPort: {
      check: (value) => {
        mailer.setup.unconnected(106, "LocalPort");
        if (Number(value) < 0 || Number(value) > 65_535)
          throw mailer.fail(10022, "[10022] the setting LocalPort is a number from 0 to 65535");
      },
      shown: () => (mailer.connected ? String(mailer.link.socket?.localPort ?? "") : undefined),
    },
    MessageIdAlgorithm: {
      check: (value) => {
        if (!HASHES.includes(value.toUpperCase()))
          throw mailer.fail(10022, "[10022] the setting MessageIdAlgorithm takes MD5, SHA1 or SHA256");
      },
    },
    UseInternalSecurityAPI: {
      shown: (stored) => stored ?? truth(edition === "dotnet" && process.platform !== "win32"),
    },
    BuildInfo: { get: () => "@wirepost/ipworks-compat" },
    LicenseInfo: { get: () => "MIT" },
    SSLNegotiatedCipher: { get: () => tls()?.cipher.name ?? "" },
    SSLNegotiatedCipherStrength: { get: () => String(tls()?.cipher.bits ?? "") },
    SSLNegotiatedCipherSuite: { get: () => tls()?.cipher.standardName ?? "" },
    SSLNegotiatedKeyExchange: { get: () => tls()?.keyExchange?.name ?? tls()?.keyExchange?.type ?? "" },
    SSLNegotiatedKeyExchangeStrength: { get: () => String(tls()?.keyExchange?.bits ?? "") },
    SSLNegotiatedVersion: { get: () => tls()?.protocol ?? "" },
  };
}
