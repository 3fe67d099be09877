import { LOGINS } from "./catalogue/logins.js";
import { prove } from "./prove.js";

prove(LOGINS);
