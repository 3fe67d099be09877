// Every class and constant of the package, in the order of the documentation.
import { DNS_CLIENT, MAIL_MESSAGE } from "./companions.mjs";
import { CONSTANTS } from "./constants.mjs";
import { SMTP_CLIENT } from "./smtp-client.mjs";

export const CLASSES = [SMTP_CLIENT, MAIL_MESSAGE, DNS_CLIENT];
export { CONSTANTS };
