// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import type { EventFields } from "../../host.js";

/** What every event has. */
export class SMTPEvent {
  readonly #source: object;

  constructor(source: object) {
    this.#source = source;
  }

  /** The SMTP object that fired it. */
  getSource(): object {
    return this.#source;
  }
}

/**
 * The connection changed: `Firewall connected`, `Remote host connected`, `SSL handshake complete`, `Remote
 * host disconnected`. The documents lost the names of the states; these are ours.
 */
export class SMTPConnectionStatusEvent extends SMTPEvent {
  /** What changed. */
  readonly connectionEvent: string;
  /** 0, or the number of the error that ended the connection. */
  readonly statusCode: number;
  /** The text. */
  readonly description: string;

  constructor(source: object, fields: EventFields["ConnectionStatus"]) {
    super(source);
    this.connectionEvent = fields.connectionEvent;
    this.statusCode = fields.statusCode;
    this.description = fields.description;
  }
}

/** The body went out. */
export class SMTPEndTransferEvent extends SMTPEvent {
  /** Always 0: the client sends. */
  readonly direction: number;

  constructor(source: object, fields: EventFields["EndTransfer"]) {
    super(source);
    this.direction = fields.direction;
  }
}

/** Something failed that does not stop the message: a refused blind copy. */
export class SMTPErrorEvent extends SMTPEvent {
  /** The number. */
  readonly errorCode: number;
  /** The text. */
  readonly description: string;

  constructor(source: object, fields: EventFields["Error"]) {
    super(source);
    this.errorCode = fields.errorCode;
    this.description = fields.description;
  }
}

/** One address of an expanded list. */
export class SMTPExpandEvent extends SMTPEvent {
  /** A name and an address, or an address. */
  readonly address: string;

  constructor(source: object, fields: EventFields["Expand"]) {
    super(source);
    this.address = fields.address;
  }
}

/**
 * A line of the conversation: 0 of the client, 1 of the server, 2 a note. Never a line of the message,
 * never a secret.
 */
export class SMTPPITrailEvent extends SMTPEvent {
  /** 0: the client's, 1: the server's, 2: a note. */
  readonly direction: number;
  /** The line. */
  readonly message: string;

  constructor(source: object, fields: EventFields["PITrail"]) {
    super(source);
    this.direction = fields.direction;
    this.message = fields.message;
  }
}

/**
 * The server's certificate, before anything secret is sent. Status is `OK` or what is wrong; assign Accept
 * to decide.
 */
export class SMTPSSLServerAuthenticationEvent extends SMTPEvent {
  /** The certificate as PEM. */
  readonly certEncoded: Uint8Array;
  /** Whose it is. */
  readonly certSubject: string;
  /** Who issued it. */
  readonly certIssuer: string;
  /** `OK`, or what is wrong with it. */
  readonly status: string;
  /** Whether to go on. Assign it to decide. */
  accept: boolean;

  constructor(source: object, fields: EventFields["SSLServerAuthentication"]) {
    super(source);
    this.certEncoded = fields.certEncoded;
    this.certSubject = fields.certSubject;
    this.certIssuer = fields.certIssuer;
    this.status = fields.status;
    this.accept = fields.accept;
  }
}

/** Progress of TLS, for people. */
export class SMTPSSLStatusEvent extends SMTPEvent {
  /** The line. */
  readonly message: string;

  constructor(source: object, fields: EventFields["SSLStatus"]) {
    super(source);
    this.message = fields.message;
  }
}

/** The body begins to go out. */
export class SMTPStartTransferEvent extends SMTPEvent {
  /** Always 0: the client sends. */
  readonly direction: number;

  constructor(source: object, fields: EventFields["StartTransfer"]) {
    super(source);
    this.direction = fields.direction;
  }
}

/** A piece of the body went out: octets since its beginning, percent or -1, and the piece. */
export class SMTPTransferEvent extends SMTPEvent {
  /** Always 0: the client sends. */
  readonly direction: number;
  /** Octets of the body that went out so far. */
  readonly bytesTransferred: number;
  /** 0 to 100; -1 when the size is not known. */
  readonly percentDone: number;
  /** The piece. */
  readonly text: Uint8Array;

  constructor(source: object, fields: EventFields["Transfer"]) {
    super(source);
    this.direction = fields.direction;
    this.bytesTransferred = fields.bytesTransferred;
    this.percentDone = fields.percentDone;
    this.text = fields.text;
  }
}

/** Somebody who listens. Handlers are called in the turn of their event; what one throws comes out of the method that runs. */
export interface SMTPEventListener {
  /**
   * The connection changed: `Firewall connected`, `Remote host connected`, `SSL handshake complete`, `Remote
   * host disconnected`. The documents lost the names of the states; these are ours.
   */
  connectionStatus?(e: SMTPConnectionStatusEvent): void;
  /** The body went out. */
  endTransfer?(e: SMTPEndTransferEvent): void;
  /** Something failed that does not stop the message: a refused blind copy. */
  error?(e: SMTPErrorEvent): void;
  /** One address of an expanded list. */
  expand?(e: SMTPExpandEvent): void;
  /**
   * A line of the conversation: 0 of the client, 1 of the server, 2 a note. Never a line of the message,
   * never a secret.
   */
  PITrail?(e: SMTPPITrailEvent): void;
  /**
   * The server's certificate, before anything secret is sent. Status is `OK` or what is wrong; assign Accept
   * to decide.
   */
  SSLServerAuthentication?(e: SMTPSSLServerAuthenticationEvent): void;
  /** Progress of TLS, for people. */
  SSLStatus?(e: SMTPSSLStatusEvent): void;
  /** The body begins to go out. */
  startTransfer?(e: SMTPStartTransferEvent): void;
  /** A piece of the body went out: octets since its beginning, percent or -1, and the piece. */
  transfer?(e: SMTPTransferEvent): void;
}

/** A listener that does nothing: override what you want to hear. */
export class DefaultSMTPEventListener implements SMTPEventListener {
  /**
   * The connection changed: `Firewall connected`, `Remote host connected`, `SSL handshake complete`, `Remote
   * host disconnected`. The documents lost the names of the states; these are ours.
   */
  connectionStatus(_e: SMTPConnectionStatusEvent): void {}

  /** The body went out. */
  endTransfer(_e: SMTPEndTransferEvent): void {}

  /** Something failed that does not stop the message: a refused blind copy. */
  error(_e: SMTPErrorEvent): void {}

  /** One address of an expanded list. */
  expand(_e: SMTPExpandEvent): void {}

  /**
   * A line of the conversation: 0 of the client, 1 of the server, 2 a note. Never a line of the message,
   * never a secret.
   */
  PITrail(_e: SMTPPITrailEvent): void {}

  /**
   * The server's certificate, before anything secret is sent. Status is `OK` or what is wrong; assign Accept
   * to decide.
   */
  SSLServerAuthentication(_e: SMTPSSLServerAuthenticationEvent): void {}

  /** Progress of TLS, for people. */
  SSLStatus(_e: SMTPSSLStatusEvent): void {}

  /** The body begins to go out. */
  startTransfer(_e: SMTPStartTransferEvent): void {}

  /** A piece of the body went out: octets since its beginning, percent or -1, and the piece. */
  transfer(_e: SMTPTransferEvent): void {}
}
