import { readFileSync } from "node:fs";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { certificates } from "../machine/certificates.js";
import { freePorts } from "../machine/ports.js";
import { ACCOUNTS, HOST, type MailServer, SERVER_NAME, waitForMessages } from "./mail-server.js";
import { parseStored, type StoredMessage } from "./maildir.js";

/** plain: AUTH in clear text. starttls and implicit: AUTH inside TLS. lmtp: LMTP without TLS. */
export type SmtpServerPort = "plain" | "starttls" | "implicit" | "lmtp";

interface Refusal extends Error {
  responseCode?: number;
}

function refusal(code: number, text: string): Refusal {
  return Object.assign(new Error(text), { responseCode: code });
}

/** The npm package smtp-server, in the process of the test itself. */
export async function startSmtpServer(): Promise<MailServer<SmtpServerPort>> {
  const ports = await freePorts("plain", "starttls", "implicit", "lmtp");
  const made = await certificates();
  const messages: StoredMessage[] = [];
  const lines: string[] = [];
  const passwords = new Map(
    Object.values(ACCOUNTS).map(({ username, password }) => [username as string, password]),
  );
  const common: SMTPServerOptions = {
    name: SERVER_NAME,
    banner: "smtp-server",
    key: readFileSync(made.server.keyFile),
    cert: readFileSync(made.server.certificateFile),
    size: 62_914_560,
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 1_000,
    authMethods: ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"],
    onAuth(auth, _session, callback) {
      const password = passwords.get(auth.username ?? "");
      if (auth.method === "XOAUTH2") {
        if (auth.accessToken === "good-token") return callback(null, { user: auth.username });
        return callback(null, { data: { status: "401", schemes: "bearer", scope: "mail" } });
      }
      const checked = (secret: string) =>
        auth.method === "CRAM-MD5" ? auth.validatePassword(secret) : auth.password === secret;
      const right = password !== undefined && checked(password);
      return right
        ? callback(null, { user: auth.username })
        : callback(new Error("wrong user name or password"));
    },
    onRcptTo({ address }, _session, callback) {
      if (address.startsWith("refused")) return callback(refusal(550, "no such mailbox here"));
      if (address.startsWith("deferred")) return callback(refusal(450, "mailbox is busy, try again later"));
      return callback();
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const from = session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address;
        if (from.startsWith("refuse-at-end@")) return callback(refusal(554, "content refused"));
        for (const { address } of session.envelope.rcptTo) {
          const trace = Buffer.from(`X-MailFrom: <${from}>\r\nX-RcptTo: <${address}>\r\n`);
          messages.push(parseStored(Buffer.concat([trace, ...chunks])));
        }
        // LMTP has one reply for each recipient; an array in SMTP would be as many replies to one message.
        const lmtp = session.transmissionType.startsWith("L");
        return callback(null, (lmtp ? session.envelope.rcptTo.map(() => "stored") : "stored") as never);
      });
    },
  };
  const servers = (Object.keys(ports) as SmtpServerPort[]).map((name) => {
    const server = new SMTPServer({
      ...common,
      lmtp: name === "lmtp",
      secure: name === "implicit",
      allowInsecureAuth: name === "plain",
      hideSTARTTLS: name === "plain" || name === "lmtp",
    });
    server.on("error", (error) => lines.push(String(error)));
    return { name, server };
  });
  await Promise.all(
    servers.map(
      ({ name, server }) => new Promise<void>((done) => server.listen(ports[name], HOST, () => done())),
    ),
  );
  const log = () => lines.join("\n");
  const readMessages = () => [...messages];
  return {
    host: HOST,
    ports,
    caFile: made.caFile,
    users: ACCOUNTS,
    readMessages,
    waitForMessages: (count, wanted = () => true) => waitForMessages(readMessages, count, wanted, log),
    log,
    async stop() {
      await Promise.all(servers.map(({ server }) => new Promise<void>((done) => server.close(() => done()))));
    },
  };
}
