import type { ProviderServer } from "@wirepost/mail-delivery";

/**
 * What nodemailer's table of well-known services says of a domain. Loaded when it is asked, 17 kB; the package is installed in any
 * case, because the embedded server stands on it.
 */
export async function knownProvider(domain: string): Promise<ProviderServer | undefined> {
  // The table knows names of services too, which have no dot.
  if (!domain.includes(".")) return undefined;
  const { default: wellKnown } = await import("nodemailer/lib/well-known");
  const found = wellKnown(domain);
  if (found === false || found.host === undefined) return undefined;
  const port = Number(found.port ?? (found.secure === true ? 465 : 587));
  // Some entries name the port of implicit TLS and forget to say so; passwords never go without TLS, whatever they say.
  return { host: found.host, port, tls: found.secure === true || port === 465 ? "implicit" : "required" };
}
