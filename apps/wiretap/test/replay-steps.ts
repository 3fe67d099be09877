// A recorded conversation as a script of the test server: it says what the server said, and wants to hear what the client
// said. What is not in the recording (secrets, content) may be anything of its kind.
import { client, clientContent, clientEnds, type Step, server, startsTls } from "@wirepost/test-server";
import { entryOctets, type TranscriptEntry } from "../src/index.js";

/** What the client must prove to itself that it speaks to. */
export interface ReplayIdentity {
  readonly certificate: string;
  readonly key: string;
}

export function replaySteps(entries: readonly TranscriptEntry[], identity?: ReplayIdentity): Step[] {
  const steps: Step[] = [];
  entries.forEach((entry, i) => {
    switch (entry.kind) {
      case "server":
        steps.push(server(octets(entry)));
        break;
      case "client":
        // A chunk of content that was not kept is as long as the message of today.
        if (!isChunk(entry) || contentWasKept(entries, i)) steps.push(clientLine(entry));
        break;
      case "content":
        steps.push(client(octets(entry)));
        break;
      case "content-end":
        if (entries[i - 1]?.kind !== "content") steps.push(...unknownContent(entry.text));
        break;
      case "event":
        if (entry.text.startsWith("client secured ")) steps.push(startsTls(identity!));
        else if (entry.text === "client ended") steps.push(clientEnds());
    }
  });
  return steps;
}

function octets(entry: TranscriptEntry): Uint8Array {
  return Buffer.from(
    entryOctets(entry)
      .map((part) => part ?? "YQ==")
      .join(""),
    "latin1",
  );
}

function clientLine(entry: TranscriptEntry): Step {
  const parts = entryOctets(entry);
  if (!parts.includes(null)) return client(octets(entry));
  const pattern = parts.map((part) => (part === null ? ".*" : part.replace(/[^\w\r\n]/g, "\\$&"))).join("");
  return client(new RegExp(`^${pattern}$`));
}

function isChunk(entry: TranscriptEntry): boolean {
  return /^BDAT /i.test(entry.text);
}

function contentWasKept(entries: readonly TranscriptEntry[], command: number): boolean {
  const end = entries.findIndex(({ kind }, i) => i > command && kind === "content-end");
  return entries[end - 1]?.kind === "content";
}

function unknownContent(text: string): Step[] {
  if (text.startsWith("DATA")) return [clientContent()];
  return [
    async (peer) => {
      const line = Buffer.from(await peer.until("\r\n")).toString("latin1");
      const size = Number(/^BDAT (\d+)/.exec(line)?.[1]);
      if (size > 0) await peer.read(size);
    },
  ];
}
