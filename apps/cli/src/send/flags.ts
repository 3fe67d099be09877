import { Argument, type Command, Option } from "commander";
import { addConnectionFlags, type ConnectionFlags } from "../connection.js";
import { collect, collectWords } from "../flag-values.js";

/** Everything `wirepost send` can be told, as commander hands it over. */
export interface SendFlags extends ConnectionFlags {
  readonly url?: string;
  readonly from?: string;
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly replyTo?: readonly string[];
  readonly envelopeFrom?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly textFile?: string;
  readonly html?: string;
  readonly htmlFile?: string;
  readonly attach?: readonly string[];
  readonly header?: readonly string[];
  readonly raw?: string;
  readonly dsn?: readonly string[];
  readonly dsnReturn?: "full" | "headers";
  readonly dsnId?: string;
  readonly requireTls?: true;
  readonly allOrNothing?: true;
  readonly json?: true;
  readonly verbose?: true;
  /** Commander's negation: false after `--no-progress`. */
  readonly progress: boolean;
}

export function addSendFlags(command: Command): Command {
  command
    .addArgument(
      new Argument(
        "[url]",
        "server: smtp://, smtps:// or lmtp://[user[:password]@]host[:port], or host[:port] (default: environment WIREPOST_URL)",
      ),
    )
    .option("-u, --url <url>", "the same, as a flag")
    .option("-f, --from <mailbox>", "author, and sender of the envelope")
    .option("-t, --to <mailboxes>", "recipients; may be a list, may be repeated", collect)
    .option("--cc <mailboxes>", "recipients of a copy", collect)
    .option("--bcc <mailboxes>", "recipients whom the others do not see", collect)
    .option("--reply-to <mailboxes>", "where answers go", collect)
    .option("--envelope-from <mailbox>", "sender of the envelope, <> for none (default: --from)")
    .option("-s, --subject <text>", "subject")
    .option("--text <text>", "body (default: standard input)")
    .option("--text-file <file>", "body from a file, - for standard input")
    .option("--html <html>", "HTML body, beside the text or alone")
    .option("--html-file <file>", "HTML body from a file, - for standard input")
    .option("-a, --attach <file>", "attach a file; may be repeated", collect)
    .option("-H, --header <field>", "'Name: value', a further header field; may be repeated", collect)
    .option("--raw <file>", "send this ready message, - for standard input, instead of composing one")
    .option("--dsn <conditions>", "ask for reports: never, or success, failure and delay", collectWords)
    .addOption(
      new Option("--dsn-return <what>", "how much of the message a report returns").choices([
        "full",
        "headers",
      ]),
    )
    .option("--dsn-id <id>", "envelope identifier that reports repeat")
    .option("--require-tls", "let no server on the way pass the message on without TLS (RFC 8689)")
    .option("--all-or-nothing", "send to nobody unless every recipient is accepted");
  return addConnectionFlags(command)
    .option("--json", "print the receipt, or the error, as one JSON object")
    .option("-v, --verbose", "show the conversation on standard error, without secrets")
    .option("--no-progress", "no progress bar");
}
