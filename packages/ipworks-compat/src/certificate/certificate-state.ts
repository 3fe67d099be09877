// A certificate as the product shows it, over the stores that socket-core reads.
import { createPublicKey } from "node:crypto";
import { type CertificateInfo, readCertificate } from "@wirepost/socket-core";
import { asFailure, type Fail } from "../failure.js";
import { certificateDate } from "../message/message-state.js";
import { Registry } from "../registry.js";
import { type Chosen, chooseFrom, openStore, sameCertificate } from "./choose.js";
import { nameText, usageOid } from "./names.js";
import { isPem, pemOctets, pemOf } from "./pem.js";
import { checkStoreType, STORE_DEFAULT, type StoreChoice } from "./store-types.js";

const USAGES = [
  ["digitalSignature", 0x80, "Digital Signature"],
  ["nonRepudiation", 0x40, "Non-Repudiation"],
  ["keyEncipherment", 0x20, "Key Encipherment"],
  ["dataEncipherment", 0x10, "Data Encipherment"],
  ["keyAgreement", 0x08, "Key Agreement"],
  ["keyCertSign", 0x04, "Certificate Signing"],
  ["cRLSign", 0x02, "CRL Signing"],
  ["encipherOnly", 0x01, "Encipher Only"],
] as const;

const PLAIN_CERTIFICATE = [8, 9, 99];

export class CertificateState {
  readonly #fail: Fail;
  storePassword = "";
  #keyPassword: string | undefined;
  #store: string | Uint8Array = STORE_DEFAULT;
  #storeType = 0;
  #chosen: Chosen | undefined;
  #subject = "";
  #loading: Promise<void> | undefined;
  #problem: Error | undefined;
  /** Repeats the last reading of the store. */
  #again: (() => void) | undefined;

  constructor(fail: Fail) {
    this.#fail = fail;
  }

  /** What the constructors of the doors pass on. @throws 271, 272 */
  open(...given: readonly unknown[]): this {
    const [first, store, password, choice, configuration] = given;
    if (given.length === 0) return this;
    if (typeof first === "string") this.#readPublic(8, first);
    else if (first instanceof Uint8Array) this.#readPublic(9, first);
    else {
      this.storeType = Number(first);
      this.#store = store as string | Uint8Array;
      this.storePassword = (password as string | undefined) ?? "";
      if (choice instanceof Uint8Array) this.encodedBytes = choice;
      else this.#choose((choice as string | undefined) ?? "", thumbprintOf(configuration));
    }
    return this;
  }

  /** Holds this certificate, or none. */
  show(info: CertificateInfo | undefined): void {
    this.#chosen = info === undefined ? undefined : { certificates: [info, ...info.issuers], key: undefined };
    this.#subject = info === undefined ? "" : nameText(info.subject);
  }

  #readPublic(type: number, source: string | Uint8Array): void {
    this.#storeType = type;
    this.#store = source;
    this.#choose("*", undefined);
  }

  get keyPassword(): string {
    return this.#keyPassword ?? this.storePassword;
  }
  /** A choice that was made is made again with it. */
  set keyPassword(password: string) {
    this.#keyPassword = password;
    this.#again?.();
  }

  get store(): string {
    return typeof this.#store === "string" ? this.#store : Buffer.from(this.#store).toString("latin1");
  }
  set store(store: string) {
    this.#store = store;
  }

  get storeBytes(): Uint8Array {
    return typeof this.#store === "string" ? Buffer.from(this.#store, "utf8") : this.#store;
  }
  set storeBytes(store: Uint8Array) {
    this.#store = store;
  }

  get storeType(): number {
    return this.#storeType;
  }
  set storeType(type: number) {
    this.#storeType = type;
  }

  get subject(): string {
    this.#settled();
    return this.#subject;
  }
  /** Chooses in the store. @throws 271, 272 at once, or when the store was read */
  set subject(subject: string) {
    this.#choose(subject, undefined);
  }

  get encoded(): string {
    const info = this.info;
    return info === undefined ? "" : pemOf("CERTIFICATE", info.raw);
  }
  set encoded(text: string) {
    this.encodedBytes = Buffer.from(text, "utf8");
  }

  get encodedBytes(): Uint8Array {
    return Buffer.from(this.encoded, "utf8");
  }
  /** Takes the certificate; its key is looked for in the store, where there is one. */
  set encodedBytes(octets: Uint8Array) {
    const info = this.#parse(octets);
    if (info === undefined) return;
    const hasStore = !(this.#store === STORE_DEFAULT && this.#storeType === 0);
    if (!hasStore) {
      this.#take({ certificates: [info], key: undefined });
      return;
    }
    this.#load(async (choice) => {
      const entries = await openStore(choice);
      const found = entries.find((entry) => sameCertificate(entry, info) && entry.hasKey);
      const key =
        found?.key() ?? entries.find((entry) => entry.hasKey && entry.certificates.length === 0)?.key();
      return key === undefined ? { certificates: [info], key: undefined } : { certificates: [info], key };
    });
  }

  #parse(octets: Uint8Array): CertificateInfo | undefined {
    if (octets.length === 0) {
      this.show(undefined);
      return undefined;
    }
    try {
      return readCertificate(pemOctets(octets));
    } catch (error) {
      throw this.#fail(272, "what was given is no X.509 certificate", error);
    }
  }

  #take(chosen: Chosen): void {
    this.#chosen = chosen;
    const [first] = chosen.certificates;
    this.#subject = first === undefined ? "" : nameText(first.subject);
  }

  #choose(subject: string, thumbprint: string | undefined): void {
    this.show(undefined);
    this.#problem = undefined;
    if (subject === "" && thumbprint === undefined) return;
    checkStoreType(this.#storeType, this.#fail);
    const store = this.#store;
    if (
      PLAIN_CERTIFICATE.includes(this.#storeType) &&
      store instanceof Uint8Array &&
      !isPem(store, "PRIVATE KEY")
    ) {
      const plain = tryRead(store);
      if (plain !== undefined) {
        this.#take(chooseFrom([{ certificates: [plain], key: undefined }], subject, thumbprint));
        return;
      }
    }
    this.#load(async (choice) => {
      const entries = await openStore(choice);
      const all = entries.map((entry) => ({
        certificates: entry.certificates,
        key: entry.hasKey ? entry.key() : undefined,
      }));
      return chooseFrom(all, subject, thumbprint);
    });
  }

  /** Reads the store. What goes wrong is told by ready(), and by whoever needs the certificate. */
  #load(read: (choice: StoreChoice) => Promise<Chosen>): void {
    checkStoreType(this.#storeType, this.#fail);
    this.#problem = undefined;
    this.#again = () => this.#load(read);
    const choice: StoreChoice = {
      type: this.#storeType,
      store: this.#store,
      password: this.storePassword,
      keyPassword: this.keyPassword,
    };
    const loading = read(choice)
      .then((chosen) => {
        if (this.#loading === loading) this.#take(chosen);
      })
      .catch((error: unknown) => {
        if (this.#loading === loading) this.#problem = asFailure(this.#fail, error);
      })
      .finally(() => {
        if (this.#loading === loading) this.#loading = undefined;
      });
    this.#loading = loading;
  }

  /** Resolves when the store was read. @throws 271, 272, 273 */
  async ready(): Promise<void> {
    await this.#loading;
    if (this.#problem !== undefined) throw this.#problem;
  }

  #settled(): void {
    if (this.#loading !== undefined)
      throw this.#fail(211, "the certificate store is still being read: await ready(certificate) first");
    if (this.#problem !== undefined) throw this.#problem;
  }

  /** The certificate, once chosen. */
  get info(): CertificateInfo | undefined {
    this.#settled();
    return this.#chosen?.certificates[0];
  }

  get certificates(): readonly CertificateInfo[] {
    this.#settled();
    return this.#chosen?.certificates ?? [];
  }

  get privateKey(): string {
    this.#settled();
    return this.#chosen?.key ?? "";
  }

  get privateKeyAvailable(): boolean {
    return this.privateKey !== "";
  }

  get privateKeyContainer(): string {
    return "";
  }

  get effectiveDate(): string {
    const info = this.info;
    return info === undefined ? "" : certificateDate(info.notBefore);
  }

  get expirationDate(): string {
    const info = this.info;
    return info === undefined ? "" : certificateDate(info.notAfter);
  }

  get extendedKeyUsage(): string {
    return (this.info?.extendedKeyUsage ?? []).map(usageOid).join(",");
  }

  get fingerprint(): string {
    return colons(this.info?.fingerprints.md5);
  }
  get fingerprintSHA1(): string {
    return colons(this.info?.fingerprints.sha1);
  }
  get fingerprintSHA256(): string {
    return colons(this.info?.fingerprints.sha256);
  }

  get thumbprintMD5(): string {
    return bare(this.info?.fingerprints.md5);
  }
  get thumbprintSHA1(): string {
    return bare(this.info?.fingerprints.sha1);
  }
  get thumbprintSHA256(): string {
    return bare(this.info?.fingerprints.sha256);
  }

  get issuer(): string {
    const info = this.info;
    return info === undefined ? "" : nameText(info.issuer);
  }

  get publicKey(): string {
    const info = this.info;
    if (info !== undefined) return pemOf("PUBLIC KEY", info.publicKey);
    const key = this.privateKey;
    return key === "" ? "" : createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
  }

  get publicKeyAlgorithm(): string {
    const type = this.info?.keyType ?? "";
    return /^\d/.test(type) ? type : type.toUpperCase();
  }

  get publicKeyLength(): number {
    return this.info?.keyBits ?? 0;
  }

  get serialNumber(): string {
    return this.info?.serialNumber ?? "";
  }

  get signatureAlgorithm(): string {
    return this.info?.signatureAlgorithm ?? "";
  }

  get subjectAltNames(): string {
    return (this.info?.subjectAlternativeNames ?? []).map(({ value }) => value).join(",");
  }

  get usageFlags(): number {
    const usage = this.info?.keyUsage ?? [];
    return USAGES.reduce((flags, [name, flag]) => (usage.includes(name) ? flags | flag : flags), 0);
  }

  get usage(): string {
    const flags = this.usageFlags;
    return USAGES.filter(([, flag]) => (flags & flag) !== 0)
      .map(([, , name]) => name)
      .join(",");
  }

  get version(): string {
    const version = this.info?.version;
    return version === undefined ? "" : `V${version}`;
  }
}

export const certificateStates: Registry<CertificateState> = new Registry("Certificate");

/**
 * Resolves when the store behind a certificate was read, so that its fields can be.
 *
 * @throws IPWorksException 271 for a store that cannot be opened, 272 when it holds no such certificate, 273 without its key
 */
export function ready(certificate: object): Promise<void> {
  return certificateStates.of(certificate).ready();
}

function tryRead(octets: Uint8Array): CertificateInfo | undefined {
  try {
    return readCertificate(pemOctets(octets));
  } catch {
    return undefined;
  }
}

/** `Thumbprint=…` among the lines of a configuration string. */
function thumbprintOf(configuration: unknown): string | undefined {
  if (typeof configuration !== "string") return undefined;
  return /^\s*Thumbprint\s*=\s*(\S+)\s*$/im.exec(configuration)?.[1];
}

const digits = (text: string | undefined): string => (text ?? "").replace(/[^0-9a-f]/gi, "");
const colons = (text: string | undefined): string =>
  digits(text)
    .toLowerCase()
    .replace(/..(?=.)/g, "$&:");
const bare = (text: string | undefined): string => digits(text).toUpperCase();
