// The constructors of the type Certificate, over one certificate in a PEM file, and some of its fields.
import { readFileSync } from "node:fs";
import { Certificate, IPWorksException, ready } from "@wirepost/ipworks-compat/java";
import type { Program, Say } from "../program.js";

export const certificates: Program = async ({ certificateFile = "server.pem" }, say) => {
  const octets = readFileSync(certificateFile);
  await show(say, "empty", new Certificate());
  const ofFile = new Certificate(certificateFile);
  await show(say, "file", ofFile);
  await show(say, "encoded", new Certificate(octets));
  await show(say, "store", new Certificate(Certificate.cstPublicKeyFile, certificateFile, "", "*"));
  await show(say, "octets", new Certificate(Certificate.cstPublicKeyBlob, octets, "", "*"));
  await show(say, "auto", new Certificate(Certificate.cstAuto, certificateFile, "", "*"));
  const thumbprint = `Thumbprint=${ofFile.getThumbprintSHA1()}`;
  await show(say, "thumbprint", new Certificate(Certificate.cstAuto, octets, "", thumbprint));
  await show(say, "configuration", new Certificate(Certificate.cstAuto, octets, "", "", thumbprint));
  say(/^\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d$/.test(ofFile.getExpirationDate()) ? "dates" : "no dates");

  // The store of a Windows user: none is here.
  try {
    await ready(new Certificate(Certificate.cstUser, "MY", "", "CN=ann"));
    say("windows: opened");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`windows: ${e.getCode()}`);
  }
};

async function show(say: Say, name: string, certificate: Certificate): Promise<void> {
  await ready(certificate); // Java reads the file in the constructor
  say(`${name}: ${certificate.getSubject()}`);
}
