// The one place that touches the platform.

/** What is needed of the platform; declared here, since pure packages compile without ambient names. */
interface Platform {
  readonly WebAssembly?: {
    readonly Module: new (octets: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: unknown };
  };
  atob(base64: string): string;
}

/**
 * The exports of a module of WebAssembly that imports nothing, or null where the platform has no WebAssembly, has not what the
 * module needs (SIMD), or is not allowed to use it: the caller then does the same in another way.
 */
export function instantiate(moduleInBase64: string): unknown {
  const { WebAssembly, atob } = globalThis as unknown as Platform;
  if (WebAssembly === undefined) return null;
  try {
    const octets = Uint8Array.from(atob(moduleInBase64), (one) => one.charCodeAt(0));
    return new WebAssembly.Instance(new WebAssembly.Module(octets)).exports;
  } catch {
    return null;
  }
}
