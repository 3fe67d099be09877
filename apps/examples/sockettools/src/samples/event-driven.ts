// Blocking = False: every method returns at once, and the program goes on in its events, as the forms of Visual Basic did.
import { MailMessage, SmtpClient, smtpOptionExtended } from "@wirepost/sockettools-compat";
import type { Program } from "../program.js";

export const eventDriven: Program = (server, say) =>
  new Promise((resolve) => {
    const SmtpClient1 = new SmtpClient();
    const MailMessage1 = new MailMessage();
    SmtpClient1.Blocking = false;
    SmtpClient1.HostName = server.host;
    SmtpClient1.RemotePort = server.port;
    SmtpClient1.Options = smtpOptionExtended;
    SmtpClient1.UserName = server.userName ?? "";
    SmtpClient1.Password = server.password ?? "";

    SmtpClient1.OnConnect = () => {
      say("OnConnect");
      MailMessage1.ComposeMessage(server.sender ?? "ann@example.com", server.recipient ?? "bob@example.org", {
        Subject: "From event to event",
        MessageText: "Nobody waited.",
      });
      void SmtpClient1.SendMessage(MailMessage1.From, MailMessage1.To, MailMessage1.Message);
      void SmtpClient1.Disconnect();
    };
    SmtpClient1.OnCommand = (ResultCode) => say(`OnCommand ${ResultCode}`);
    SmtpClient1.OnProgress = (_MessageSize, _MessageCopied, Percent) => say(`OnProgress ${Percent}`);
    SmtpClient1.OnDisconnect = () => {
      say("OnDisconnect");
      resolve();
    };
    SmtpClient1.OnError = (ErrorCode, Description) => {
      say(`OnError ${ErrorCode} ${Description}`);
      // Where there was no connection, nothing else will come.
      if (!SmtpClient1.IsConnected) resolve();
    };

    void SmtpClient1.Connect();
  });
