// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { headerStates, listItems } from "../../message/recipient.js";
import type { Header } from "./header.js";

/** The headers of a message. */
export class HeaderList extends Array<Header> {
  /** What `map` and its like make is a plain array. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  constructor() {
    super();
    listItems.attach(this, this);
  }

  /** How many there are. */
  get Count(): number {
    return this.length;
  }

  /** The item at a place, from 0 on; `list[0]` gives undefined where this throws. @throws RangeError */
  Item(index: number): Header {
    return this[place(index, this.length)] as Header;
  }

  /** Appends an item. */
  Add(item: Header): void {
    this.push(checked(item));
  }

  /** Puts an item in before another. @throws RangeError */
  Insert(index: number, item: Header): void {
    this.splice(place(index, this.length + 1), 0, checked(item));
  }

  /** Takes out the item at a place. @throws RangeError */
  RemoveAt(index: number): void {
    this.splice(place(index, this.length), 1);
  }

  /** Takes an item out; false when it is not there. */
  Remove(item: Header): boolean {
    const at = this.indexOf(item);
    if (at >= 0) this.splice(at, 1);
    return at >= 0;
  }

  /** Takes all items out. */
  Clear(): void {
    this.length = 0;
  }

  /** The place of an item, or -1. */
  IndexOf(item: Header): number {
    return this.indexOf(item);
  }

  /** The item is there. */
  Contains(item: Header): boolean {
    return this.includes(item);
  }
}

function checked(item: Header | undefined): Header {
  headerStates.of(item as Header);
  return item as Header;
}

function place(index: number, end: number): number {
  if (Number.isInteger(index) && index >= 0 && index < end) return index;
  throw new RangeError(`there is no item ${index}`);
}
