// The constructors of the type Certificate, over one certificate in a PEM file, and some of its fields.
import { readFileSync } from "node:fs";
import { Certificate, CertStoreTypes, IPWorksException, ready } from "@wirepost/ipworks-compat/dotnet";
import type { Program, Say } from "../program.js";

export const certificates: Program = async ({ certificateFile = "server.pem" }, say) => {
  const octets = readFileSync(certificateFile);
  await show(say, "empty", new Certificate());
  const ofFile = new Certificate(certificateFile);
  await show(say, "file", ofFile);
  await show(say, "encoded", new Certificate(octets));
  await show(say, "store", new Certificate(CertStoreTypes.cstPublicKeyFile, certificateFile, "", "*"));
  await show(say, "octets", new Certificate(CertStoreTypes.cstPublicKeyBlob, octets, "", "*"));
  await show(say, "auto", new Certificate(CertStoreTypes.cstAuto, certificateFile, "", "*"));
  const thumbprint = `Thumbprint=${ofFile.ThumbprintSHA1}`;
  await show(say, "thumbprint", new Certificate(CertStoreTypes.cstAuto, octets, "", thumbprint));
  await show(say, "configuration", new Certificate(CertStoreTypes.cstAuto, octets, "", "", thumbprint));
  say(/^\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d$/.test(ofFile.ExpirationDate) ? "dates" : "no dates");

  // The store of a Windows user: none is here.
  try {
    await ready(new Certificate(CertStoreTypes.cstUser, "MY", "", "CN=ann"));
    say("windows: opened");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`windows: ${e.Code}`);
  }
};

async function show(say: Say, name: string, certificate: Certificate): Promise<void> {
  await ready(certificate); // .NET reads the file in the constructor
  say(`${name}: ${certificate.Subject}`);
}
