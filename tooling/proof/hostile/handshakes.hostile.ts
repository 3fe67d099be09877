import { HANDSHAKES } from "./catalogue/handshakes.js";
import { prove } from "./prove.js";

prove(HANDSHAKES);
