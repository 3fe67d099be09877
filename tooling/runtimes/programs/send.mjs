// The rest of every sending program: three messages over STARTTLS with a login, on one client.
export async function main({ SmtpClient, SendError, MimeError }) {
  const { port, ca, marker } = JSON.parse(process.argv[2]);
  const client = new SmtpClient({
    host: "localhost",
    port,
    tls: { policy: "required", ca },
    auth: { username: "ann", password: "correct horse" },
    clientName: "client.example",
    maxConnections: 1,
  });
  try {
    const messages = [0, 1, 2].map((i) => ({
      from: "Ann <ann@example.com>",
      to: ["bob@example.org"],
      subject: `${marker} ${i} Grüße`,
      text: `Hello ${i}\n.\nlast`,
      attachments: [
        { filename: "ü.bin", content: Uint8Array.from({ length: 70_000 * i + 256 }, (_, at) => at % 256) },
      ],
    }));
    const receipts = await Promise.all(messages.map((message) => client.send(message)));
    for (const receipt of receipts) if (receipt.accepted.length !== 1) throw new Error("not accepted");
    // A refusal is an error of one class and another's brand, whatever the module system.
    const error = await client
      .send({ from: "a@example.com", to: "b@example.org", subject: "a\r\nBcc: x" })
      .catch((e) => e);
    if (!SendError.is(error) || error.code !== "ERR_MIME_INVALID_FIELD_VALUE")
      throw new Error(`another end: ${error}`);
    if (!MimeError.is(error.cause)) throw new Error("the cause is of another class");
  } finally {
    await client.close();
  }
  console.log("sent");
}
