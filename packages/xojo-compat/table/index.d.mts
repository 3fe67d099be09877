export interface MemberRow {
  readonly kind: "property" | "method" | "event" | "constant";
  readonly name: string;
  readonly type?: string;
  readonly params?: readonly string[];
  readonly returns?: string;
  readonly value?: number;
  readonly readonly?: boolean;
  readonly static?: boolean;
  readonly status: "same" | "mapped" | "differs" | "stored" | "no-op";
  readonly core: string;
  readonly note?: string;
  readonly aka?: readonly { readonly name: string; readonly api: string }[];
}

export interface ClassRow {
  readonly name: string;
  readonly extends?: string;
  readonly byHand?: boolean;
  readonly module?: boolean;
  readonly functions?: boolean;
  readonly enums?: readonly { readonly name: string; readonly members: Readonly<Record<string, number>> }[];
  readonly members: readonly MemberRow[];
}

export const TABLE: readonly ClassRow[];
export const GENERATED: readonly ClassRow[];
