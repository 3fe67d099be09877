// What a target says when an invariant does not hold.

export class BrokenLaw extends Error {
  override readonly name = "BrokenLaw";
}

export function law(holds: boolean, what: string): asserts holds {
  if (!holds) throw new BrokenLaw(what);
}

/** Structural equality, as far as plain data goes; octets, maps and sets are compared by content. */
export function same(one: unknown, other: unknown, what: string): void {
  const [a, b] = [show(one), show(other)];
  if (a !== b) throw new BrokenLaw(`${what}:\n  ${a.slice(0, 600)}\n  ${b.slice(0, 600)}`);
}

export function show(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) => {
      if (inner instanceof Uint8Array) return `octets ${Buffer.from(inner).toString("hex")}`;
      if (inner instanceof Map) return { map: [...inner] };
      if (inner instanceof Set) return { set: [...inner] };
      if (typeof inner === "bigint" || typeof inner === "symbol") return String(inner);
      return inner;
    }) ?? String(value)
  );
}

export interface Refusal {
  readonly code: string;
}

interface ErrorClass {
  is(value: unknown): boolean;
}

/**
 * Runs something that may refuse. Any error that is not of these classes, has no code of the right form, or is a sign of
 * endless recursion, breaks the law "only our errors".
 */
export function attempt<T>(
  kinds: readonly ErrorClass[],
  run: () => T,
):
  | { readonly value: T; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly value?: undefined } {
  try {
    return { value: run() };
  } catch (error) {
    return { refusal: ours(kinds, error) };
  }
}

export async function attemptAsync<T>(
  kinds: readonly ErrorClass[],
  run: () => T | Promise<T>,
): Promise<
  | { readonly value: T; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly value?: undefined }
> {
  try {
    return { value: await run() };
  } catch (error) {
    return { refusal: ours(kinds, error) };
  }
}

function ours(kinds: readonly ErrorClass[], error: unknown): Refusal {
  if (error instanceof BrokenLaw) throw error;
  if (!kinds.some((kind) => kind.is(error)))
    throw new BrokenLaw(`a foreign error: ${error instanceof Error ? error.stack : String(error)}`);
  const { code, message } = error as { code: unknown; message: string };
  law(typeof code === "string" && /^ERR_[A-Z0-9_]+$/.test(code), `an error without a code: ${String(code)}`);
  law(message.length < 20_000, `an error text of ${message.length} characters`);
  return { code };
}
