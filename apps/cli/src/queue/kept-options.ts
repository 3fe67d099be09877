import type { KeptSendOptions } from "@wirepost/mail-queue";
import { serializeCommand } from "@wirepost/smtp-protocol";
import { readDsn } from "../send/dsn.js";
import type { SendFlags } from "../send/flags.js";

/**
 * The flags that stay with the message and are said to the server when it is delivered. Checked now: whoever runs the queue later
 * could only see the message fail.
 *
 * @throws CliError `ERR_CLI_USAGE`; SmtpProtocolError `ERR_SMTP_ARGUMENT`
 */
export function keptOptions(flags: SendFlags): KeptSendOptions | undefined {
  const dsn = readDsn(flags);
  const { dsnId } = flags;
  if (dsnId !== undefined) serializeCommand({ verb: "MAIL", from: null, parameters: { envelopeId: dsnId } });
  if (dsn === undefined && flags.requireTls === undefined) return undefined;
  return { dsn, requireTls: flags.requireTls };
}
