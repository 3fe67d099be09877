import { IPWorksException, SMTP, SMTPSSLStartModes } from "@wirepost/ipworks-compat/dotnet";

export async function sendSecurely(server: string, port: number, code: AbortSignal): Promise<number> {
  const smtp = new SMTP();
  smtp.OnSSLServerAuthentication.add((_sender, e) => {
    e.Accept = true; // assigned before the handler returns
  });
  smtp.MailServer = server;
  smtp.MailPort = port;
  smtp.SSLStartMode = SMTPSSLStartModes.sslExplicit;
  smtp.From = "ann@example.com";
  smtp.SendTo = "bob@example.org";
  smtp.OtherHeaders = "X-Mailer: a C# program";
  try {
    await smtp.Send(code); // the token interrupts it
    return 0;
  } catch (error) {
    if (error instanceof IPWorksException) return error.Code;
    throw error;
  }
}
