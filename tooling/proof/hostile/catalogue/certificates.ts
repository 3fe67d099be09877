// Certificates that are wrong in each way, and TLS that is too old.
import type { Ends, Misbehaviour } from "../misbehaviour.js";
import { always } from "../script.js";

const ACCEPTED: Ends = { outcome: "accepted" };
const BOTH = ["starttls", "implicit"] as const;

const base: Pick<Misbehaviour, "script" | "transports" | "dialects"> = {
  script: always({}),
  transports: BOTH,
  dialects: ["lockstep"],
};

const WRONG: readonly (readonly [
  name: string,
  identity: NonNullable<Misbehaviour["identity"]>,
  code: RegExp,
  host?: string,
])[] = [
  ["expired", "expired", /EXPIRED/],
  ["not-yet-valid", "notYetValid", /NOT_YET_VALID/],
  ["self-signed", "selfSigned", /SELF_SIGNED/],
  ["of-an-unknown-authority", "unknownAuthority", /UNTRUSTED|UNKNOWN|ISSUER|UNVERIFIED/],
  ["of-another-host", "wrongHost", /HOST|NAME/],
  ["with-the-host-in-the-common-name-alone", "commonNameOnly", /HOST|NAME/],
  ["with-a-wildcard-of-another-domain", "wildcard", /HOST|NAME/],
  ["for-clients", "clientOnly", /PURPOSE|USAGE/],
  ["issued-by-a-leaf", "issuedByLeaf", /UNTRUSTED/],
  ["with-the-address-as-a-name", "addressAsName", /HOST|NAME/, "127.0.0.1"],
];

export const CERTIFICATES: readonly Misbehaviour[] = [
  ...WRONG.map(
    ([name, identity, code, host]): Misbehaviour => ({
      ...base,
      name: `certificate-${name}`,
      rows: ["T9"],
      identity,
      ...(host === undefined ? {} : { client: { host } }),
      ends: {
        outcome: "not-sent",
        code: new RegExp(`^ERR_SOCKET_CERTIFICATE_.*(${code.source})`),
        phase: "tls",
        retryable: false,
      },
      never: ["AUTH", "MAIL"],
    }),
  ),
  ...WRONG.map(
    ([name, identity]): Misbehaviour => ({
      ...base,
      name: `opportunistic-certificate-${name}`,
      rows: ["T9"],
      identity,
      transports: ["clear"],
      offersTls: true,
      client: { tls: "opportunistic" },
      // Better than none (RFC 7435): nobody promised to verify.
      ends: ACCEPTED,
      check: ({ peers }) => (peers[0]?.secure === true ? [] : "TLS was not used"),
    }),
  ),
  {
    ...base,
    name: "certificate-by-an-intermediate",
    rows: ["T9"],
    identity: "goodByIntermediate",
    ends: ACCEPTED,
  },
  {
    ...base,
    // Node asks nobody whether a certificate was revoked; the README says so.
    name: "certificate-whose-revocation-nobody-asked-for",
    rows: ["T10"],
    ends: ACCEPTED,
  },
  ...(["TLSv1", "TLSv1.1"] as const).map(
    (version): Misbehaviour => ({
      ...base,
      name: `nothing-newer-than-${version.toLowerCase()}`,
      rows: ["T11"],
      tlsOptions: { minVersion: "TLSv1", maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" },
      ends: { outcome: "not-sent", code: /^ERR_SOCKET_TLS_/, phase: "tls", retryable: false },
      never: ["AUTH", "MAIL"],
    }),
  ),
  {
    ...base,
    name: "no-cipher-in-common",
    rows: ["T11", "T8"],
    tlsOptions: { maxVersion: "TLSv1.2", ciphers: "AECDH-NULL-SHA@SECLEVEL=0" },
    ends: { outcome: "not-sent", code: /^ERR_SOCKET_TLS_/, phase: "tls" },
    never: ["AUTH", "MAIL"],
  },
  {
    ...base,
    name: "asks-for-the-name-of-the-host",
    rows: ["T12"],
    ends: ACCEPTED,
    check: ({ peers }) =>
      peers[0]?.servername === "localhost" ? [] : `the name was ${peers[0]?.servername}`,
  },
  {
    ...base,
    name: "hears-no-name-for-an-address",
    rows: ["T12"],
    client: { host: "127.0.0.1" },
    ends: ACCEPTED,
    check: ({ peers }) => (peers[0]?.servername === false ? [] : `the name was ${peers[0]?.servername}`),
  },
];
