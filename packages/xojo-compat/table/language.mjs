// Classes and modules that are written by hand: for the documentation, and for the test that they have what the table says.
import { aka, fact, method, property } from "./rows.mjs";

const written = (name, doc, members, more = {}) => ({ name, doc, members, byHand: true, ...more });

export const XOJO_ARRAY = written(
  "XojoArray",
  "An array with Xojo's methods, the type of Messages and Attachments. A JavaScript array otherwise.",
  [
    method("Add", ["item: T"], "void", { core: "Array.push", aka: [aka("Append", "1")] }),
    method("AddAt", ["index: Integer", "item: T"], "void", {
      core: "Array.splice",
      aka: [aka("Insert", "1")],
    }),
    method("RemoveAt", ["index: Integer"], "void", { core: "Array.splice", aka: [aka("Remove", "1")] }),
    method("RemoveAll", [], "void", { core: "" }),
    method("ResizeTo", ["lastIndex: Integer"], "void", {
      core: "",
      status: "differs",
      note: "only shortens; -1 empties",
    }),
    method("LastIndex", [], "Integer", {
      core: "",
      aka: [aka("LastRowIndex", "2 early"), aka("Ubound", "1")],
    }),
    method("Count", [], "Integer", {
      core: "Array.length",
      status: "differs",
      note: "needs its parentheses",
    }),
    method("IndexOf", ["item: T"], "Integer", { core: "Array.indexOf" }),
    method("Pop", [], "T", { core: "Array.pop" }),
  ],
);

export const RUNTIME_EXCEPTION = written(
  "RuntimeException",
  "What Error passes and what wrong calls throw. A JavaScript Error; `cause` holds the core's.",
  [
    property("ErrorNumber", "Integer", {
      core: "SocketError.platformNumber, .winsockNumber",
      status: "mapped",
    }),
    property("Message", "String", { core: "Error.message" }),
    property("Reason", "String", { core: "Error.message" }),
    method("Stack", [], "string[]", { core: "Error.stack", status: "mapped", note: "JavaScript's frames" }),
    method("StackFrames", [], "{ Name: string }[]", { core: "Error.stack", status: "mapped" }),
  ],
);

export const IO_EXCEPTION = written(
  "IOException",
  "Thrown by Write without a connection, and by what reads files.",
  [],
);

export const FOLDER_ITEM = written("FolderItem", "A file by its path: `new FolderItem(path)`.", [
  property("NativePath", "String", { core: "" }),
  property("Name", "String", { core: "" }),
  fact("Exists", "Promise<boolean>", {
    core: "fromFile()",
    status: "differs",
    note: "looking at the disk is awaited: `if (await item.Exists)`",
  }),
  method("ShowOpenFileDialog", ["filter: String"], "FolderItem", {
    core: "",
    status: "differs",
    static: true,
    note: "throws: there are no dialogs; take a path",
  }),
  method("ShowSaveFileDialog", ["filter: String", "name: String"], "FolderItem", {
    core: "",
    status: "differs",
    static: true,
    note: "throws: there are no dialogs; take a path",
  }),
]);

export const NETWORK_INTERFACE = written("NetworkInterface", "An address of this machine.", [
  fact("IPAddress", "String", { core: "os.networkInterfaces()" }),
  fact("MACAddress", "String", { core: "os.networkInterfaces()" }),
  fact("SubnetMask", "String", { core: "os.networkInterfaces()" }),
  fact("Name", "String", { core: "os.networkInterfaces()" }),
  method("Loopback", [], "NetworkInterface", { core: "" }),
]);

export const SYSTEM = written(
  "System",
  "The part of the module that sockets need.",
  [
    method("NetworkInterface", ["index: Integer"], "NetworkInterface", { core: "os.networkInterfaces()" }),
    method("GetNetworkInterface", ["index: Integer"], "NetworkInterface", { core: "os.networkInterfaces()" }),
    method("NetworkInterfaceCount", [], "Integer", { core: "os.networkInterfaces()" }),
  ],
  { module: true },
);

export const ENCODINGS = written(
  "Encodings",
  "For Read, ReadAll and Lookahead.",
  [
    fact("UTF8", "TextEncoding", { core: "" }),
    fact("ASCII", "TextEncoding", { core: "" }),
    fact("ISOLatin1", "TextEncoding", { core: "" }),
    fact("WindowsLatin1", "TextEncoding", { core: "TextDecoder" }),
  ],
  { module: true },
);

export const XOJO_CLOUD = written(
  "XojoCloud",
  "Stand-ins for the vendor's cloud.",
  [
    fact("FirewallPort", "class", {
      core: "",
      status: "no-op",
      note: "Open succeeds at once; IsOpen is true then",
    }),
  ],
  { module: true },
);

export const FUNCTIONS = written(
  "Functions",
  "Beside the classes.",
  [
    method("AddHandler", ["event: method", "handler: method"], "void", {
      core: "",
      status: "same",
      note: "`AddHandler(socket.MessageSent, sent)`; the handler gets the socket first",
    }),
    method("RemoveHandler", ["event: method", "handler: method"], "void", { core: "" }),
    method("AddressOf", ["method: method"], "method", {
      core: "",
      note: "gives the function back; it may be left out",
    }),
  ],
  { functions: true },
);
