// The handlers that the .NET document's events show, all nine; and a method with its cancellation token.
import { SMTP } from "@wirepost/ipworks-compat/dotnet";
import { type Program, type Say, subject } from "../program.js";

/** Adds a handler to every event, as a form's constructor does. */
export function tellEverything(smtp: SMTP, say: Say): void {
  smtp.OnConnectionStatus.add((_sender, e) => say(`ConnectionStatus ${e.ConnectionEvent}, ${e.StatusCode}`));
  smtp.OnEndTransfer.add((_sender, e) => say(`EndTransfer ${e.Direction}`));
  smtp.OnError.add((_sender, e) => say(`Error ${e.ErrorCode}: ${e.Description}`));
  smtp.OnExpand.add((_sender, e) => say(`Expand ${e.Address}`));
  smtp.OnPITrail.add((_sender, e) => say(`PITrail ${e.Direction} ${e.Message}`));
  smtp.OnSSLServerAuthentication.add((_sender, e) =>
    say(`SSLServerAuthentication ${e.CertSubject}, ${e.Status === "OK" ? "OK" : "not OK"}, ${e.Accept}`),
  );
  smtp.OnSSLStatus.add(() => say("SSLStatus"));
  smtp.OnStartTransfer.add((_sender, e) => say(`StartTransfer ${e.Direction}`));
  smtp.OnTransfer.add((_sender, e) =>
    say(`Transfer ${e.BytesTransferred}, ${e.PercentDone}%, ${e.TextB.length} bytes`),
  );
}

export const listener: Program = async (server, say) => {
  const smtp = new SMTP();
  tellEverything(smtp, say);
  smtp.MailServer = server.host;
  smtp.MailPort = server.port;
  smtp.From = "me@example.com";
  smtp.SendTo = "recipient@example.org";
  smtp.Subject = subject(server, "With a listener");
  smtp.MessageText = "This is the message body\r\n";
  const source = new AbortController(); // CancellationTokenSource
  await smtp.Send(source.signal);
};
