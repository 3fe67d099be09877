import { EXTENSIONS } from "./catalogue/extensions.js";
import { prove } from "./prove.js";

prove(EXTENSIONS);
