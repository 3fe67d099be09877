import { RuntimeException } from "../errors.js";
import { Registry } from "../language/registry.js";
import { formatRow, type HeaderRow } from "./header-row.js";

/** What stands behind an InternetHeaders object: rows in order. Checked by the core when the message is composed. */
export const headerLists = new Registry<HeaderList>("InternetHeaders");

export class HeaderList {
  rows: HeaderRow[] = [];

  add(name: string, value: string): void {
    this.rows.push({ name, value });
  }

  /** The first row of the name gets the value, the others go. */
  set(name: string, value: string): void {
    const at = this.rows.findIndex((row) => sameName(row.name, name));
    if (at < 0) {
      this.add(name, value);
      return;
    }
    this.rows = this.rows.filter((row, index) => index === at || !sameName(row.name, name));
    const place = this.rows.findIndex((row) => sameName(row.name, name));
    this.rows[place] = { name, value };
  }

  named(name: string): HeaderRow[] {
    return this.rows.filter((row) => sameName(row.name, name));
  }

  /** @throws RuntimeException ERR_XOJO_BOUNDS */
  at(index: number): HeaderRow {
    const row = this.rows[index];
    if (row === undefined)
      throw new RuntimeException(`there is no header ${index}`, { code: "ERR_XOJO_BOUNDS" });
    return row;
  }

  /** By name (its first row, or the given one of them) or by position; "" when there is none of the name. */
  value(nameOrIndex: string | number, index = 0): string {
    if (typeof nameOrIndex === "number") return this.at(nameOrIndex).value;
    return this.named(nameOrIndex)[index]?.value ?? "";
  }

  remove(nameOrIndex: string | number): void {
    const gone = typeof nameOrIndex === "number" ? this.at(nameOrIndex) : undefined;
    this.rows = this.rows.filter((row) =>
      gone === undefined ? !sameName(row.name, String(nameOrIndex)) : row !== gone,
    );
  }

  source(): string {
    return this.rows.map(formatRow).join("");
  }
}

export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
