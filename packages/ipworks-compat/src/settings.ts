// Config: settings by name.
import type { Fail } from "./failure.js";
import { SETTINGS, type SettingRow } from "./generated/settings.js";

/** A setting that is something else by another name, or that is looked at before it is taken. */
export interface SettingSource {
  /** With `set`, or for a setting that is only read: the value. */
  get?(): string;
  set?(value: string): void;
  /** What is shown instead of the stored value, where there is something to show. */
  shown?(stored: string | undefined): string | undefined;
  /** @throws IPWorksException for a value that cannot be */
  check?(value: string): void;
}

/** The editions' names, where a setting belongs to one alone. */
export type Edition = "java" | "dotnet";

export class Settings {
  readonly #fail: Fail;
  readonly #rows: ReadonlyMap<string, SettingRow>;
  readonly #values = new Map<string, string>();
  readonly #sources: Readonly<Record<string, SettingSource>>;

  constructor(edition: Edition, fail: Fail, sources: Readonly<Record<string, SettingSource>>) {
    this.#fail = fail;
    this.#sources = sources;
    this.#rows = new Map(
      SETTINGS.filter(({ door }) => door === undefined || door === edition).map((row) => [
        row.name.toLowerCase(),
        row,
      ]),
    );
  }

  /** `NAME` reads, `NAME=VALUE` sets and gives back the value; an empty value is the default. @throws 10022 */
  config(configuration: string): string {
    const at = configuration.indexOf("=");
    const name = (at < 0 ? configuration : configuration.slice(0, at)).trim();
    const row = this.#rows.get(name.toLowerCase());
    if (row === undefined)
      throw this.#fail(10022, `[10022] there is no setting named ${JSON.stringify(name.slice(0, 64))}`);
    if (at >= 0) this.#set(row, configuration.slice(at + 1));
    return this.text(row.name);
  }

  #set(row: SettingRow, given: string): void {
    const source = this.#sources[row.name];
    if (row.kind === "read") throw this.#fail(10022, `[10022] the setting ${row.name} can only be read`);
    // As some read until they are set: a program that writes back what it read must not fail.
    const empty = (row.kind === "text" ? given : given.trim()) === "";
    const value = empty ? row.default : this.#checked(row, given);
    source?.check?.(value);
    source?.set?.(value);
    if (empty) this.#values.delete(row.name);
    // Remembered in any case: some effects ask whether a program has chosen.
    else this.#values.set(row.name, value);
  }

  #checked({ name, kind }: SettingRow, given: string): string {
    if (kind === "bool") {
      const word = given.trim().toLowerCase();
      if (/^(?:true|yes|1)$/.test(word)) return "True";
      if (/^(?:false|no|0)$/.test(word)) return "False";
      throw this.#fail(10022, `[10022] the setting ${name} takes True or False`);
    }
    if (kind === "int") {
      if (!/^\s*-?\d{1,15}\s*$/.test(given))
        throw this.#fail(10022, `[10022] the setting ${name} takes a whole number`);
      return String(Number(given));
    }
    return given;
  }

  /** The value as text. */
  text(name: string): string {
    const source = this.#sources[name];
    if (source?.get !== undefined) return source.get();
    const stored = this.#values.get(name);
    return source?.shown?.(stored) ?? stored ?? this.#row(name).default;
  }

  truth(name: string): boolean {
    return this.text(name) === "True";
  }

  /** An empty value is 0. */
  number(name: string): number {
    return Number(this.text(name));
  }

  /** A program has set it. */
  chosen(name: string): boolean {
    return this.#values.has(name);
  }

  /** A program has set it to something else than its default. */
  changed(name: string): boolean {
    return this.chosen(name) && this.text(name) !== this.#row(name).default;
  }

  reset(): void {
    this.#values.clear();
  }

  #row(name: string): SettingRow {
    return this.#rows.get(name.toLowerCase()) ?? (SETTINGS.find((row) => row.name === name) as SettingRow);
  }
}
