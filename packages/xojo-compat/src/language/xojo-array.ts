import { RuntimeException } from "../errors.js";
import { markOurs } from "./registry.js";
import { guardSpelling } from "./spelling.js";

function outOfBounds(index: number): RuntimeException {
  return new RuntimeException(`there is no element ${index}`, { code: "ERR_XOJO_BOUNDS" });
}

/** A JavaScript array that also answers to the array methods of Xojo, in both spellings. `Messages(0)` is written `Messages[0]`. */
export class XojoArray<T> extends Array<T> {
  static {
    guardSpelling(XojoArray);
  }

  /** What map() and filter() give is a plain array. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  constructor() {
    super();
    markOurs(this);
  }

  /** At the end. */
  Add(item: T): void {
    this.push(item);
  }

  /** The API 1 spelling of Add. */
  Append(item: T): void {
    this.push(item);
  }

  /** Before the element that has the index now. @throws RuntimeException ERR_XOJO_BOUNDS */
  AddAt(index: number, item: T): void {
    if (!Number.isInteger(index) || index < 0 || index > this.length) throw outOfBounds(index);
    this.splice(index, 0, item);
  }

  /** The API 1 spelling of AddAt. */
  Insert(index: number, item: T): void {
    this.AddAt(index, item);
  }

  /** Takes an element off. @throws RuntimeException ERR_XOJO_BOUNDS */
  RemoveAt(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) throw outOfBounds(index);
    this.splice(index, 1);
  }

  /** The API 1 spelling of RemoveAt. */
  Remove(index: number): void {
    this.RemoveAt(index);
  }

  /** Empties the array. */
  RemoveAll(): void {
    this.length = 0;
  }

  /** Makes the given index the last; -1 empties. It only shortens: there is no default element to fill up with. */
  ResizeTo(lastIndex: number): void {
    if (!Number.isInteger(lastIndex) || lastIndex < -1 || lastIndex >= this.length)
      throw outOfBounds(lastIndex);
    this.length = lastIndex + 1;
  }

  /** -1 when empty. */
  LastIndex(): number {
    return this.length - 1;
  }

  /** An early API 2 spelling of LastIndex. */
  LastRowIndex(): number {
    return this.length - 1;
  }

  /** The API 1 spelling of LastIndex. */
  Ubound(): number {
    return this.length - 1;
  }

  /** The number of elements. */
  Count(): number {
    return this.length;
  }

  /** -1 when it is not there. */
  IndexOf(item: T): number {
    return this.indexOf(item);
  }

  /** Takes the last element off. @throws RuntimeException ERR_XOJO_BOUNDS when empty */
  Pop(): T {
    if (this.length === 0) throw outOfBounds(-1);
    return this.pop() as T;
  }
}
