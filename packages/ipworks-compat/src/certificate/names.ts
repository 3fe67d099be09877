// Names and usages as the product writes them.
import type { DistinguishedName } from "@wirepost/socket-core";

const ATTRIBUTES: Readonly<Record<string, string>> = { emailAddress: "E", ST: "S" };

const USAGE_OIDS: Readonly<Record<string, string>> = {
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  emailProtection: "1.3.6.1.5.5.7.3.4",
  timeStamping: "1.3.6.1.5.5.7.3.8",
  OCSPSigning: "1.3.6.1.5.5.7.3.9",
  anyExtendedKeyUsage: "2.5.29.37.0",
};

/** `CN=www.example.com, OU=test, C=US, E=ann@example.com`; a value with a comma is quoted. */
export function nameText({ attributes }: DistinguishedName): string {
  return [...attributes]
    .reverse()
    .map(({ type, value }) => {
      const quoted = /[,+"\\<>;=]/.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : value;
      return `${ATTRIBUTES[type] ?? type}=${quoted}`;
    })
    .join(", ");
}

/** An extended key usage by its number. */
export function usageOid(usage: string): string {
  return USAGE_OIDS[usage] ?? usage;
}
