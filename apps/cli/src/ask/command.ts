import { Command } from "commander";
import pc from "picocolors";
import { addConnectionFlags, type ConnectionFlags, readConnection } from "../connection.js";
import { escapeLine } from "../render/escape.js";
import { replyJson } from "../render/outcome.js";
import { onTranscript } from "../render/transcript.js";
import { type Terminal, wantsColour } from "../terminal.js";
import { type Answer, ask, exitCodeForAnswers } from "./ask.js";

interface AskFlags extends ConnectionFlags {
  readonly json?: true;
  readonly verbose?: true;
}

/** What `wirepost verify` and `wirepost expand` have in common: all but the words. */
export function askCommand(
  name: "verify" | "expand",
  texts: { readonly description: string; readonly argument: string; readonly argumentDescription: string },
  terminal: Terminal,
  done: (exitCode: number) => void,
): Command {
  const command = new Command(name)
    .description(texts.description)
    .argument("<server>", "host, host:port, or a connection URL")
    .argument(texts.argument, texts.argumentDescription);
  return addConnectionFlags(command)
    .option("--json", "print one JSON object")
    .option("-v, --verbose", "show the conversation on standard error, without secrets")
    .action(async (server: string, words: readonly string[], flags: AskFlags) => {
      const options = await readConnection(server, flags, terminal.env);
      const observer = flags.verbose === true ? { onTranscript: onTranscript(terminal) } : undefined;
      const answers = await ask(name, words, { ...options, signal: terminal.signal, observer });
      const exitCode = exitCodeForAnswers(answers);
      terminal.stdout.write(
        flags.json === true ? answersJson(answers, exitCode) : answersText(answers, terminal),
      );
      done(exitCode);
    });
}

function answersJson(answers: readonly Answer[], exitCode: number): string {
  const rows = answers.map(({ argument, verdict, reply }) => ({
    argument,
    verdict,
    reply: replyJson(reply),
  }));
  return `${JSON.stringify({ ok: exitCode === 0, exitCode, answers: rows })}\n`;
}

function answersText(answers: readonly Answer[], terminal: Terminal): string {
  const colours = pc.createColors(wantsColour(terminal.stdout, terminal.env));
  const paint = {
    known: colours.green,
    "not-told": colours.yellow,
    unknown: colours.red,
    later: colours.yellow,
  };
  return answers
    .flatMap(({ argument, verdict, reply }) => [
      `${paint[verdict](verdict.padEnd(8))}  ${escapeLine(argument)}  ${colours.dim(String(reply.code))}`,
      ...reply.lines.map((line) => `          ${escapeLine(line)}`),
    ])
    .join("\n")
    .concat("\n");
}
