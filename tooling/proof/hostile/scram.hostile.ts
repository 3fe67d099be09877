import { SCRAM } from "./catalogue/scram.js";
import { prove } from "./prove.js";

prove(SCRAM);
