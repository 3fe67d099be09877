// The one-line samples of the inherited members: two sockets that listen, connect, read, write and close.
import { AddHandler, Encodings, System, TCPSocket, whenIdle } from "@wirepost/xojo-compat";
import type { Program } from "../program.js";

export const tcpSocket: Program = async (_server, say) => {
  const Listener = new TCPSocket();
  const Connector = new TCPSocket();
  let TextField1 = "";
  let TextArea1 = "";

  // The page's System.NetworkInterface(0) is any interface of the machine; the sample stays on the one that leads nowhere.
  const loopback = Array.from({ length: System.NetworkInterfaceCount() }, (_, index) =>
    System.NetworkInterface(index),
  ).find((one) => one.IPAddress === "127.0.0.1");
  Listener.NetworkInterface = loopback ?? null;
  Listener.Port = 0;
  Listener.Listen();
  while (Listener.Port === 0) await Listener.Poll();

  Connector.Error = (e) => say(`error ${e.ErrorNumber}`);
  const connected = new Promise<void>((resolve) => AddHandler(Connector.Connected, () => resolve()));
  const accepted = new Promise<void>((resolve) => AddHandler(Listener.Connected, () => resolve()));
  Connector.Address = "127.0.0.1";
  Connector.Port = Listener.Port;
  Connector.Connect();
  await Promise.all([connected, accepted]);

  if (Connector.IsConnected) {
    TextField1 = Connector.RemoteAddress;
    say(`connected to ${TextField1}`);
  } else {
    say("Connection failed!");
  }

  const key = "x";
  Connector.Write("you typed: ");
  Connector.Write(key);
  Connector.Write(".");
  Connector.Flush();
  while (Listener.BytesAvailable < 13) await Listener.Poll();

  TextField1 = Listener.BytesAvailable.toString();
  say(`${TextField1} bytes, ${Connector.BytesLeftToSend.toString()} left to send`);
  TextArea1 += Listener.Lookahead();
  say(TextArea1);
  say(Listener.Read(4, Encodings.UTF8));
  TextField1 = Listener.ReadAll();
  say(TextField1);
  say(Listener.EndOfFile() ? "nothing left" : "something left");
  Listener.Purge();

  Connector.Disconnect();
  Connector.Close();
  Listener.Close();
  await Promise.all([whenIdle(Connector), whenIdle(Listener)]);
};
