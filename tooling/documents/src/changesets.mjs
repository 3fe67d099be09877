// Every published package has a history: a CHANGELOG.md once it was released, changesets before that.

/**
 * The packages that a changeset names, with the size of the step.
 * @param {string} text @returns {{ releases: Record<string, string>, summary: string } | undefined} undefined: not a changeset
 */
export function parseChangeset(text) {
  const match = /^---\r?\n([\s\S]*?)^---\r?\n([\s\S]*)$/m.exec(text);
  if (match === null) return undefined;
  const releases = {};
  for (const line of match[1].split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const entry = /^\s*(["']?)([^"':]+)\1\s*:\s*(major|minor|patch|none)\s*$/.exec(line);
    if (entry === null) return undefined;
    releases[entry[2]] = entry[3];
  }
  return { releases, summary: match[2].trim() };
}

/**
 * @param {{ name: string, hasChangelog: boolean }[]} packages published ones
 * @param {Record<string, string>} changesets file name -> text
 * @param {string[]} known every name in the workspace
 * @returns {string[]} problems
 */
export function checkChangesets(packages, changesets, known) {
  const problems = [];
  const mentioned = new Set();
  for (const [file, text] of Object.entries(changesets)) {
    const changeset = parseChangeset(text);
    if (changeset === undefined) {
      problems.push(
        `.changeset/${file} is no changeset: front matter of "package": major|minor|patch, then a sentence`,
      );
      continue;
    }
    if (changeset.summary === "") problems.push(`.changeset/${file} says nothing`);
    for (const name of Object.keys(changeset.releases)) {
      if (known.includes(name)) mentioned.add(name);
      else problems.push(`.changeset/${file} names ${name}, which is no package here`);
    }
  }
  for (const { name, hasChangelog } of packages) {
    if (!hasChangelog && !mentioned.has(name))
      problems.push(`${name} has neither a changelog nor a changeset`);
  }
  return problems;
}
