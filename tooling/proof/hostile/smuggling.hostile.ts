import { SMUGGLING } from "./catalogue/smuggling.js";
import { prove } from "./prove.js";

prove(SMUGGLING);
