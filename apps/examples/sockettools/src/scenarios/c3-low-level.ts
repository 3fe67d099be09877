// C3: a message step by step: two recipients, text in pieces with bare line feeds, a size above the server's limit; then the same
// failure as an exception, by ThrowError.
import { SmtpClient, SocketToolsError, smtpOptionExtended } from "@wirepost/sockettools-compat";
import type { Program } from "../program.js";

export const stepByStep: Program = async (server, MsgBox) => {
  const client = new SmtpClient();
  client.HostName = server.host;
  client.RemotePort = server.port;
  if ((await client.Connect({ Options: smtpOptionExtended })) !== 0) {
    MsgBox(client.LastErrorString);
    return;
  }
  const pieces = [
    "Subject: In pieces\n",
    "To: bob@example.org, cy@example.org\n\n",
    "One line\n.\nand",
    " another\n",
  ];
  const size = pieces.join("").replaceAll("\n", "\r\n").length;

  const results = [
    await client.CreateMessage("ann@example.com", size),
    await client.AddRecipient("bob@example.org"),
    await client.AddRecipient("cy@example.org"),
  ];
  for (const piece of pieces) results.push(await client.Write(piece));
  results.push(await client.CloseMessage());
  MsgBox(`${results.join(" ")}, then ${client.ResultCode}`);

  // A size that the server does not take fails here, before anything is sent
  const tooLarge = client.MessageSize + 1;
  MsgBox(
    `CreateMessage: ${await client.CreateMessage("ann@example.com", tooLarge)} ${client.LastErrorString}`,
  );

  client.ThrowError = true;
  try {
    await client.CreateMessage("ann@example.com", tooLarge);
    MsgBox("not reached");
  } catch (error) {
    // On Error GoTo
    if (SocketToolsError.is(error)) MsgBox(`Err ${error.Number}: ${error.Description}`);
  }
  await client.Disconnect();
};
