import { Resolver } from "@wirepost/socket-core/dns";
import { freePorts } from "../machine/ports.js";
import { type Sandbox, startSandbox } from "../machine/sandbox.js";
import { HOST } from "./mail-server.js";

/** One zone of a DNS tree of our own. */
export interface DnsZone {
  /** `test`, `example.test`; the root is made of them. */
  readonly name: string;
  /** Lines of a master file (RFC 1035), names relative to the zone. SOA, NS and delegations are added. */
  readonly records: readonly string[];
  /** Default true: signed, and its parent has its DS record. */
  readonly signed?: boolean | undefined;
  /** A sed script that changes the zone after it was signed: what it changes is bogus. */
  readonly tamper?: string | undefined;
  /** The signatures ran out years ago. */
  readonly outdated?: boolean | undefined;
  /** The name server has lost it: every question ends as SERVFAIL. */
  readonly lost?: boolean | undefined;
}

export interface DnsTree {
  /** `address:port` of a resolver that validates from the tree's own root. */
  readonly resolver: string;
  /** The programs of DNS can be run here. */
  readonly sandbox: Sandbox;
  /** What both servers said, with every question that the resolver was asked. */
  log(): string;
  stop(): Promise<void>;
}

const ZONES = "/srv/wirepost/zones";

function parentOf(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1);
}

function depth(name: string): number {
  return name === "" ? 0 : name.split(".").length;
}

const fileOf = (name: string) => `${ZONES}/${name === "" ? "root" : name}`;

function masterFile(zone: DnsZone, children: readonly DnsZone[]): string {
  const origin = zone.name === "" ? "." : `${zone.name}.`;
  const server = zone.name === "" ? "ns.test." : `ns.${zone.name}.`;
  return [
    `$ORIGIN ${origin}`,
    "$TTL 300",
    `@ SOA ${server} hostmaster.test. 1 3600 900 86400 60`,
    `@ NS ${server}`,
    // The root's server lives below a delegation.
    ...(zone.name === "" ? [] : [`ns A ${HOST}`]),
    ...children.map(({ name }) => `${name}. NS ns.${name}.\nns.${name}. A ${HOST}`),
    ...zone.records,
    "",
  ].join("\n");
}

/** One key signs everything; the parent gets the digest of it. */
function signing({ name, tamper, outdated }: DnsZone): string {
  const zone = name === "" ? "." : name;
  const file = fileOf(name);
  const parent = name === "" ? `${ZONES}/anchor` : fileOf(parentOf(name));
  return `
key=$(ldns-keygen -a ECDSAP256SHA256 -k ${zone})
ldns-signzone ${outdated === true ? "-i 20200101 -e 20200201" : ""} -f ${file}.signed ${file} "$key"
cat "$key.ds" >> ${parent}
${tamper === undefined ? "" : `cp ${file}.signed ${file}.true\nsed -i -e '${tamper}' ${file}.signed\nif cmp ${file}.true ${file}.signed; then exit 1; fi`}
`;
}

function nsdFile(zones: readonly DnsZone[], port: number): string {
  const server = `server:
  ip-address: ${HOST}@${port}
  server-count: 1
  username: ""
  zonesdir: "${ZONES}"
  database: ""
  pidfile: ""
  logfile: "/srv/wirepost/log/nsd.log"
  xfrdfile: "/tmp/xfrd.state"
  zonelistfile: "/tmp/zone.list"
  xfrdir: "/tmp"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
`;
  const parts = zones.map(({ name, signed = true, lost = false }) => {
    const file = lost ? "/nonexistent" : `${fileOf(name)}${signed ? ".signed" : ""}`;
    return `zone:\n  name: "${name === "" ? "." : name}"\n  zonefile: "${file}"\n`;
  });
  return server + parts.join("");
}

function unboundFile(zones: readonly DnsZone[], port: number, authority: number): string {
  const server = `server:
  interface: ${HOST}@${port}
  num-threads: 1
  username: ""
  chroot: ""
  pidfile: ""
  directory: "/tmp"
  use-syslog: no
  logfile: "/srv/wirepost/log/unbound.log"
  log-queries: yes
  val-log-level: 2
  do-ip6: no
  do-not-query-localhost: no
  trust-anchor-file: "${ZONES}/anchor"
  # Zones that resolvers keep to themselves (RFC 6761) are ours here.
  unblock-lan-zones: yes
  local-zone: "test." nodefault
  # What is random is the matter of who asks; whoever asks twice gets two answers.
  rrset-roundrobin: no
  cache-max-negative-ttl: 1
  infra-host-ttl: 1
remote-control:
  control-enable: no
`;
  const stubs = zones.map(
    ({ name }) => `stub-zone:\n  name: "${name === "" ? "." : name}"\n  stub-addr: ${HOST}@${authority}\n`,
  );
  return server + stubs.join("");
}

/**
 * NSD, which has the zones, and Unbound before it, which validates them from a root key of this tree alone.
 */
export async function startDns(zones: readonly DnsZone[]): Promise<DnsTree> {
  const ports = await freePorts("authority", "resolver");
  const root: DnsZone = { name: "", records: [] };
  const all = [root, ...zones].sort((one, other) => depth(other.name) - depth(one.name));
  const childrenOf = ({ name }: DnsZone) =>
    all.filter((zone) => zone.name !== "" && parentOf(zone.name) === name);
  const files = Object.fromEntries(
    all
      .filter(({ lost }) => lost !== true)
      .map((zone) => [fileOf(zone.name), masterFile(zone, childrenOf(zone))]),
  );
  const signed = all.filter((zone) => zone.signed !== false && zone.lost !== true);
  const sandbox = await startSandbox({
    name: "dns",
    release: "bookworm",
    files: {
      ...files,
      "/etc/nsd/nsd.conf": nsdFile(all, ports.authority),
      "/etc/unbound/unbound.conf": unboundFile(all, ports.resolver, ports.authority),
    },
    // The deepest zones come first: their digests stand in the zone above when that is signed.
    start: `set -e
cd ${ZONES}
${signed.map(signing).join("")}
nsd -d -c /etc/nsd/nsd.conf &
exec unbound -d -c /etc/unbound/unbound.conf
`,
    ready: async () => {
      const resolver = new Resolver({ servers: [`${HOST}:${ports.resolver}`], timeoutMs: 500, rounds: 1 });
      const { authenticated } = await resolver.resolve("test", "NS");
      if (!authenticated) throw new Error("the resolver validates nothing");
      return true;
    },
  });
  return { resolver: `${HOST}:${ports.resolver}`, sandbox, log: sandbox.log, stop: sandbox.stop };
}
