import type { Colors } from "picocolors/types.js";
import type { Announcement, ProbedTls, ProbeReport } from "../probe/report.js";
import { escapeLine } from "./escape.js";
import { formatBytes, formatMs } from "./size.js";

/** The report as a person reads it, section by section. */
export function renderProbe(report: ProbeReport, colours: Colors): string {
  const title = (text: string) => colours.bold(text);
  const lines = [
    `${title("Server")}  ${escapeLine(report.host)}${report.port === null ? "" : ` port ${report.port}`}`,
  ];
  for (const line of report.greeting ?? []) lines.push(`  ${escapeLine(line)}`);
  lines.push(title("TLS"), ...tlsLines(report.tls, colours));
  if (report.announced !== null) {
    // The look ended before there was another announcement.
    const before = report.tls !== null && report.announced === report.beforeTls;
    lines.push(
      title(before ? "Extensions before TLS" : "Extensions"),
      ...extensionLines(report.announced),
      title("Login"),
      `  ${loginLine(report)}`,
    );
  }
  lines.push(...strippedLines(report, colours));
  const times = Object.entries(report.timings);
  lines.push(
    title("Time"),
    `  ${times.map(([name, ms]) => `${name.replace(/Ms$/, "")} ${formatMs(ms)}`).join(", ")}`,
  );
  return `${lines.join("\n")}\n`;
}

function tlsLines(tls: ProbedTls | null, colours: Colors): string[] {
  if (tls === null) return [`  ${colours.yellow("none")}`];
  const verdict = tls.verified
    ? colours.green("verified")
    : colours.red(
        `not verified: ${escapeLine(tls.failure === null ? "unknown reason" : `${tls.failure.code}, ${tls.failure.message}`)}`,
      );
  const exchange = tls.keyExchange === null ? "" : `, ${escapeLine(tls.keyExchange)}`;
  const { protocol, cipher } = tls;
  const lines =
    protocol === null || cipher === null
      ? [`  ${verdict}`]
      : [
          `  ${escapeLine(protocol)}, ${escapeLine(cipher)}, ${tls.cipherBits} bits${exchange}`,
          `  ${verdict}`,
        ];
  if (tls.certificate !== null) {
    const { subject, issuer, names, notBefore, notAfter, key, signature, sha256 } = tls.certificate;
    lines.push(
      `  subject  ${escapeLine(subject)}`,
      `  issuer   ${escapeLine(issuer)}`,
      `  names    ${escapeLine(names.join(", "))}`,
      `  valid    ${notBefore.slice(0, 10)} to ${notAfter.slice(0, 10)}`,
      `  key      ${escapeLine(key)}, signed with ${escapeLine(signature)}`,
      `  sha256   ${sha256}`,
    );
  }
  return lines;
}

function extensionLines({ extensions }: Announcement): string[] {
  if (extensions.length === 0) return ["  none"];
  return extensions.map(({ keyword, parameters }) => {
    const bytes = keyword.toUpperCase() === "SIZE" ? Number(parameters[0]) : 0;
    const note = bytes > 0 ? ` (${formatBytes(bytes)})` : "";
    return `  ${escapeLine([keyword, ...parameters].join(" "))}${note}`;
  });
}

function loginLine({ announced, loggedIn }: ProbeReport): string {
  const mechanisms = announced?.mechanisms ?? [];
  const offered = mechanisms.length === 0 ? "no mechanism offered" : escapeLine(mechanisms.join(", "));
  if (loggedIn === null) return offered;
  return `${offered}; ${loggedIn ? "logged in" : "not logged in"}`;
}

/** Extensions that come or go with TLS: passwords offered in clear are worth a look. */
function strippedLines({ beforeTls, announced, tls }: ProbeReport, colours: Colors): string[] {
  if (beforeTls === null || announced === null || tls === null || announced === beforeTls) return [];
  const lines: string[] = [];
  if (beforeTls.mechanisms.length > 0) {
    lines.push(`  ${colours.dim(`before TLS: ${escapeLine(beforeTls.mechanisms.join(", "))}`)}`);
  }
  return lines;
}
