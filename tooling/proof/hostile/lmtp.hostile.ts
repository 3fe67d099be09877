import { LMTP } from "./catalogue/lmtp.js";
import { prove } from "./prove.js";

prove(LMTP);
