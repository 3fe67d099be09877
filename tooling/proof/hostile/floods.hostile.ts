import { FLOODING } from "./catalogue/floods.js";
import { prove } from "./prove.js";

// One at a time: each looks at the memory of its thread.
prove(FLOODING, { alone: true });
