import { basename, resolve } from "node:path";
import { composeMessage, MimeError } from "@wirepost/mime-message";
import { fromFile } from "@wirepost/mime-message/node";
import { RuntimeException } from "../errors.js";
import { guardSpelling } from "./spelling.js";

/** A file by its path: what mail programs need of Xojo's FolderItem. */
export class FolderItem {
  static {
    guardSpelling(FolderItem);
  }

  /** The whole path. */
  NativePath: string;

  constructor(path = "") {
    this.NativePath = path === "" ? "" : resolve(path);
    if (new.target === FolderItem) Object.preventExtensions(this);
  }

  /** The last step of the path. */
  get Name(): string {
    return basename(this.NativePath);
  }

  set Name(name: string) {
    this.NativePath = resolve(this.NativePath, "..", name);
  }

  /** Looking at the disk blocks in Xojo; here it is awaited: `if (await item.Exists)`. */
  get Exists(): Promise<boolean> {
    return exists(this.NativePath);
  }

  /** There are no dialogs here. @throws RuntimeException ERR_XOJO_NO_DIALOG */
  static ShowOpenFileDialog(_filter?: string): FolderItem | null {
    throw noDialog();
  }

  /** There are no dialogs here. @throws RuntimeException ERR_XOJO_NO_DIALOG */
  static ShowSaveFileDialog(_filter?: string, _name?: string): FolderItem | null {
    throw noDialog();
  }
}

function noDialog(): RuntimeException {
  return new RuntimeException("there are no file dialogs here: write new FolderItem(path)", {
    code: "ERR_XOJO_NO_DIALOG",
  });
}

/** mime-message is the one that reads files; asking it to compose with a file tells whether there is one. */
async function exists(path: string): Promise<boolean> {
  if (path === "") return false;
  try {
    await composeMessage({ from: "a@example.com", attachments: [fromFile(path)] }, { inlineLimitBytes: 0 });
    return true;
  } catch (error) {
    const cause = MimeError.is(error) ? (error.cause as { code?: unknown } | undefined)?.code : undefined;
    return cause !== "ENOENT" && cause !== "ENOTDIR";
  }
}
