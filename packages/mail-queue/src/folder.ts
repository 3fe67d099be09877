// A directory of messages whose extensions tell how far they have come, for programs that keep such a directory themselves.

export { folderFile } from "./folder/folder-file.js";
export { FOLDER_STATES, type FolderMessage, MessageFolder } from "./folder/message-folder.js";
