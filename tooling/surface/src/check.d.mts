/** One name and whether the facade has it. */
export interface Row {
  readonly category: string;
  readonly owner: string;
  readonly name: string;
  readonly ok: boolean;
  readonly optional: boolean;
  readonly silent: boolean;
  readonly note: string | undefined;
}

export interface CheckOptions {
  readonly strict?: boolean;
  readonly withoutUnsure?: boolean;
  readonly trustOn?: boolean;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

export interface SurfaceReport {
  readonly product: string;
  readonly total: number;
  readonly found: number;
  readonly percent: number;
  readonly byCategory: readonly {
    readonly category: string;
    readonly found: number;
    readonly total: number;
  }[];
  readonly missing: readonly Row[];
  readonly wrongNumbers: readonly Row[];
  readonly optionalMissing: readonly Row[];
}

export const CATEGORIES: readonly string[];
export function camelForms(name: string): string[];
export function checkSurface(
  manifest: object,
  module: object,
  options?: CheckOptions,
): Promise<SurfaceReport>;
