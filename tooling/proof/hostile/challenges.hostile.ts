import { CHALLENGES } from "./catalogue/challenges.js";
import { prove } from "./prove.js";

prove(CHALLENGES);
