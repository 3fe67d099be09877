import type { SubmissionServer } from "@wirepost/mail-delivery";
import type { Colors } from "picocolors/types.js";
import type { ProbeResult } from "../probe/probe.js";
import { escapeLine } from "./escape.js";
import { renderProbe } from "./probe.js";

const SOURCES: Readonly<Record<SubmissionServer["source"], string>> = {
  srv: "published by the domain",
  provider: "a well-known provider",
  name: "a usual name",
};

/** The servers that were found, the best first, one a line. */
export function renderDiscovery(servers: readonly SubmissionServer[], colours: Colors): string {
  const lines = servers.map(({ host, port, tls, source, authenticated, needsConfirmation }) => {
    const facts = [
      tls === "implicit" ? "TLS" : "STARTTLS",
      SOURCES[source],
      ...(authenticated ? ["DNSSEC"] : []),
    ];
    const doubt = needsConfirmation ? `, ${colours.yellow("outside the domain")}` : "";
    return `  ${escapeLine(host)} port ${port}  ${facts.join(", ")}${doubt}`;
  });
  return `${[colours.bold("Found"), ...lines].join("\n")}\n`;
}

/** What one of several servers showed; of one that nobody answers at, why. */
export function renderLook({ report, error }: ProbeResult, colours: Colors): string {
  const { code = "", message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  const why = `  ${colours.red(escapeLine(code === "" ? message : `${code}: ${message}`))}`;
  if (error === undefined) return renderProbe(report, colours);
  if (report.greeting !== null || report.tls !== null)
    return `${renderProbe(report, colours)}${colours.bold("Failed")}\n${why}\n`;
  return `${colours.bold("Server")}  ${escapeLine(report.host)} port ${report.port}\n${why}\n`;
}
