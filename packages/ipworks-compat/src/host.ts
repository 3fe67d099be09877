import type { Fail } from "./failure.js";
import type { RecipientState } from "./message/recipient.js";

/** What each event carries. A handler may assign what is not readonly. */
export interface EventFields {
  ConnectionStatus: {
    readonly connectionEvent: string;
    readonly statusCode: number;
    readonly description: string;
  };
  EndTransfer: { readonly direction: number };
  Error: { readonly errorCode: number; readonly description: string };
  Expand: { readonly address: string };
  PITrail: { readonly direction: number; readonly message: string };
  SSLServerAuthentication: {
    readonly certEncoded: Uint8Array;
    readonly certSubject: string;
    readonly certIssuer: string;
    readonly status: string;
    accept: boolean;
  };
  SSLStatus: { readonly message: string };
  StartTransfer: { readonly direction: number };
  Transfer: {
    readonly direction: number;
    readonly bytesTransferred: number;
    readonly percentDone: number;
    readonly text: Uint8Array;
  };
}

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
