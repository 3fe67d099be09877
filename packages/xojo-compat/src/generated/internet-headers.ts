// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { text } from "../language/coerce.js";
import { guardSpelling } from "../language/spelling.js";
import { HeaderList, headerLists } from "../mail/header-list.js";

/**
 * Header fields in order. Names are compared without regard to case; what cannot be a header is refused
 * when the message is sent.
 */
export class InternetHeaders {
  static {
    guardSpelling(InternetHeaders);
  }

  constructor() {
    headerLists.attach(this, new HeaderList());
    // A misspelt member of ours must not become a new one; a subclass has members of its own.
    if (new.target === InternetHeaders) Object.preventExtensions(this);
  }

  /** Adds a field; the name may occur several times. */
  AddHeader(name: string, value: string): void {
    headerLists.of(this).add(text("name", name), text("value", value));
  }
  /** The spelling of API 1 of AddHeader. */
  AppendHeader(name: string, value: string): void {
    this.AddHeader(name, value);
  }

  /** Replaces all fields of the name by one. */
  SetHeader(name: string, value: string): void {
    headerLists.of(this).set(text("name", name), text("value", value));
  }

  /** The number of fields. */
  Count(): number {
    return headerLists.of(this).rows.length;
  }

  /**
   * The name of a field.
   *
   * @throws RuntimeException outside the list
   */
  Name(index: number): string {
    return headerLists.of(this).at(index).name;
  }
  /** The spelling of API 2 of Name. */
  NameAt(index: number): string {
    return this.Name(index);
  }

  /** How many fields have the name. */
  NameCount(name: string): number {
    return headerLists.of(this).named(text("name", name)).length;
  }

  /**
   * The value by name (the first, or the given one of the name), or by position. Empty when no field has the
   * name.
   */
  Value(nameOrIndex: string | number, index?: number | undefined): string {
    return headerLists.of(this).value(nameOrIndex, index);
  }

  /**
   * The value by position.
   *
   * @throws RuntimeException outside the list
   */
  ValueAt(index: number): string {
    return headerLists.of(this).at(index).value;
  }

  /** The values of all fields of the name. */
  CommaSeparatedValues(name: string): string {
    return headerLists
      .of(this)
      .named(text("name", name))
      .map((row) => row.value)
      .join(", ");
  }

  /** Takes off all fields of a name, or the one at a position. */
  Delete(nameOrIndex: string | number): void {
    headerLists.of(this).remove(nameOrIndex);
  }
  /** The spelling of API 2 of Delete. */
  RemoveHeader(nameOrIndex: string | number): void {
    this.Delete(nameOrIndex);
  }

  /** Takes off all fields. */
  DeleteAllHeaders(): void {
    headerLists.of(this).rows = [];
  }
  /** The spelling of API 2 of DeleteAllHeaders. */
  RemoveAllHeaders(): void {
    this.DeleteAllHeaders();
  }

  /** All fields as text with CRLF, as they were given. */
  Source(): string {
    return headerLists.of(this).source();
  }
}
