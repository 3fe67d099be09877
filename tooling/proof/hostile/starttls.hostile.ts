import { STARTTLS } from "./catalogue/starttls.js";
import { prove } from "./prove.js";

prove(STARTTLS);
