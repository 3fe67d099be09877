export { ENUMS } from "./enums.mjs";
export { SETTINGS } from "./settings.mjs";
export { SMTP } from "./smtp.mjs";
export { CERTIFICATE, FIREWALL, HEADER, LISTS, MESSAGE_RECIPIENT } from "./types.mjs";
