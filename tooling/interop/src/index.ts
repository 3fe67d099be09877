export { startPostfixDovecot } from "./servers/postfix-dovecot.js";
