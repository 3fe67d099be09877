import { REPLIES } from "./catalogue/replies.js";
import { prove } from "./prove.js";

prove(REPLIES);
