import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface PythonPart {
  readonly type: string;
  readonly disposition: string | null;
  readonly filename: string | null;
  readonly sha256: string;
  /** Of text parts. */
  readonly text: string | null;
  readonly fields: readonly string[];
}

/** What Python's email package reads in a message. */
export interface PythonMessage {
  /** Why the strict policy refused it. */
  readonly refused?: string;
  /** Names in lower case, sorted; one for each field. */
  readonly fields: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  readonly mailboxes: Readonly<
    Record<string, readonly { readonly name: string; readonly address: string }[]>
  >;
  readonly defects: readonly string[];
  readonly parts: readonly PythonPart[];
}

export interface PythonJudge {
  read(content: Uint8Array): Promise<PythonMessage>;
  stop(): void;
}

/** One process for all messages. */
export function startPythonJudge(): PythonJudge {
  const child = spawn("python3", ["-X", "utf8", fileURLToPath(new URL("python-judge.py", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const waiting: { resolve: (message: PythonMessage) => void; reject: (error: Error) => void }[] = [];
  const fail = (error: Error): void => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  child.on("error", (error) => fail(new Error(`python3 cannot be started: ${error.message}`)));
  child.on("exit", (code) => fail(new Error(`python3 ended with ${code}`)));
  child.stdin.on("error", fail);
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) waiting.shift()?.resolve(JSON.parse(line) as PythonMessage);
  });
  return {
    read: (content) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${Buffer.from(content).toString("base64")}\n`);
      }),
    stop: () => void child.kill(),
  };
}
