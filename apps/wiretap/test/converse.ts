// A conversation without sockets: what each side says, what goes on, and what is shown.
import { Conversation, type ConversationSettings } from "../src/conversation.js";

const PLAIN: ConversationSettings = { lmtp: false, secure: false, startTls: false, content: false };

/** Octets of one side, one character each: `C` the client's, `S` the server's. */
export type Turn = readonly ["C" | "S", string];

/** What went on, and what was shown; octets cut as `cut` says. */
export function converse(
  turns: readonly Turn[],
  settings: Partial<ConversationSettings> = {},
  cut: (octets: string) => string[] = (octets) => [octets],
) {
  const shown: string[] = [];
  const conversation = new Conversation({ ...PLAIN, ...settings }, (kind, text) =>
    shown.push(`${kind} ${text}`),
  );
  let toServer = "";
  let toClient = "";
  const collect = () => {
    for (const octets of conversation.toServer.splice(0)) toServer += Buffer.from(octets).toString("latin1");
    for (const octets of conversation.toClient.splice(0)) toClient += Buffer.from(octets).toString("latin1");
  };
  for (const [who, octets] of turns) {
    for (const piece of cut(octets)) {
      if (who === "C") conversation.clientData(Buffer.from(piece, "latin1"));
      else conversation.serverData(Buffer.from(piece, "latin1"));
      collect();
    }
  }
  return { conversation, shown, toServer, toClient, collect };
}

export const said = (turns: readonly Turn[], who: "C" | "S") =>
  turns.flatMap(([side, octets]) => (side === who ? octets : [])).join("");

export const GREETED: readonly Turn[] = [
  ["S", "220 mx.example.test ESMTP\r\n"],
  ["C", "EHLO client.example\r\n"],
  ["S", "250-mx.example.test\r\n250-PIPELINING\r\n250-XFOO 1 2\r\n250 CHUNKING\r\n"],
];
export const ENVELOPE = "MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\n";
