import type { DsnOptions } from "@wirepost/smtp-client";
import { CliError } from "../errors.js";
import type { SendFlags } from "./flags.js";

const CONDITIONS = ["success", "failure", "delay"] as const;

/** What the flags ask of delivery notices (RFC 3461); undefined when they ask for nothing. @throws CliError `ERR_CLI_USAGE` */
export function readDsn({ dsn, dsnReturn, dsnId }: SendFlags): DsnOptions | undefined {
  if (dsn === undefined && dsnReturn === undefined && dsnId === undefined) return undefined;
  return {
    return: dsnReturn,
    envelopeId: dsnId,
    notify: dsn === undefined ? undefined : readConditions(dsn),
  };
}

function readConditions(words: readonly string[]): DsnOptions["notify"] {
  if (words.length === 1 && words[0] === "never") return "never";
  return words.map((word) => {
    const known = CONDITIONS.find((condition) => condition === word);
    if (known !== undefined) return known;
    const given = JSON.stringify(word);
    throw new CliError("ERR_CLI_USAGE", `--dsn takes never, or success, failure and delay, not ${given}`);
  });
}
