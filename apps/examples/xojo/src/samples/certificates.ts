// The samples of the TLS members. Where Xojo shows a file dialog, the program has the path.
import {
  configureSocket,
  EmailMessage,
  FolderItem,
  SMTPSecureSocket,
  SSLSocket,
  whenIdle,
} from "@wirepost/xojo-compat";
import type { Program, Say, Server } from "../program.js";

/** Paths that the dialogs of the original asked for. */
export interface Files {
  readonly certificate: string;
  readonly password: string;
  readonly rejected: string;
}

export const certificates =
  (files: Files): Program =>
  async (server: Server, say: Say) => {
    const Socket1 = new SMTPSecureSocket();
    Socket1.MailSent = () => say("all sent");
    Socket1.Error = (e) => say(`error ${e.ErrorNumber}`);
    Socket1.ConnectionEstablished = () => {
      if (Socket1.SSLConnecting) say("connecting");
      if (Socket1.SSLConnected) say("secure");
    };
    configureSocket(Socket1, { tls: { extraCa: server.trust } });
    Socket1.Address = server.address;
    Socket1.Port = server.port;
    Socket1.SSLEnabled = true;
    Socket1.SMTPConnectionType = SMTPSecureSocket.SMTPConnectionTypes.SSLTLS;
    Socket1.SSLConnectionType = SSLSocket.SSLConnectionTypes.TLSv1;

    let f: FolderItem | null;
    f = new FolderItem(files.certificate);
    if (f !== null) {
      Socket1.CertificateFile = f;
    }
    Socket1.CertificatePassword = files.password;

    const mail = new EmailMessage();
    mail.FromAddress = "ann@example.com";
    mail.AddRecipient("bob@example.org");
    mail.Subject = "With a certificate";
    Socket1.Messages.Add(mail);
    Socket1.SendMail();
    await whenIdle(Socket1);

    f = new FolderItem(files.rejected);
    if (f !== null) {
      Socket1.CertificateRejectionFile = f;
    }
    Socket1.Messages.Add(mail);
    Socket1.SendMail();
    await whenIdle(Socket1);
  };
