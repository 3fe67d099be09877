// Certificate and key files of every format that people have.
export { loadDenyList } from "./certificates/deny-list.js";
export type { CertificateFormat } from "./certificates/detect-format.js";
export { detectFormat } from "./certificates/detect-format.js";
export { keyLogTo } from "./certificates/key-log.js";
export type { LoadedCertificate, LoadOptions } from "./certificates/load.js";
export { loadCertificate, loadPrivateKey, loadTrusted } from "./certificates/load.js";
export type { CertificateStore, OpenOptions, StoreEntry } from "./certificates/store.js";
export { openCertificateStore } from "./certificates/store.js";
