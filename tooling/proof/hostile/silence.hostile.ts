import { SILENCE } from "./catalogue/silence.js";
import { prove } from "./prove.js";

prove(SILENCE);
