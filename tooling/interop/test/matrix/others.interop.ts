import { startAiosmtpd } from "../../src/servers/aiosmtpd.js";
import { startDovecotLmtp } from "../../src/servers/dovecot-lmtp.js";
import { startDovecotSubmission } from "../../src/servers/dovecot-submission.js";
import { startOpenSmtpd } from "../../src/servers/opensmtpd.js";
import { startSmtpServer } from "../../src/servers/smtp-server.js";
import { describeMatrix } from "./matrix.js";

describeMatrix("OpenSMTPD", startOpenSmtpd, [
  { port: "plain", tls: "none", heavy: true, smtpUtf8: false },
  { port: "starttls", tls: "opportunistic", smtpUtf8: false },
  { port: "submission", tls: "required", mechanism: "PLAIN", heavy: true, smtpUtf8: false },
  { port: "implicit", tls: "implicit", mechanism: "LOGIN", smtpUtf8: false },
]);

describeMatrix("aiosmtpd", startAiosmtpd, [
  { port: "plain", tls: "none", heavy: true },
  { port: "starttls", tls: "required", mechanism: "PLAIN" },
  { port: "implicit", tls: "implicit", mechanism: "LOGIN" },
  { port: "lmtp", tls: "none", more: { protocol: "lmtp" } },
]);

describeMatrix("smtp-server", startSmtpServer, [
  { port: "plain", tls: "none", heavy: true },
  { port: "starttls", tls: "required", mechanism: "PLAIN" },
  { port: "implicit", tls: "implicit", mechanism: "CRAM-MD5" },
  { port: "lmtp", tls: "none", more: { protocol: "lmtp" } },
]);

describeMatrix("Dovecot LMTP", startDovecotLmtp, [
  { port: "plain", tls: "none", more: { protocol: "lmtp" }, heavy: true, smtpUtf8: false },
  { port: "plain", tls: "required", more: { protocol: "lmtp" }, smtpUtf8: false },
  {
    port: "implicit",
    tls: "implicit",
    more: { protocol: "lmtp", chunking: "off" },
    heavy: true,
    smtpUtf8: false,
  },
]);

describeMatrix("Dovecot 2.4 submission", async () => {
  const relay = await startSmtpServer();
  const { readMessages } = relay;
  const server = await startDovecotSubmission({ relay: { port: relay.ports.plain, readMessages } });
  const stop = async () => {
    await server.stop();
    await relay.stop();
  };
  return { ...server, stop };
}, [
  { port: "starttls", tls: "required", mechanism: "SCRAM-SHA-256-PLUS", heavy: true, smtpUtf8: false },
  { port: "implicit", tls: "implicit", mechanism: "SCRAM-SHA-1-PLUS", smtpUtf8: false },
]);
