import { startSandbox } from "../machine/sandbox.js";

/** What Python's email package reads in a message. */
export interface PythonMessage {
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  /** Defects that the parser noted anywhere in the message; a clean message has none. */
  readonly defects: readonly string[];
  readonly parts: readonly {
    readonly type: string;
    readonly fileName: string | null;
    /** SHA-256 of the decoded octets; of the text in UTF-8, line ends as LF, for text parts. */
    readonly sha256: string;
  }[];
}

export interface PythonReader {
  read(content: Uint8Array): Promise<PythonMessage>;
  stop(): Promise<void>;
}

const PROGRAM = `
import base64, email, email.policy, hashlib, json, sys
for line in sys.stdin:
    message = email.message_from_bytes(base64.b64decode(line), policy=email.policy.SMTPUTF8)
    defects, parts = [], []
    for part in message.walk():
        defects += [type(defect).__name__ for defect in part.defects]
        for value in part.values():
            defects += [type(defect).__name__ for defect in getattr(value, "defects", [])]
        if part.is_multipart():
            continue
        if part.get_content_maintype() == "text":
            data = part.get_content().replace("\\r\\n", "\\n").encode()
        else:
            data = part.get_payload(decode=True)
        digest = hashlib.sha256(data).hexdigest()
        parts.append({"type": part.get_content_type(), "fileName": part.get_filename(), "sha256": digest})
    head = {name: str(message[name]) for name in ("subject", "from", "to")}
    print(json.dumps({**head, "defects": defects, "parts": parts}), flush=True)
`;

/** Python's email package, of Debian and not of this machine, as a reader that shares no code with the writer. */
export async function startPythonReader(): Promise<PythonReader> {
  const sandbox = await startSandbox({
    name: "python",
    release: "bookworm",
    files: { "/srv/wirepost/reader.py": PROGRAM },
    start: "touch /srv/wirepost/log/ready\nexec sleep infinity\n",
    ready: async (running) =>
      running.log() !== undefined && (await running.run("test -e /srv/wirepost/log/ready")) === "",
  });
  const child = sandbox.spawn("exec python3.11 /srv/wirepost/reader.py");
  const waiting: ((line: string) => void)[] = [];
  let rest = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) waiting.shift()?.(line);
  });
  return {
    read: (content) =>
      new Promise((resolve) => {
        waiting.push((line) => resolve(JSON.parse(line) as PythonMessage));
        child.stdin.write(`${Buffer.from(content).toString("base64")}\n`);
      }),
    stop: () => sandbox.stop(),
  };
}
