// Proxies: what a caller needs besides `connect({ proxy })`.
export { detectProxy } from "./proxy/detect-proxy.js";
export { isException } from "./proxy/exceptions.js";
export type { ProxyOptions, ProxyType } from "./proxy/proxy-options.js";
export { parseProxyUrl } from "./proxy/proxy-options.js";
