import { certificateFiles, certificates } from "../machine/certificates.js";
import { freePorts } from "../machine/ports.js";
import { startSandbox } from "../machine/sandbox.js";
import { ACCOUNTS, HOST, MAIL_FOLDER, type MailServer, mailServer, SERVER_NAME } from "./mail-server.js";
import { allAccept } from "./ready.js";

/** plain: AUTH in clear text. starttls and implicit: AUTH inside TLS. lmtp: LMTP without TLS. */
export type AiosmtpdPort = "plain" | "starttls" | "implicit" | "lmtp";

const PROGRAM = `
import asyncio, json, logging, os, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from aiosmtpd.lmtp import LMTP

logging.basicConfig(filename="/srv/wirepost/log/aiosmtpd.log", level=logging.INFO)
ports, accounts, folder = (json.loads(word) for word in sys.argv[1:4])
count = 0

class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return "550 5.1.1 no such mailbox here"
        if address.startswith("deferred"):
            return "450 4.2.1 mailbox is busy, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global count
        if envelope.mail_from.startswith("refuse-at-end@"):
            return "554 5.7.1 content refused"
        for recipient in envelope.rcpt_tos:
            count += 1
            name = f"{count:08}"
            with open(f"{folder}/tmp/{name}", "wb") as file:
                trace = f"X-MailFrom: <{envelope.mail_from}>\\r\\nX-RcptTo: <{recipient}>\\r\\n"
                file.write(trace.encode() + envelope.original_content)
            os.rename(f"{folder}/tmp/{name}", f"{folder}/new/{name}")
        return "250 2.0.0 stored"

def authenticate(server, session, envelope, mechanism, data):
    known = isinstance(data, LoginPassword) and accounts.get(data.login.decode()) == data.password.decode()
    return AuthResult(success=known, handled=known)

context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain("/srv/wirepost/server.pem", "/srv/wirepost/server.key")

async def main():
    loop = asyncio.get_running_loop()
    common = dict(hostname="${SERVER_NAME}", data_size_limit=62914560, enable_SMTPUTF8=True, loop=loop)
    login = dict(common, authenticator=authenticate)
    made = {
        "plain": (lambda: SMTP(Handler(), auth_require_tls=False, **login), None),
        "starttls": (lambda: SMTP(Handler(), tls_context=context, **login), None),
        "implicit": (lambda: SMTP(Handler(), auth_require_tls=False, **login), context),
        "lmtp": (lambda: LMTP(Handler(), **common), None),
    }
    for name, (factory, tls) in made.items():
        await loop.create_server(factory, "${HOST}", ports[name], ssl=tls)
    await asyncio.Event().wait()

asyncio.run(main())
`;

/** aiosmtpd 1.4 of Debian: Python's own, with strict line handling and DATA only. */
export async function startAiosmtpd(): Promise<MailServer<AiosmtpdPort>> {
  const ports = await freePorts("plain", "starttls", "implicit", "lmtp");
  const accounts = Object.fromEntries(
    Object.values(ACCOUNTS).map(({ username, password }) => [username, password]),
  );
  const sandbox = await startSandbox({
    name: "aiosmtpd",
    release: "bookworm",
    files: {
      ...(await certificateFiles()),
      "/srv/wirepost/server.py": PROGRAM,
      "/srv/wirepost/ports.json": JSON.stringify(ports),
      "/srv/wirepost/accounts.json": JSON.stringify(accounts),
    },
    start: `mkdir -p ${MAIL_FOLDER}/all/tmp ${MAIL_FOLDER}/all/new
cd /srv/wirepost
exec python3.11 server.py "$(cat ports.json)" "$(cat accounts.json)" '"${MAIL_FOLDER}/all"'
`,
    ready: () => allAccept(ports),
  });
  return mailServer(sandbox, ports, (await certificates()).caFile);
}
