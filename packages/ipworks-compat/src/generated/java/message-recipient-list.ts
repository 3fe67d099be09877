// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { listItems, recipientStates } from "../../message/recipient.js";
import type { MessageRecipient } from "./message-recipient.js";

/** The recipients of a message. */
export class MessageRecipientList implements Iterable<MessageRecipient> {
  constructor() {
    listItems.attach(this, []);
  }

  /** Appends an item; true, as Java's lists say. */
  add(item: MessageRecipient): boolean;
  /** Puts an item in before another. @throws RangeError */
  add(index: number, item: MessageRecipient): void;
  add(first: MessageRecipient | number, second?: MessageRecipient): boolean | undefined {
    const items = listItems.of(this);
    if (typeof first === "number") {
      items.splice(place(first, items.length + 1), 0, checked(second));
      return undefined;
    }
    items.push(checked(first));
    return true;
  }

  /** The item at a place, from 0 on. @throws RangeError */
  get(index: number): MessageRecipient {
    const items = listItems.of(this);
    return items[place(index, items.length)] as MessageRecipient;
  }

  /** The older spelling of get. @throws RangeError */
  item(index: number): MessageRecipient {
    return this.get(index);
  }

  /** Puts an item in the place of another, and gives that back. @throws RangeError */
  set(index: number, item: MessageRecipient): MessageRecipient {
    const before = this.get(index);
    listItems.of(this)[index] = checked(item);
    return before;
  }

  /** Takes an item out, and gives it back. @throws RangeError */
  remove(index: number): MessageRecipient {
    const before = this.get(index);
    listItems.of(this).splice(index, 1);
    return before;
  }

  /** Takes all items out. */
  clear(): void {
    listItems.of(this).length = 0;
  }

  /** How many there are. */
  size(): number {
    return listItems.of(this).length;
  }

  /** The items in order. */
  [Symbol.iterator](): IterableIterator<MessageRecipient> {
    return (listItems.of(this) as MessageRecipient[])[Symbol.iterator]();
  }
}

function checked(item: MessageRecipient | undefined): MessageRecipient {
  recipientStates.of(item as MessageRecipient);
  return item as MessageRecipient;
}

function place(index: number, end: number): number {
  if (Number.isInteger(index) && index >= 0 && index < end) return index;
  throw new RangeError(`there is no item ${index}`);
}
