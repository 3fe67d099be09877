import { CHUNKS } from "./catalogue/chunks.js";
import { prove } from "./prove.js";

prove(CHUNKS);
