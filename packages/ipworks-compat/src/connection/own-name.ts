// What a client without a name of its own says.
import { hostname } from "node:os";

const DOMAIN = /^(?=.{1,255}$)[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})+$/;

/** The host's name where it is a domain; empty where an address takes its place, which only a connection knows (RFC 5321 section 4.1.4). */
export function ownName(): string {
  const name = hostname();
  return DOMAIN.test(name) && !name.endsWith("-") ? name : "";
}
