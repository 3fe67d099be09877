// The sample for the vendor's cloud: a port of its firewall is opened first. Here no firewall is in the way.
import { XojoCloud } from "@wirepost/xojo-compat";
import type { Program } from "../program.js";
import { sendMailSocket } from "./send-mail-socket.js";

export const firewallPort: Program = async (server, say) => {
  const fwp = new XojoCloud.FirewallPort(server.port, XojoCloud.FirewallPort.Direction.Outgoing);
  fwp.Open(); // This call is synchronous
  if (fwp.isOpen) {
    say("open");
    await sendMailSocket(server, say);
  }
};
