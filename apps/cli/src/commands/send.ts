import { type SendOptions, SmtpClient } from "@wirepost/smtp-client";
import { Command } from "commander";
import pc from "picocolors";
import { readConnection } from "../connection.js";
import { CliError } from "../errors.js";
import { exitCodeForOutcomes } from "../exit-code.js";
import { openProgressBar } from "../progress.js";
import { receiptJson, renderReceipt } from "../render/receipt.js";
import { onTranscript } from "../render/transcript.js";
import { readDsn } from "../send/dsn.js";
import { addSendFlags, type SendFlags } from "../send/flags.js";
import { prepareMessage } from "../send/message.js";
import { type Terminal, wantsColour } from "../terminal.js";

/** `wirepost send`: one message, and an honest exit code. */
export function sendCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  const command = new Command("send").description("send one message");
  return addSendFlags(command).action(async (url: string | undefined, flags: SendFlags) => {
    done(await send(url, flags, terminal));
  });
}

async function send(argument: string | undefined, flags: SendFlags, terminal: Terminal): Promise<number> {
  const connection = await readConnection(serverUrl(argument, flags, terminal), flags, terminal.env);
  const message = await prepareMessage(flags, terminal);
  const bar = flags.verbose === true || !flags.progress ? undefined : await openProgressBar(terminal);
  const client = new SmtpClient({
    ...connection,
    observer: flags.verbose === true ? { onTranscript: onTranscript(terminal) } : undefined,
  });
  try {
    const receipt = await client.send(message, { ...sendOptions(flags, terminal), onProgress: bar?.update });
    bar?.stop();
    const exitCode = exitCodeForOutcomes(receipt.recipients);
    if (flags.json === true) terminal.stdout.write(`${JSON.stringify(receiptJson(receipt, exitCode))}\n`);
    else
      terminal.stdout.write(
        renderReceipt(receipt, pc.createColors(wantsColour(terminal.stdout, terminal.env))),
      );
    return exitCode;
  } finally {
    bar?.stop();
    await client.close();
  }
}

function serverUrl(argument: string | undefined, flags: SendFlags, { env }: Terminal): string {
  if (argument !== undefined && flags.url !== undefined) {
    throw new CliError("ERR_CLI_USAGE", "the server is given twice, as an argument and by --url");
  }
  const url = argument ?? flags.url ?? env["WIREPOST_URL"];
  if (url === undefined || url === "") {
    throw new CliError(
      "ERR_CLI_USAGE",
      "the server is missing: an argument such as smtps://mail.example, or WIREPOST_URL",
    );
  }
  return url;
}

function sendOptions(flags: SendFlags, terminal: Terminal): SendOptions {
  return {
    signal: terminal.signal,
    sendTimeoutMs: flags.timeout,
    acceptance: flags.allOrNothing === true ? "all" : "any",
    requireTls: flags.requireTls,
    dsn: readDsn(flags),
  };
}
