import { decodeBase64, encodeBase64 } from "./base64.js";
import type { GssapiContext, GssapiRequest } from "./environment.js";
import { SaslError } from "./errors.js";
import { decodeUtf8 } from "./text.js";

/** The part of the npm package `kerberos` that is used here. */
export interface KerberosModule {
  initializeClient(service: string, options: Record<string, unknown>): Promise<KerberosClient>;
}

/** A context of that package. */
export interface KerberosClient {
  readonly contextComplete: boolean;
  step(challenge: string): Promise<string | null | undefined>;
  wrap(challenge: string, options: Record<string, unknown>): Promise<string | null | undefined>;
  unwrap(challenge: string): Promise<string | null | undefined>;
}

/** RFC 2743 section 2.2.1: mutual authentication, sequence and, for the security layer's message, integrity. */
const GSS_FLAGS = 2 | 8 | 32;
/** The library's number for Kerberos itself, as against SPNEGO. */
const KRB5 = 9;
/** A variable, so that bundlers leave the optional package alone. */
const KERBEROS: string = "kerberos";

/**
 * A security context from the optional package `kerberos`, which is loaded here and not before. Tickets come from the
 * credential cache of the machine (`kinit`); on Windows from the session.
 * @throws SaslError `ERR_SASL_KERBEROS_MISSING`: the package is not installed or cannot be loaded.
 * `ERR_SASL_GSSAPI_FAILED`: it refuses the service or the principal.
 */
export async function kerberosContext(request: GssapiRequest): Promise<GssapiContext> {
  return createKerberosContext(await loadKerberos(), request);
}

async function loadKerberos(): Promise<KerberosModule> {
  try {
    const module = (await import(KERBEROS)) as KerberosModule & { readonly default?: KerberosModule };
    return module.default ?? module;
  } catch (cause) {
    throw new SaslError(
      "ERR_SASL_KERBEROS_MISSING",
      "GSSAPI needs the optional package `kerberos`: npm install kerberos",
      { mechanism: "GSSAPI", cause },
    );
  }
}

/** @internal The seam at which tests put a package of their own. */
export async function createKerberosContext(
  kerberos: KerberosModule,
  { service, host, principal }: GssapiRequest,
): Promise<GssapiContext> {
  // The option for the flags is read as `flags`, whatever the documentation of the library calls it.
  const options = { flags: GSS_FLAGS, mechOID: KRB5, ...(principal === undefined ? {} : { principal }) };
  let client: KerberosClient;
  try {
    client = await kerberos.initializeClient(`${service}@${host}`, options);
  } catch (cause) {
    throw new SaslError("ERR_SASL_GSSAPI_FAILED", undefined, { mechanism: "GSSAPI", cause });
  }
  return {
    get complete() {
      return client.contextComplete;
    },
    step: async (token) => fromText(await client.step(token === null ? "" : encodeBase64(token))),
    wrap: async (octets) => {
      // On Unix the library wraps nothing but the message of RFC 4752 section 3.1, and puts it together by itself from
      // four octets and the identity; without the second argument it would leave the identity out.
      const options = { user: decodeUtf8(octets.subarray(4)), protect: false };
      return required(await client.wrap(encodeBase64(octets.subarray(0, 4)), options));
    },
    unwrap: async (octets) => required(await client.unwrap(encodeBase64(octets))),
  };
}

function fromText(text: string | null | undefined): Uint8Array | null {
  return text === null || text === undefined || text === "" ? null : required(text);
}

function required(text: string | null | undefined): Uint8Array {
  const octets = decodeBase64(text ?? "");
  if (octets === undefined)
    throw new SaslError("ERR_SASL_GSSAPI_FAILED", "the Kerberos library gave no base64");
  return octets;
}
