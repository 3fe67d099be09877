import type { KeptSendOptions } from "@wirepost/mail-queue";
import { serializeCommand } from "@wirepost/smtp-protocol";
import { CliError } from "../errors.js";
import type { SendFlags } from "../send/flags.js";

type Dsn = NonNullable<KeptSendOptions["dsn"]>;

const CONDITIONS = ["success", "failure", "delay"] as const;

/**
 * The flags that stay with the message and are said to the server when it is delivered. Checked now: whoever runs the queue later
 * could only see the message fail.
 *
 * @throws CliError `ERR_CLI_USAGE`; SmtpProtocolError `ERR_SMTP_ARGUMENT`
 */
export function keptOptions(flags: SendFlags): KeptSendOptions | undefined {
  const dsn = readDsn(flags);
  if (dsn === undefined && flags.requireTls === undefined) return undefined;
  return { dsn, requireTls: flags.requireTls };
}

function readDsn({ dsn, dsnReturn, dsnId }: SendFlags): Dsn | undefined {
  if (dsn === undefined && dsnReturn === undefined && dsnId === undefined) return undefined;
  if (dsnId !== undefined) serializeCommand({ verb: "MAIL", from: null, parameters: { envelopeId: dsnId } });
  return {
    return: dsnReturn,
    envelopeId: dsnId,
    notify: dsn === undefined ? undefined : readConditions(dsn),
  };
}

function readConditions(words: readonly string[]): Dsn["notify"] {
  if (words.length === 1 && words[0] === "never") return "never";
  return words.map((word) => {
    const known = CONDITIONS.find((condition) => condition === word);
    if (known !== undefined) return known;
    const given = JSON.stringify(word);
    throw new CliError("ERR_CLI_USAGE", `--dsn takes never, or success, failure and delay, not ${given}`);
  });
}
