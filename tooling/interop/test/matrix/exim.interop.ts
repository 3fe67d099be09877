import { startExim } from "../../src/servers/exim.js";
import { describeMatrix } from "./matrix.js";

describeMatrix("Exim", startExim, [
  { port: "plain", tls: "none", heavy: true },
  { port: "plain", tls: "none", more: { chunking: "off" }, heavy: true },
  { port: "plain", tls: "none", mechanism: "CRAM-MD5" },
  { port: "starttls", tls: "opportunistic" },
  { port: "starttls", tls: "required", mechanism: "PLAIN" },
  { port: "starttls", tls: "required", mechanism: "SCRAM-SHA-512", heavy: true },
  { port: "implicit", tls: "implicit", mechanism: "DIGEST-MD5", heavy: true },
]);
