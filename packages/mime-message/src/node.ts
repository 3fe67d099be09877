// Files: the only place in the package, and for messages in the house, that reads them.
export type { FromFileOptions } from "./node/files.js";
export { fileDoor, fromFile } from "./node/files.js";
