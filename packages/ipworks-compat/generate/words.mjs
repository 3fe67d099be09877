// How the generated text is written: comments, wrapping, the head.

export const HEAD =
  "// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.\n";

/** A doc comment. */
export function comment(doc, { note, throws } = {}) {
  const lines = [doc.trim()];
  if (note !== undefined) lines.push(`${note.charAt(0).toUpperCase()}${note.slice(1)}.`);
  const body = lines.join(" ");
  if (throws === undefined && body.length < 100) return `/** ${body} */`;
  const wrapped = wrap(body);
  if (throws !== undefined) wrapped.push("", ...wrap(`@throws IPWorksException ${throws}`));
  return ["/**", ...wrapped.map((line) => ` * ${line}`.trimEnd()), " */"].join("\n");
}

function wrap(text) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    if (lines[last].length + word.length > 104) lines.push(word);
    else lines[last] += lines[last] === "" ? word : ` ${word}`;
  }
  return lines;
}

export const lowerFirst = (name) => name.charAt(0).toLowerCase() + name.slice(1);

export const imports = (map) =>
  Object.entries(map)
    .filter(([, names]) => names.length > 0)
    .map(([from, names]) => `import { ${[...new Set(names)].join(", ")} } from "${from}";`);
