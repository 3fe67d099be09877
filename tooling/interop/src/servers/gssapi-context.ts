import { once } from "node:events";
import { createInterface } from "node:readline";
import type { GssapiContext, GssapiRequest } from "@wirepost/sasl";
import type { Sandbox } from "../machine/sandbox.js";

const PROGRAM = `
import base64, json, sys, gssapi
from gssapi import RequirementFlag as F
context = None
for line in sys.stdin:
    try:
        ask = json.loads(line)
        data = base64.b64decode(ask.get("data") or "")
        result = b""
        if ask["do"] == "start":
            name = gssapi.Name(ask["service"] + "@" + ask["host"], gssapi.NameType.hostbased_service)
            flags = [F.mutual_authentication, F.out_of_sequence_detection, F.integrity]
            context = gssapi.SecurityContext(name=name, usage="initiate", flags=flags)
        elif ask["do"] == "step":
            result = context.step(data or None) or b""
        elif ask["do"] == "wrap":
            result = context.wrap(data, False).message
        elif ask["do"] == "unwrap":
            result = context.unwrap(data).message
        answer = {"data": base64.b64encode(result).decode(), "complete": bool(context.complete)}
    except Exception as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
`;

/**
 * A security context from MIT Kerberos, by way of Python's gssapi inside the sandbox of the key distribution centre:
 * real tokens without the native package \`kerberos\`, which npm cannot fetch built.
 */
export async function pythonGssapi(sandbox: Sandbox, request: GssapiRequest): Promise<GssapiContext> {
  const child = sandbox.spawn(`exec python3.11 -c '${PROGRAM.replaceAll("'", "'\\''")}'`);
  const lines = createInterface({ input: child.stdout });
  let complete = false;
  const ask = async (question: Record<string, string>): Promise<Uint8Array> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const [line] = (await once(lines, "line")) as [string];
    const answer = JSON.parse(line) as { data: string; complete: boolean; error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    complete = answer.complete;
    return new Uint8Array(Buffer.from(answer.data, "base64"));
  };
  const text = (octets: Uint8Array) => Buffer.from(octets).toString("base64");
  await ask({ do: "start", service: request.service, host: request.host });
  return {
    get complete() {
      return complete;
    },
    async step(token) {
      const next = await ask({ do: "step", data: token === null ? "" : text(token) });
      return next.length === 0 ? null : next;
    },
    wrap: (octets) => ask({ do: "wrap", data: text(octets) }),
    unwrap: (octets) => ask({ do: "unwrap", data: text(octets) }),
  };
}
