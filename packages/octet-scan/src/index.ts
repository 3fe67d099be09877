export { isReadyLines } from "./is-ready-lines.js";
export { LineFacts, type LineFactsOptions } from "./line-facts.js";
export { ReadyLines } from "./ready-lines.js";
export { RunFinder, type RunFinderOptions } from "./run-finder.js";
export { loadVectorUnit } from "./vector-unit.js";
