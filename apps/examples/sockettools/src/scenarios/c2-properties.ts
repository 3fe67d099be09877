// C2: everything by properties, results tested with > 0, TLS from the first octet by Options. As programs of Visual Basic 6 were
// written; Connect and Authenticate have no argument.
import { configureClient, SmtpClient, smtpOptionSecureImplicit } from "@wirepost/sockettools-compat";
import type { Program } from "../program.js";

export const allByProperties: Program = async (server, MsgBox) => {
  const smtp = new SmtpClient();
  // What Windows keeps in its store of authorities
  configureClient(smtp, { tls: { extraCa: server.trust } });

  smtp.HostName = server.host;
  smtp.RemotePort = server.port; // smtpPortSecure, on a server of the world
  smtp.UserName = server.userName ?? "";
  smtp.Password = server.password ?? "";
  smtp.Timeout = 30;
  smtp.Options = smtpOptionSecureImplicit;
  smtp.OnProgress = (_size, _copied, percent) => MsgBox(`${percent}%`);

  if ((await smtp.Connect()) > 0) {
    MsgBox(`Connect: ${smtp.LastError} ${smtp.LastErrorString}`);
    return;
  }
  if ((await smtp.Authenticate()) > 0) {
    MsgBox(`Authenticate: ${smtp.LastError} ${smtp.LastErrorString}`);
    await smtp.Disconnect();
    return;
  }
  MsgBox(
    `connected, ${smtp.CipherStrength > 0 ? "secure" : "plain"}, certificate status ${smtp.CertificateStatus}`,
  );

  const text = [
    `From: ${server.sender ?? "ann@example.com"}`,
    `To: ${server.recipient ?? "bob@example.org"}`,
    "Subject: By properties",
    `Date: ${smtp.CurrentDate}`,
    "",
    "Sent over TLS.",
    "",
  ].join("\r\n");
  const result = await smtp.SendMessage(
    server.sender ?? "ann@example.com",
    server.recipient ?? "bob@example.org",
    text,
  );
  if (result > 0) MsgBox(`SendMessage: ${smtp.ResultCode} ${smtp.ResultString}`);
  else MsgBox(`sent, ${smtp.TransferBytes} bytes`);
  await smtp.Disconnect();
};
