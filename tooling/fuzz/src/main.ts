// What the fuzzing programs need, in one file that is built with counters.
export { keepInput, readCorpus } from "./corpus.js";
export { findBroken } from "./generated.js";
export { families, judgeGrowth } from "./growth.js";
export { explore, minimise } from "./guided/explore.js";
export { show } from "./law.js";
export { TARGETS } from "./targets.js";
