import type { SubmissionServer } from "@wirepost/mail-delivery";
import type { Colors } from "picocolors/types.js";
import { escapeLine } from "./escape.js";

/** The servers that were found, the best first, one a line. */
export function renderDiscovery(servers: readonly SubmissionServer[], colours: Colors): string {
  const lines = servers.map(({ host, port, tls, source, authenticated, needsConfirmation }) => {
    const facts = [
      tls === "implicit" ? "TLS" : "STARTTLS",
      source === "srv" ? "published by the domain" : "a usual name",
      ...(authenticated ? ["DNSSEC"] : []),
    ];
    const doubt = needsConfirmation ? `, ${colours.yellow("outside the domain")}` : "";
    return `  ${escapeLine(host)} port ${port}  ${facts.join(", ")}${doubt}`;
  });
  return `${[colours.bold("Found"), ...lines].join("\n")}\n`;
}
