/** A stream that text is written to; `isTTY` decides about colour and progress. */
export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** Where a command reads and writes. Commands touch no global, so that tests can call them as functions. */
export interface Terminal {
  readonly stdin: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean | undefined };
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted with the signal's name as reason when the user ends the program. */
  readonly signal: AbortSignal;
}

/** Colour only where a person looks, and never against NO_COLOR. */
export function wantsColour(output: TextOutput, env: Terminal["env"]): boolean {
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  return output.isTTY === true && env["TERM"] !== "dumb";
}

/** The signal that ended the program, when one did. */
export function interruption(signal: AbortSignal): "SIGINT" | "SIGTERM" | undefined {
  if (!signal.aborted) return undefined;
  return signal.reason === "SIGTERM" ? "SIGTERM" : "SIGINT";
}
