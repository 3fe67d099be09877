export interface MemberRow {
  readonly kind: "property" | "method" | "event";
  readonly name: string;
  readonly type?: string;
  readonly params?: readonly string[];
  readonly returns?: string;
  readonly readonly?: boolean;
  readonly status: "same" | "mapped" | "differs" | "stored" | "no-op";
  readonly core: string;
  readonly note?: string;
  readonly aka?: readonly { readonly name: string; readonly version: string }[];
}

export interface ClassRow {
  readonly name: string;
  readonly members: readonly MemberRow[];
}

export interface ConstantsRow {
  readonly name: string;
  readonly members: readonly {
    readonly name: string;
    readonly value: number;
    readonly doc: string;
    readonly unsure: boolean;
  }[];
}

export const CLASSES: readonly ClassRow[];
export const CONSTANTS: readonly ConstantsRow[];
