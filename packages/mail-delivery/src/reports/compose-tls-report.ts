import { gzipSync } from "node:zlib";
import { composeMessage } from "@wirepost/mime-message";
import type { TlsReport } from "./tls-reports.js";

/** RFC 8460 section 6.5. */
export const GZIPPED_REPORT = "application/tlsrpt+gzip";

/** The report as it travels (RFC 8460 section 5.2). */
export function gzippedReport({ json }: TlsReport): Uint8Array {
  return gzipSync(JSON.stringify(json));
}

/** Who writes to whom. */
export interface TlsReportLetter {
  /** Its domain should be the one that reports, and sign (RFC 8460 section 3). */
  readonly from: string;
  /** Where the report is wanted. */
  readonly to: string;
}

/**
 * The mail that carries a report (RFC 8460 section 5.3), ready to be signed. It asks for delivery whatever is wrong with TLS
 * (sections 3 and 5.3.1, by the field of RFC 8689): who has a fault there is to hear of it.
 *
 * @throws MimeError for addresses
 */
export async function composeTlsReport(
  report: TlsReport,
  { from, to }: TlsReportLetter,
): Promise<Uint8Array> {
  const { domain, submitter, reportId, fileName } = report;
  const { content } = await composeMessage(
    {
      from,
      to,
      subject: `Report Domain: ${domain} Submitter: ${submitter} Report-ID: <${reportId}>`,
      headers: {
        "TLS-Report-Domain": domain,
        "TLS-Report-Submitter": submitter,
        "TLS-Required": "No",
        "Auto-Submitted": "auto-generated",
      },
      text: `This is an aggregate TLS report from ${submitter} on mail for ${domain}.\n`,
      attachments: [
        { filename: `${fileName}.gz`, contentType: GZIPPED_REPORT, content: gzippedReport(report) },
      ],
    },
    { transport: "7bit" },
  );
  return asReport(content instanceof Uint8Array ? content : await collected(content.open()));
}

const MIXED = "\r\nContent-Type: multipart/mixed;";

/** A multipart/report is a multipart/mixed of another name (RFC 6522 section 3). */
function asReport(message: Uint8Array): Uint8Array {
  const octets = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const at = octets.indexOf(MIXED, 0, "latin1");
  if (at < 0 || at > octets.indexOf("\r\n\r\n", 0, "latin1")) throw new TypeError("no multipart/mixed");
  return Buffer.concat([
    octets.subarray(0, at),
    Buffer.from('\r\nContent-Type: multipart/report; report-type="tlsrpt";', "latin1"),
    octets.subarray(at + MIXED.length),
  ]);
}

async function collected(blocks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const block of blocks) pieces.push(block);
  return Buffer.concat(pieces);
}
