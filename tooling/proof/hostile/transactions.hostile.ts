import { TRANSACTIONS } from "./catalogue/transactions.js";
import { prove } from "./prove.js";

prove(TRANSACTIONS);
