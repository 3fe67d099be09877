/** A stream that text is written to; `isTTY` decides about colour. */
export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** Where the command writes. It touches no global, so that tests can call it as a function. */
export interface Terminal {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user ends the program. */
  readonly signal: AbortSignal;
}

/** Colour only where a person looks, and never against NO_COLOR. */
export function wantsColour(output: TextOutput, env: Terminal["env"]): boolean {
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  return output.isTTY === true && env["TERM"] !== "dumb";
}
