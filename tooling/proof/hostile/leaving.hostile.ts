import { LEAVING } from "./catalogue/silence.js";
import { prove } from "./prove.js";

prove(LEAVING);
