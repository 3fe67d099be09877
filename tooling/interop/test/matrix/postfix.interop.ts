import { startPostfixCyrus } from "../../src/servers/postfix-cyrus.js";
import { startPostfixDovecot } from "../../src/servers/postfix-dovecot.js";
import { describeMatrix } from "./matrix.js";

describeMatrix("Postfix with Dovecot", startPostfixDovecot, [
  { port: "plain", tls: "none", heavy: true },
  { port: "plain", tls: "none", more: { chunking: "off" }, heavy: true },
  { port: "plain", tls: "none", more: { pipelining: "off", chunking: "off" } },
  { port: "plain", tls: "opportunistic", mechanism: "CRAM-MD5" },
  { port: "plain", tls: "none", mechanism: "CRAM-MD5" },
  { port: "bare", tls: "none", mechanism: "LOGIN", smtpUtf8: false, eightBit: false },
  { port: "starttls", tls: "opportunistic" },
  { port: "starttls", tls: "required", mechanism: "SCRAM-SHA-256" },
  { port: "submission", tls: "required", mechanism: "SCRAM-SHA-1", heavy: true },
  { port: "submission", tls: "required", mechanism: "DIGEST-MD5" },
  { port: "implicit", tls: "implicit", mechanism: "PLAIN", heavy: true },
  { port: "postscreen", tls: "none" },
]);

describeMatrix("Postfix with Cyrus SASL", startPostfixCyrus, [
  { port: "starttls", tls: "required", mechanism: "SCRAM-SHA-512" },
  { port: "implicit", tls: "implicit", mechanism: "NTLM" },
]);
