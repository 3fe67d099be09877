import { CONTENT } from "./catalogue/content.js";
import { prove } from "./prove.js";

prove(CONTENT);
