// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { CertificateState, certificateStates } from "../../certificate/certificate-state.js";
import { choice, octets, text } from "../../coerce.js";
import type { CertStoreTypes } from "./enums.js";
import { IPWorksException } from "./ipworks-exception.js";

/**
 * A certificate, with its private key or without. A store of another kind than X.509 in memory is read when
 * needed: `await ready(certificate)` before reading its fields, which are empty until a certificate was
 * chosen..
 */
export class Certificate {
  /**
   * An empty certificate, a certificate in a file or in memory, or one of a store, chosen by its subject, by a configuration
   * line `Thumbprint=…`, or by the certificate itself, whose key is then looked for.
   *
   * @throws IPWorksException 271, 272; for what has to be read from a file, `ready(certificate)` throws it
   */
  constructor();
  constructor(certificateFile: string);
  constructor(encoded: Uint8Array);
  constructor(storeType: CertStoreTypes, store: string | Uint8Array, storePassword: string, subject: string);
  constructor(
    storeType: CertStoreTypes,
    store: string | Uint8Array,
    storePassword: string,
    subject: string,
    configurationString: string,
  );
  constructor(
    storeType: CertStoreTypes,
    store: string | Uint8Array,
    storePassword: string,
    encoded: Uint8Array,
  );
  constructor(...given: readonly unknown[]) {
    certificateStates.attach(
      this,
      new CertificateState((code, text, cause) => new IPWorksException(code, text, cause)).open(...given),
    );
  }

  /** Valid from: `23-Jan-2000 15:00:00`, local time. */
  get EffectiveDate(): string {
    return certificateStates.of(this).effectiveDate;
  }

  /** Valid until: `23-Jan-2001 15:00:00`, local time. */
  get ExpirationDate(): string {
    return certificateStates.of(this).expirationDate;
  }

  /** Object identifiers, separated by commas. */
  get ExtendedKeyUsage(): string {
    return certificateStates.of(this).extendedKeyUsage;
  }

  /** MD5, in hexadecimal with colons. */
  get Fingerprint(): string {
    return certificateStates.of(this).fingerprint;
  }

  /** SHA-1, in hexadecimal with colons. */
  get FingerprintSHA1(): string {
    return certificateStates.of(this).fingerprintSHA1;
  }

  /** SHA-256, in hexadecimal with colons. */
  get FingerprintSHA256(): string {
    return certificateStates.of(this).fingerprintSHA256;
  }

  /** The issuer's name. */
  get Issuer(): string {
    return certificateStates.of(this).issuer;
  }

  /** The private key as PEM; empty when there is none. */
  get PrivateKey(): string {
    return certificateStates.of(this).privateKey;
  }

  /** There is a private key. */
  get PrivateKeyAvailable(): boolean {
    return certificateStates.of(this).privateKeyAvailable;
  }

  /** Of Windows; always empty. */
  get PrivateKeyContainer(): string {
    return certificateStates.of(this).privateKeyContainer;
  }

  /** The public key as PEM. */
  get PublicKey(): string {
    return certificateStates.of(this).publicKey;
  }

  /** `RSA`, `EC`… or an object identifier. */
  get PublicKeyAlgorithm(): string {
    return certificateStates.of(this).publicKeyAlgorithm;
  }

  /** Bits of the public key. */
  get PublicKeyLength(): number {
    return certificateStates.of(this).publicKeyLength;
  }

  /** The serial number in hexadecimal. */
  get SerialNumber(): string {
    return certificateStates.of(this).serialNumber;
  }

  /** The signature's algorithm. */
  get SignatureAlgorithm(): string {
    return certificateStates.of(this).signatureAlgorithm;
  }

  /** The store: a file's name, or the data as text. Default `MY`. */
  get Store(): string {
    return certificateStates.of(this).store;
  }
  set Store(value: string) {
    certificateStates.of(this).store = text("Store", value);
  }

  /** The store as octets. */
  get StoreB(): Uint8Array {
    return certificateStates.of(this).storeBytes;
  }
  set StoreB(value: Uint8Array) {
    certificateStates.of(this).storeBytes = octets("StoreB", value);
  }

  /** The password of the store. */
  get StorePassword(): string {
    return certificateStates.of(this).storePassword;
  }
  set StorePassword(value: string) {
    certificateStates.of(this).storePassword = text("StorePassword", value);
  }

  /** Where the certificate is kept. Default cstUser, which is not available here: error 271. */
  get StoreType(): CertStoreTypes {
    return certificateStates.of(this).storeType as CertStoreTypes;
  }
  set StoreType(value: CertStoreTypes) {
    certificateStates.of(this).storeType = choice(
      "StoreType",
      value,
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 99],
    );
  }

  /** The alternative names, separated by commas. */
  get SubjectAltNames(): string {
    return certificateStates.of(this).subjectAltNames;
  }

  /** MD5, in hexadecimal. */
  get ThumbprintMD5(): string {
    return certificateStates.of(this).thumbprintMD5;
  }

  /** SHA-1, in hexadecimal. */
  get ThumbprintSHA1(): string {
    return certificateStates.of(this).thumbprintSHA1;
  }

  /** SHA-256, in hexadecimal. */
  get ThumbprintSHA256(): string {
    return certificateStates.of(this).thumbprintSHA256;
  }

  /** UsageFlags in words, separated by commas. */
  get Usage(): string {
    return certificateStates.of(this).usage;
  }

  /**
   * 0x80 digital signature, 0x40 non-repudiation, 0x20 key and 0x10 data encipherment, 0x08 key agreement,
   * 0x04 certificate and 0x02 CRL signing, 0x01 encipher only.
   */
  get UsageFlags(): number {
    return certificateStates.of(this).usageFlags;
  }

  /** `V1`, `V2` or `V3`. */
  get Version(): string {
    return certificateStates.of(this).version;
  }

  /** The subject's name. Setting it chooses in the store: exact, else a part; `*`: any; `Thumbprint=…`. */
  get Subject(): string {
    return certificateStates.of(this).subject;
  }
  set Subject(value: string) {
    certificateStates.of(this).subject = text("Subject", value);
  }

  /** The certificate as PEM. Setting it looks for its private key in the store. */
  get Encoded(): string {
    return certificateStates.of(this).encoded;
  }
  set Encoded(value: string) {
    certificateStates.of(this).encoded = text("Encoded", value);
  }

  /** The certificate as octets, PEM or DER. */
  get EncodedB(): Uint8Array {
    return certificateStates.of(this).encodedBytes;
  }
  set EncodedB(value: Uint8Array) {
    certificateStates.of(this).encodedBytes = octets("EncodedB", value);
  }
}
