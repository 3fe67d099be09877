// The settings as TypeScript data.
import { HEAD } from "./words.mjs";

export function settingsSource(settings) {
  const rows = settings.map((row) => {
    const { name, kind, default: fallback, effect, stored, door } = row;
    return JSON.stringify({ name, kind, default: fallback, effect, stored, door });
  });
  return `${HEAD}
/** A setting of Config. */
export interface SettingRow {
  /** As the documents spell it; \`Config\` takes any letter case. */
  readonly name: string;
  /** \`read\`: it cannot be set. */
  readonly kind: "bool" | "int" | "text" | "read";
  /** What it reads as until it is set. */
  readonly default: string;
  /** What it does here. */
  readonly effect?: string | undefined;
  /** Why it is only kept and given back. */
  readonly stored?: string | undefined;
  /** The edition that alone has it. */
  readonly door?: "java" | "dotnet" | undefined;
}

/** Every setting, in the order of the documents. */
export const SETTINGS: readonly SettingRow[] = [
${rows.join(",\n")},
];
`;
}
