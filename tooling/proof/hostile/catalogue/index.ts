// Every misbehaviour, by the file that tests it.
import type { Misbehaviour } from "../misbehaviour.js";
import { CERTIFICATES } from "./certificates.js";
import { CHALLENGES } from "./challenges.js";
import { CHUNKS } from "./chunks.js";
import { CONTENT } from "./content.js";
import { EXTENSIONS } from "./extensions.js";
import { FLOODING } from "./floods.js";
import { HANDSHAKES } from "./handshakes.js";
import { LMTP } from "./lmtp.js";
import { LOGINS } from "./logins.js";
import { REPLIES } from "./replies.js";
import { SCRAM } from "./scram.js";
import { LEAVING, SILENCE } from "./silence.js";
import { SMUGGLING } from "./smuggling.js";
import { STARTTLS } from "./starttls.js";
import { TRANSACTIONS } from "./transactions.js";

export const CATALOGUE: Readonly<Record<string, readonly Misbehaviour[]>> = {
  certificates: CERTIFICATES,
  challenges: CHALLENGES,
  chunks: CHUNKS,
  content: CONTENT,
  extensions: EXTENSIONS,
  floods: FLOODING,
  handshakes: HANDSHAKES,
  leaving: LEAVING,
  lmtp: LMTP,
  logins: LOGINS,
  replies: REPLIES,
  scram: SCRAM,
  silence: SILENCE,
  smuggling: SMUGGLING,
  starttls: STARTTLS,
  transactions: TRANSACTIONS,
};
