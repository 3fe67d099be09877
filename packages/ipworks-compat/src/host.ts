import type { Fail } from "./failure.js";
import type { RecipientState } from "./message/recipient.js";

/** What each event carries. A handler may assign what is not readonly. */
export interface EventFields {
  /** The connection changed. */
  ConnectionStatus: {
    readonly connectionEvent: string;
    readonly statusCode: number;
    readonly description: string;
  };
  /** The body went out. */
  EndTransfer: { readonly direction: number };
  /** Something failed that does not stop the message. */
  Error: { readonly errorCode: number; readonly description: string };
  /** One address of an expanded list. */
  Expand: { readonly address: string };
  /** A line of the conversation. */
  PITrail: { readonly direction: number; readonly message: string };
  /** The server's certificate. */
  SSLServerAuthentication: {
    readonly certEncoded: Uint8Array;
    readonly certSubject: string;
    readonly certIssuer: string;
    readonly status: string;
    accept: boolean;
  };
  /** Progress of TLS. */
  SSLStatus: { readonly message: string };
  /** The body begins to go out. */
  StartTransfer: { readonly direction: number };
  /** A piece of the body went out. */
  Transfer: {
    readonly direction: number;
    readonly bytesTransferred: number;
    readonly percentDone: number;
    readonly text: Uint8Array;
  };
}

/** The events by their names. */
export type EventName = keyof EventFields;

/** What the implementation asks of a door. */
export interface Host {
  readonly fail: Fail;
  /** Calls the handlers; an error that one throws comes out. */
  raise<Name extends EventName>(event: Name, fields: EventFields[Name]): void;
  newCertificate(): object;
  newFirewall(): object;
  newRecipient(state: RecipientState): object;
  newRecipientList(): object;
  newHeaderList(rows: readonly (readonly [field: string, value: string])[]): object;
}
