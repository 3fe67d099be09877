import type { CheckedProxy } from "./proxy-options.js";

/** Less than this is found in ordinary text by chance. */
const PIECE_LENGTH = 8;
const MIN_LENGTH = 4;

/**
 * Whether a text shows the password or the whole login of a proxy, or a piece of them: as they are, in base64 wherever it begins, in
 * hexadecimal or as in a URL. For short texts: each place in it is compared with each form.
 */
export function showsLogin(text: string, { username, password }: CheckedProxy): boolean {
  if (username === undefined) return false;
  const secrets =
    password === undefined || password === "" ? [username] : [password, `${username}:${password}`];
  const seen = text.toLowerCase();
  return secrets.flatMap(formsOf).some((form) => {
    if (form.length < MIN_LENGTH) return false;
    if (seen.includes(form)) return true;
    for (let at = 0; at + PIECE_LENGTH <= seen.length; at++) {
      if (form.includes(seen.slice(at, at + PIECE_LENGTH))) return true;
    }
    return false;
  });
}

function formsOf(secret: string): string[] {
  const octets = Buffer.from(secret);
  // Answers are read octet by octet.
  const forms = [octets.toString("latin1"), encodeURIComponent(octets.toString()), octets.toString("hex")];
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([new Uint8Array(before), octets]).toString("base64");
    // The characters that these octets alone decide.
    forms.push(text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + octets.length) * 8) / 6)));
  }
  return forms.map((form) => form.toLowerCase());
}
