import { certificateFiles, certificates } from "../machine/certificates.js";
import { command } from "../machine/command.js";
import { freePorts } from "../machine/ports.js";
import { startSandbox } from "../machine/sandbox.js";
import { ACCOUNTS, HOST } from "./mail-server.js";
import { allAccept } from "./ready.js";

export interface ProxyServer<Port extends string> {
  readonly host: string;
  readonly ports: Readonly<Record<Port, number>>;
  readonly caFile: string;
  /** What the ports that ask for a login want. */
  readonly username: string;
  readonly password: string;
  log(): string;
  stop(): Promise<void>;
}

// tinyproxy takes no blank in a password.
const LOGIN = { username: ACCOUNTS.ann.username, password: "proxy-secret" };

/** open: SOCKS 4 and 5. login: SOCKS 5 with user name and password (RFC 1929). */
export async function startDante(): Promise<ProxyServer<"open" | "login">> {
  const ports = await freePorts("open", "login");
  const configuration = (port: number, method: string) => `
logoutput: /srv/wirepost/log/danted-${port}.log
internal: ${HOST} port = ${port}
external: lo
clientmethod: none
socksmethod: ${method}
user.privileged: root
user.unprivileged: nobody
client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
socks pass { from: 127.0.0.0/8 to: 127.0.0.0/8 }
socks pass { from: 127.0.0.0/8 to: localhost }
socks pass { from: 127.0.0.0/8 to: mail.example.test }
socks block { from: 0.0.0.0/0 to: 0.0.0.0/0 log: connect }
`;
  const hash = (await command("openssl", ["passwd", "-6", LOGIN.password])).trim();
  const sandbox = await startSandbox({
    name: "dante",
    release: "bookworm",
    files: {
      "/etc/danted-open.conf": configuration(ports.open, "none"),
      "/etc/danted-login.conf": configuration(ports.login, "username"),
    },
    start: `sed -i 's|^${LOGIN.username}:[^:]*|${LOGIN.username}:${hash}|' /etc/shadow
danted -f /etc/danted-open.conf -p /run/open.pid &
danted -f /etc/danted-login.conf -p /run/login.pid &
wait -n
`,
    ready: () => allAccept(ports),
  });
  const { caFile } = await certificates();
  return { host: HOST, ports, caFile, ...LOGIN, log: sandbox.log, stop: sandbox.stop };
}

/** HTTP CONNECT. open: for everybody. login: with basic authentication. */
export async function startTinyproxy(): Promise<ProxyServer<"open" | "login">> {
  const ports = await freePorts("open", "login");
  const configuration = (port: number, extra: string) => `
User tinyproxy
Group tinyproxy
Port ${port}
Listen ${HOST}
Timeout 60
LogFile "/srv/wirepost/log/tinyproxy-${port}.log"
LogLevel Connect
MaxClients 100
Allow 127.0.0.1
${extra}
`;
  const sandbox = await startSandbox({
    name: "tinyproxy",
    release: "bookworm",
    files: {
      "/etc/tinyproxy/open.conf": configuration(ports.open, ""),
      "/etc/tinyproxy/login.conf": configuration(
        ports.login,
        `BasicAuth ${LOGIN.username} ${LOGIN.password}`,
      ),
    },
    start: `tinyproxy -d -c /etc/tinyproxy/open.conf &
tinyproxy -d -c /etc/tinyproxy/login.conf &
wait -n
`,
    ready: () => allAccept(ports),
  });
  const { caFile } = await certificates();
  return { host: HOST, ports, caFile, ...LOGIN, log: sandbox.log, stop: sandbox.stop };
}

/** HTTP CONNECT with basic authentication. login: in clear text. tls: the proxy itself is spoken to over TLS. */
export async function startSquid(): Promise<ProxyServer<"login" | "tls">> {
  const ports = await freePorts("login", "tls");
  const hash = (await command("openssl", ["passwd", "-apr1", LOGIN.password])).trim();
  const sandbox = await startSandbox({
    name: "squid",
    release: "bookworm",
    files: {
      ...(await certificateFiles()),
      "/etc/squid/passwords": `${LOGIN.username}:${hash}\n`,
      "/etc/squid/squid.conf": `
http_port ${HOST}:${ports.login}
https_port ${HOST}:${ports.tls} tls-cert=/srv/wirepost/server.pem tls-key=/srv/wirepost/server.key
visible_hostname mail.example.test
auth_param basic program /usr/lib/squid/basic_ncsa_auth /etc/squid/passwords
auth_param basic children 1 startup=1 idle=1
auth_param basic realm proxy
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
cache deny all
cache_log /srv/wirepost/log/squid.log
access_log stdio:/srv/wirepost/log/squid-access.log
pid_filename /run/squid.pid
hosts_file /etc/hosts
dns_nameservers 127.0.0.1
pinger_enable off
shutdown_lifetime 0 seconds
`,
    },
    start: `install -d -o proxy -g proxy /var/spool/squid /var/log/squid /run/squid
chown proxy /srv/wirepost/server.key
exec squid -N -f /etc/squid/squid.conf
`,
    ready: () => allAccept(ports),
  });
  const { caFile } = await certificates();
  return { host: HOST, ports, caFile, ...LOGIN, log: sandbox.log, stop: sandbox.stop };
}
