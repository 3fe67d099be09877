import { CERTIFICATES } from "./catalogue/certificates.js";
import { prove } from "./prove.js";

prove(CERTIFICATES);
