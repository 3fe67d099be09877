// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import type { EventFields } from "../../host.js";

/**
 * The connection changed: `Firewall connected`, `Remote host connected`, `SSL handshake complete`, `Remote
 * host disconnected`. The documents lost the names of the states; these are ours.
 */
export class SMTPConnectionStatusEventArgs {
  /** What changed. */
  readonly ConnectionEvent: string;
  /** 0, or the number of the error that ended the connection. */
  readonly StatusCode: number;
  /** The text. */
  readonly Description: string;

  constructor(fields: EventFields["ConnectionStatus"]) {
    this.ConnectionEvent = fields.connectionEvent;
    this.StatusCode = fields.statusCode;
    this.Description = fields.description;
  }
}

/** The body went out. */
export class SMTPEndTransferEventArgs {
  /** Always 0: the client sends. */
  readonly Direction: number;

  constructor(fields: EventFields["EndTransfer"]) {
    this.Direction = fields.direction;
  }
}

/** Something failed that does not stop the message: a refused blind copy. */
export class SMTPErrorEventArgs {
  /** The number. */
  readonly ErrorCode: number;
  /** The text. */
  readonly Description: string;

  constructor(fields: EventFields["Error"]) {
    this.ErrorCode = fields.errorCode;
    this.Description = fields.description;
  }
}

/** One address of an expanded list. */
export class SMTPExpandEventArgs {
  /** A name and an address, or an address. */
  readonly Address: string;

  constructor(fields: EventFields["Expand"]) {
    this.Address = fields.address;
  }
}

/**
 * A line of the conversation: 0 of the client, 1 of the server, 2 a note. Never a line of the message,
 * never a secret.
 */
export class SMTPPITrailEventArgs {
  /** 0: the client's, 1: the server's, 2: a note. */
  readonly Direction: number;
  /** The line. */
  readonly Message: string;

  constructor(fields: EventFields["PITrail"]) {
    this.Direction = fields.direction;
    this.Message = fields.message;
  }
}

/**
 * The server's certificate, before anything secret is sent. Status is `OK` or what is wrong; assign Accept
 * to decide.
 */
export class SMTPSSLServerAuthenticationEventArgs {
  /** The certificate as PEM. */
  readonly CertEncoded: string;
  /** Whose it is. */
  readonly CertSubject: string;
  /** Who issued it. */
  readonly CertIssuer: string;
  /** `OK`, or what is wrong with it. */
  readonly Status: string;
  /** Whether to go on. Assign it to decide. */
  Accept: boolean;
  /** The same as octets. */
  readonly CertEncodedB: Uint8Array;

  constructor(fields: EventFields["SSLServerAuthentication"]) {
    this.CertEncoded = Buffer.from(fields.certEncoded).toString("utf8");
    this.CertSubject = fields.certSubject;
    this.CertIssuer = fields.certIssuer;
    this.Status = fields.status;
    this.Accept = fields.accept;
    this.CertEncodedB = fields.certEncoded;
  }
}

/** Progress of TLS, for people. */
export class SMTPSSLStatusEventArgs {
  /** The line. */
  readonly Message: string;

  constructor(fields: EventFields["SSLStatus"]) {
    this.Message = fields.message;
  }
}

/** The body begins to go out. */
export class SMTPStartTransferEventArgs {
  /** Always 0: the client sends. */
  readonly Direction: number;

  constructor(fields: EventFields["StartTransfer"]) {
    this.Direction = fields.direction;
  }
}

/** A piece of the body went out: octets since its beginning, percent or -1, and the piece. */
export class SMTPTransferEventArgs {
  /** Always 0: the client sends. */
  readonly Direction: number;
  /** Octets of the body that went out so far. */
  readonly BytesTransferred: number;
  /** 0 to 100; -1 when the size is not known. */
  readonly PercentDone: number;
  /** The piece. */
  readonly Text: string;
  /** The same as octets. */
  readonly TextB: Uint8Array;

  constructor(fields: EventFields["Transfer"]) {
    this.Direction = fields.direction;
    this.BytesTransferred = fields.bytesTransferred;
    this.PercentDone = fields.percentDone;
    this.Text = Buffer.from(fields.text).toString("utf8");
    this.TextB = fields.text;
  }
}
