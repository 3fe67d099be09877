// OCSP responses made by pkijs: an implementation that shares nothing with the one under test.

import { webcrypto } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import type { Issued } from "./authority.js";

pkijs.setEngine("node", new pkijs.CryptoEngine({ name: "node", crypto: webcrypto as never }));

const buffer = (octets: Uint8Array): ArrayBuffer =>
  octets.buffer.slice(octets.byteOffset, octets.byteOffset + octets.length) as ArrayBuffer;
const certificateOf = (issued: Issued): pkijs.Certificate => pkijs.Certificate.fromBER(buffer(issued.der));

export interface OcspAnswer {
  status: "good" | "revoked" | "unknown";
  /** Who signs; the issuer itself by default. */
  signer?: Issued;
  /** Sends the signer's certificate along. */
  withCertificate?: boolean;
  thisUpdate?: Date;
  nextUpdate?: Date | null;
  hash?: "SHA-1" | "SHA-256";
}

export async function ocspResponse(
  certificate: Issued,
  issuer: Issued,
  answer: OcspAnswer,
): Promise<Uint8Array> {
  const signer = answer.signer ?? issuer;
  const certId = new pkijs.CertID();
  await certId.createForCertificate(certificateOf(certificate), {
    hashAlgorithm: answer.hash ?? "SHA-1",
    issuerCertificate: certificateOf(issuer),
  });
  const tag = { good: 0, revoked: 1, unknown: 2 }[answer.status];
  const certStatus =
    answer.status === "revoked"
      ? new asn1js.Constructed({
          idBlock: { tagClass: 3, tagNumber: 1 },
          value: [new asn1js.GeneralizedTime({ valueDate: new Date() })],
        })
      : new asn1js.Primitive({ idBlock: { tagClass: 3, tagNumber: tag }, lenBlock: { length: 1 } } as never);
  const basic = new pkijs.BasicOCSPResponse();
  basic.tbsResponseData.responderID = certificateOf(signer).subject;
  basic.tbsResponseData.producedAt = new Date();
  const single = new pkijs.SingleResponse({ certID: certId });
  single.certStatus = certStatus;
  single.thisUpdate = answer.thisUpdate ?? new Date(Date.now() - 60_000);
  if (answer.nextUpdate !== null) single.nextUpdate = answer.nextUpdate ?? new Date(Date.now() + 3_600_000);
  basic.tbsResponseData.responses.push(single);
  if (answer.withCertificate) basic.certs = [certificateOf(signer)];
  await basic.sign(signer.keys.privateKey as never, "SHA-256");
  const response = new pkijs.OCSPResponse();
  response.responseStatus.valueBlock.valueDec = 0;
  response.responseBytes = new pkijs.ResponseBytes();
  response.responseBytes.responseType = "1.3.6.1.5.5.7.48.1.1";
  response.responseBytes.response = new asn1js.OctetString({ valueHex: basic.toSchema().toBER(false) });
  return new Uint8Array(response.toSchema().toBER(false));
}

/** Whether a request parses and asks for this certificate. */
export async function asksFor(request: Uint8Array, certificate: Issued, issuer: Issued): Promise<boolean> {
  const parsed = pkijs.OCSPRequest.fromBER(buffer(request));
  const wanted = new pkijs.CertID();
  await wanted.createForCertificate(certificateOf(certificate), {
    hashAlgorithm: "SHA-1",
    issuerCertificate: certificateOf(issuer),
  });
  return parsed.tbsRequest.requestList[0]!.reqCert.isEqual(wanted);
}

export interface HttpStub {
  readonly url: string;
  readonly requests: Uint8Array[];
  close(): void;
}

/** Answers every request with what `answer` gives; undefined is silence, a number an HTTP status. */
export async function httpStub(
  answer: (request: Uint8Array) => Promise<Uint8Array | number | undefined>,
): Promise<HttpStub> {
  const requests: Uint8Array[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const body = new Uint8Array(Buffer.concat(chunks));
      requests.push(body);
      const octets = await answer(body);
      if (octets === undefined) return;
      if (typeof octets === "number") response.writeHead(octets).end();
      else response.end(octets);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
