// C1: the sample of the SMTP page, line by line: connect with ESMTP, log in, deliver a message that is ready, disconnect.
// Every failure is a message box and the end of the Sub; nothing is thrown.
import { SmtpClient, smtpOptionExtended } from "@wirepost/sockettools-compat";
import type { Program } from "../program.js";

export const deliverMessage: Program = async (server, MsgBox) => {
  const SmtpClient1 = new SmtpClient();
  SmtpClient1.RemotePort = server.port; // the page's server listens on 25
  const strHostName = server.host;
  const strUserName = server.userName ?? "";
  const strPassword = server.password ?? "";
  const strSender = server.sender ?? "ann@example.com";
  const strRecipient = server.recipient ?? "bob@example.org";
  const strMessage = [
    `From: ${strSender}`,
    `To: ${strRecipient}`,
    "Subject: A message that was ready",
    "",
    "It is contained in a string variable.",
    "",
  ].join("\r\n");
  let nError: number;

  // Connect to the mail server, with extended options where they are possible
  nError = await SmtpClient1.Connect(strHostName, { Options: smtpOptionExtended });
  if (nError !== 0) {
    MsgBox(SmtpClient1.LastErrorString);
    return;
  }

  // Log in, so that the server relays; a server that relays for everybody needs no login
  if (strUserName !== "") {
    nError = await SmtpClient1.Authenticate(strUserName, strPassword);
    if (nError !== 0) {
      MsgBox(SmtpClient1.LastErrorString);
      await SmtpClient1.Disconnect(); // the page leaves this to the end of the program
      return;
    }
  }

  // Deliver the message to the recipient
  nError = await SmtpClient1.SendMessage(strSender, strRecipient, strMessage);

  if (nError !== 0) MsgBox(SmtpClient1.LastErrorString);
  else MsgBox("delivered");

  // Disconnect from the mail server
  await SmtpClient1.Disconnect();
};
