// Every misbehaviour, by the file that tests it.
import type { Misbehaviour } from "../misbehaviour.js";
import { CERTIFICATES } from "./certificates.js";
import { EXTENSIONS } from "./extensions.js";
import { FLOODING } from "./floods.js";
import { LMTP } from "./lmtp.js";
import { LOGINS } from "./logins.js";
import { REPLIES } from "./replies.js";
import { SCRAM } from "./scram.js";
import { LEAVING, SILENCE } from "./silence.js";
import { SMUGGLING } from "./smuggling.js";
import { STARTTLS } from "./starttls.js";
import { CONTENT, TRANSACTIONS } from "./transactions.js";

export const CATALOGUE: Readonly<Record<string, readonly Misbehaviour[]>> = {
  certificates: CERTIFICATES,
  content: CONTENT,
  extensions: EXTENSIONS,
  floods: FLOODING,
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
