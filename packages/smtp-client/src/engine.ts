// What an open connection works with. Loaded with the first connection, so that importing the package costs little.

export { releaseMessage } from "@wirepost/mime-message";
export { TransactionByHand } from "./manual-transaction.js";
export { abortedError, refused } from "./outcome/refused.js";
export { Pipeline } from "./pipeline/pipeline.js";
export { SendJob } from "./pipeline/send-job.js";
export { watchJob } from "./pipeline/watch-job.js";
export { establish, hello, openAndGreet, startTls } from "./session/establish.js";
export { closedError } from "./session/session.js";
