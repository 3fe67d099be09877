// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { CertificateState, certificateStates } from "../../certificate/certificate-state.js";
import { choice, octets, text } from "../../coerce.js";
import { IPWorksException } from "./ipworks-exception.js";

/**
 * A certificate, with its private key or without. A store of another kind than X.509 in memory is read when
 * needed: `await ready(certificate)` before reading its fields, which are empty until a certificate was
 * chosen..
 */
export class Certificate {
  /** CertStoreTypes: the user's store of Windows: not available here, error 271. */
  static readonly cstUser = 0;
  /** CertStoreTypes: the machine's store of Windows: not available here, error 271. */
  static readonly cstMachine = 1;
  /** CertStoreTypes: a PKCS #12 file. */
  static readonly cstPFXFile = 2;
  /** CertStoreTypes: PKCS #12, as octets or base64. */
  static readonly cstPFXBlob = 3;
  /** CertStoreTypes: a Java key store file. */
  static readonly cstJKSFile = 4;
  /** CertStoreTypes: a Java key store, as octets or base64. */
  static readonly cstJKSBlob = 5;
  /** CertStoreTypes: a PEM file with a key and, maybe, its certificate. */
  static readonly cstPEMKeyFile = 6;
  /** CertStoreTypes: PEM text with a key and, maybe, its certificate. */
  static readonly cstPEMKeyBlob = 7;
  /** CertStoreTypes: a file with an X.509 certificate, PEM or DER. */
  static readonly cstPublicKeyFile = 8;
  /** CertStoreTypes: an X.509 certificate, PEM or DER. */
  static readonly cstPublicKeyBlob = 9;
  /** CertStoreTypes: an SSH public key. */
  static readonly cstSSHPublicKeyBlob = 10;
  /** CertStoreTypes: a PKCS #7 file of certificates. */
  static readonly cstP7BFile = 11;
  /** CertStoreTypes: PKCS #7, as octets. */
  static readonly cstP7BBlob = 12;
  /** CertStoreTypes: a file with an SSH public key. */
  static readonly cstSSHPublicKeyFile = 13;
  /** CertStoreTypes: a PuTTY key file. */
  static readonly cstPPKFile = 14;
  /** CertStoreTypes: a PuTTY key. */
  static readonly cstPPKBlob = 15;
  /** CertStoreTypes: a key in XML: not available here, error 271. */
  static readonly cstXMLFile = 16;
  /** CertStoreTypes: a key in XML: not available here, error 271. */
  static readonly cstXMLBlob = 17;
  /** CertStoreTypes: a JSON Web Key file. */
  static readonly cstJWKFile = 18;
  /** CertStoreTypes: a JSON Web Key. */
  static readonly cstJWKBlob = 19;
  /** CertStoreTypes: a Bouncy Castle FIPS key store file: error 271. */
  static readonly cstBCFKSFile = 21;
  /** CertStoreTypes: a Bouncy Castle FIPS key store: error 271. */
  static readonly cstBCFKSBlob = 22;
  /** CertStoreTypes: a key in hardware: not available here, error 271. */
  static readonly cstPKCS11 = 23;
  /** CertStoreTypes: found out from the data. */
  static readonly cstAuto = 99;

  /**
   * An empty certificate, a certificate in a file or in memory, or one of a store, chosen by its subject, by a configuration
   * line `Thumbprint=…`, or by the certificate itself, whose key is then looked for.
   *
   * @throws IPWorksException 271, 272; for what has to be read from a file, `ready(certificate)` throws it
   */
  constructor();
  constructor(certificateFile: string);
  constructor(encoded: Uint8Array);
  constructor(storeType: number, store: string | Uint8Array, storePassword: string, subject: string);
  constructor(
    storeType: number,
    store: string | Uint8Array,
    storePassword: string,
    subject: string,
    configurationString: string,
  );
  constructor(storeType: number, store: string | Uint8Array, storePassword: string, encoded: Uint8Array);
  constructor(...given: readonly unknown[]) {
    certificateStates.attach(
      this,
      new CertificateState((code, text, cause) => new IPWorksException(code, text, cause)).open(...given),
    );
  }

  /** Valid from: `23-Jan-2000 15:00:00`, local time. */
  getEffectiveDate(): string {
    return certificateStates.of(this).effectiveDate;
  }

  /** Valid until: `23-Jan-2001 15:00:00`, local time. */
  getExpirationDate(): string {
    return certificateStates.of(this).expirationDate;
  }

  /** Object identifiers, separated by commas. */
  getExtendedKeyUsage(): string {
    return certificateStates.of(this).extendedKeyUsage;
  }

  /** MD5, in hexadecimal with colons. */
  getFingerprint(): string {
    return certificateStates.of(this).fingerprint;
  }

  /** SHA-1, in hexadecimal with colons. */
  getFingerprintSHA1(): string {
    return certificateStates.of(this).fingerprintSHA1;
  }

  /** SHA-256, in hexadecimal with colons. */
  getFingerprintSHA256(): string {
    return certificateStates.of(this).fingerprintSHA256;
  }

  /** The issuer's name. */
  getIssuer(): string {
    return certificateStates.of(this).issuer;
  }

  /** The password of the private key; StorePassword unless set. */
  getKeyPassword(): string {
    return certificateStates.of(this).keyPassword;
  }
  /** Sets what getKeyPassword() gives. */
  setKeyPassword(keyPassword: string): void {
    certificateStates.of(this).keyPassword = text("KeyPassword", keyPassword);
  }

  /** The private key as PEM; empty when there is none. */
  getPrivateKey(): string {
    return certificateStates.of(this).privateKey;
  }

  /** There is a private key. */
  isPrivateKeyAvailable(): boolean {
    return certificateStates.of(this).privateKeyAvailable;
  }

  /** Of Windows; always empty. */
  getPrivateKeyContainer(): string {
    return certificateStates.of(this).privateKeyContainer;
  }

  /** The public key as PEM. */
  getPublicKey(): string {
    return certificateStates.of(this).publicKey;
  }

  /** `RSA`, `EC`… or an object identifier. */
  getPublicKeyAlgorithm(): string {
    return certificateStates.of(this).publicKeyAlgorithm;
  }

  /** Bits of the public key. */
  getPublicKeyLength(): number {
    return certificateStates.of(this).publicKeyLength;
  }

  /** The serial number in hexadecimal. */
  getSerialNumber(): string {
    return certificateStates.of(this).serialNumber;
  }

  /** The signature's algorithm. */
  getSignatureAlgorithm(): string {
    return certificateStates.of(this).signatureAlgorithm;
  }

  /** The store: a file's name, or the data as text. Default `MY`. */
  getStore(): string {
    return certificateStates.of(this).store;
  }
  /** Sets what getStore() gives. */
  setStore(store: string): void {
    certificateStates.of(this).store = text("Store", store);
  }

  /** The store as octets. */
  getStoreB(): Uint8Array {
    return certificateStates.of(this).storeBytes;
  }
  /** Sets what getStoreB() gives. */
  setStoreB(storeB: Uint8Array): void {
    certificateStates.of(this).storeBytes = octets("StoreB", storeB);
  }

  /** The password of the store. */
  getStorePassword(): string {
    return certificateStates.of(this).storePassword;
  }
  /** Sets what getStorePassword() gives. */
  setStorePassword(storePassword: string): void {
    certificateStates.of(this).storePassword = text("StorePassword", storePassword);
  }

  /** Where the certificate is kept. Default cstUser, which is not available here: error 271. */
  getStoreType(): number {
    return certificateStates.of(this).storeType;
  }
  /** Sets what getStoreType() gives. */
  setStoreType(storeType: number): void {
    certificateStates.of(this).storeType = choice(
      "StoreType",
      storeType,
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 99],
    );
  }

  /** The alternative names, separated by commas. */
  getSubjectAltNames(): string {
    return certificateStates.of(this).subjectAltNames;
  }

  /** MD5, in hexadecimal. */
  getThumbprintMD5(): string {
    return certificateStates.of(this).thumbprintMD5;
  }

  /** SHA-1, in hexadecimal. */
  getThumbprintSHA1(): string {
    return certificateStates.of(this).thumbprintSHA1;
  }

  /** SHA-256, in hexadecimal. */
  getThumbprintSHA256(): string {
    return certificateStates.of(this).thumbprintSHA256;
  }

  /** UsageFlags in words, separated by commas. */
  getUsage(): string {
    return certificateStates.of(this).usage;
  }

  /**
   * 0x80 digital signature, 0x40 non-repudiation, 0x20 key and 0x10 data encipherment, 0x08 key agreement,
   * 0x04 certificate and 0x02 CRL signing, 0x01 encipher only.
   */
  getUsageFlags(): number {
    return certificateStates.of(this).usageFlags;
  }

  /** `V1`, `V2` or `V3`. */
  getVersion(): string {
    return certificateStates.of(this).version;
  }

  /** The subject's name. Setting it chooses in the store: exact, else a part; `*`: any; `Thumbprint=…`. */
  getSubject(): string {
    return certificateStates.of(this).subject;
  }
  /** Sets what getSubject() gives. */
  setSubject(subject: string): void {
    certificateStates.of(this).subject = text("Subject", subject);
  }

  /** The certificate as PEM. Setting it looks for its private key in the store. */
  getEncoded(): string {
    return certificateStates.of(this).encoded;
  }
  /** Sets what getEncoded() gives. */
  setEncoded(encoded: string): void {
    certificateStates.of(this).encoded = text("Encoded", encoded);
  }

  /** The certificate as octets, PEM or DER. */
  getEncodedB(): Uint8Array {
    return certificateStates.of(this).encodedBytes;
  }
  /** Sets what getEncodedB() gives. */
  setEncodedB(encodedB: Uint8Array): void {
    certificateStates.of(this).encodedBytes = octets("EncodedB", encodedB);
  }
}
