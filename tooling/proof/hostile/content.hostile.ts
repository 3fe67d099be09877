import { CONTENT } from "./catalogue/transactions.js";
import { prove } from "./prove.js";

prove(CONTENT);
