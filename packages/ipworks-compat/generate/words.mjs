// How the generated text is written.
import { docComment } from "../../../tooling/config/generated.mjs";

export { HEAD } from "../../../tooling/config/generated.mjs";

/** A doc comment. */
export const comment = (doc, { note, throws } = {}) =>
  docComment(doc, note, throws === undefined ? undefined : `@throws IPWorksException ${throws}`);

export const lowerFirst = (name) => name.charAt(0).toLowerCase() + name.slice(1);

export const imports = (map) =>
  Object.entries(map)
    .filter(([, names]) => names.length > 0)
    .map(([from, names]) => `import { ${[...new Set(names)].join(", ")} } from "${from}";`);
