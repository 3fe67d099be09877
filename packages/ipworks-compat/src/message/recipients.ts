// MessageRecipients, and SendTo, Cc and BCc as views of it.
import { type Address, formatMailbox, parseAddressListTolerant, quote } from "@wirepost/mail-address";
import type { Host } from "../host.js";
import { listItems, RecipientState, recipientStates } from "./recipient.js";

export class Recipients {
  readonly #host: Host;
  /** The list that the program sees. */
  list: object;
  /** Entries that SendTo, Cc or BCc made, by the kind that made them. */
  readonly #made = new Map<number, Set<object>>();

  constructor(host: Host) {
    this.#host = host;
    this.list = host.newRecipientList();
  }

  get all(): readonly RecipientState[] {
    return listItems.of(this.list).map((item) => recipientStates.of(item));
  }

  clear(): void {
    listItems.of(this.list).length = 0;
    this.#made.clear();
  }

  /** SendTo, Cc or BCc: all entries of a kind, whoever made them. */
  read(kind: number): string {
    return this.all
      .filter((one) => one.recipientType === kind)
      .map(written)
      .join(", ");
  }

  /** Replaces the entries that this property made before; those added by hand stay. */
  write(kind: number, text: string): void {
    const items = listItems.of(this.list);
    const before = this.#made.get(kind) ?? new Set();
    const first = items.findIndex((item) => before.has(item));
    const kept = items.filter((item) => !before.has(item));
    const made = readRecipients(text, kind).map((state) => this.#host.newRecipient(state));
    kept.splice(first === -1 ? kept.length : first, 0, ...made);
    items.splice(0, items.length, ...kept);
    this.#made.set(kind, new Set(made));
  }
}

/** What a program wrote into SendTo, Cc or BCc. What cannot be read becomes one entry, which the server's rules then refuse. */
function readRecipients(text: string, kind: number): RecipientState[] {
  if (text.trim() === "") return [];
  let addresses: Address[];
  try {
    addresses = parseAddressListTolerant(text);
  } catch {
    return [new RecipientState(text.trim(), kind)];
  }
  return addresses.flatMap((one) => {
    const members = one.kind === "group" ? one.members : [one];
    return members.map(({ name, mailbox }) => {
      const state = new RecipientState(formatMailbox(mailbox, { domain: "as-is" }), kind);
      state.name = name ?? "";
      return state;
    });
  });
}

/** What may not stand in a name outside quotes (RFC 5322 section 3.2.3). */
const SPECIAL = /[()<>@,;:\\".[\]]/;

/** A recipient as it stands in a header. */
export function written({ name, address }: RecipientState): string {
  if (name === "") return address;
  return `${SPECIAL.test(name) ? quote(name) : name} <${address}>`;
}
