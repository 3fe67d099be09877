export { instantiate } from "./instantiate.js";
export { LineFacts, type LineFactsOptions } from "./line-facts.js";
export { RunFinder, type RunFinderOptions } from "./run-finder.js";
