import { smtpAuthLogin, smtpPortSecure, smtpPortStandard, smtpPortSubmit } from "../generated/constants.js";

/** Ports by the names that /etc/services and the control give them. */
const SERVICES: Readonly<Record<string, number>> = {
  smtp: smtpPortStandard,
  smtps: smtpPortSecure,
  ssmtp: smtpPortSecure,
  submissions: smtpPortSecure,
  submission: smtpPortSubmit,
};

/** RFC 5321 has minutes; the control waits this long. */
const DEFAULT_TIMEOUT_SECONDS = 20;

/** The values of the properties that Connect and its kind read. */
export class Settings {
  autoResolve = false;
  bearerToken = "";
  blocking = true;
  certificateName = "";
  certificatePassword = "";
  certificateStore = "MY";
  certificateUser = "";
  delivery = 0;
  domain = "";
  extended = false;
  hostAddress = "";
  hostFile = "";
  hostName = "";
  keepAlive = false;
  localize = false;
  options = 0;
  password = "";
  secure = false;
  secureProtocol = 0;
  throwError = false;
  userName = "";
  #authType: number | undefined;
  #remotePort: number | undefined;
  #remoteService = "smtp";
  #timeout: number | undefined;

  get authType(): number {
    return this.#authType ?? smtpAuthLogin;
  }

  set authType(value: number) {
    this.#authType = value;
  }

  /** Undefined until the program has chosen. */
  get chosenAuthType(): number | undefined {
    return this.#authType;
  }

  get remotePort(): number {
    return this.#remotePort ?? smtpPortStandard;
  }

  set remotePort(value: number) {
    this.#remotePort = value;
  }

  /** 0 until the program has chosen: what Connect takes for "the usual one". */
  get chosenRemotePort(): number {
    return this.#remotePort ?? 0;
  }

  get remoteService(): string {
    return this.#remoteService;
  }

  set remoteService(value: string) {
    this.#remoteService = value;
    const port = SERVICES[value.trim().toLowerCase()] ?? Number(value);
    if (Number.isInteger(port) && port > 0) this.#remotePort = port;
  }

  get timeout(): number {
    return this.#timeout ?? DEFAULT_TIMEOUT_SECONDS;
  }

  set timeout(value: number) {
    this.#timeout = value;
  }

  /** Undefined until the program has chosen. */
  get chosenTimeout(): number | undefined {
    return this.#timeout;
  }
}
