// The command as a function, for programs that embed it and for tests.
export { CLI_ERRORS, CliError, type CliErrorCode } from "./errors.js";
export {
  EXIT_CODE_MEANINGS,
  EXIT_CODES,
  type ExitCode,
  exitCodeForError,
  exitCodeForOutcomes,
} from "./exit-code.js";
export { run } from "./run.js";
export type { Terminal, TextOutput } from "./terminal.js";
