/** SMTPConnectionTypes: plain first, then STARTTLS. The default. */
export const STARTTLS_MODE = 0;
/** SMTPConnectionTypes: TLS from the first octet. */
export const SSLTLS_MODE = 1;
