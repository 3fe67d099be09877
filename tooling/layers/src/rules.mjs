// The drawing as dependency-cruiser rules. Each has a name, a reason that is printed with a violation, and a case in
// rules.test.mjs that makes it fire.
import {
  APP_LIMITS,
  FACADES,
  FILE_READERS,
  FLOORS,
  NETWORK_MODULES,
  NETWORK_OWNER,
  PURE,
  STAND_ON_THE_GROUND,
} from "./house.mjs";

/** Not part of what is published: tests, benchmarks, build recipes. */
const NOT_SOURCE =
  "\\.(test|bench)\\.m?ts$|/(test|tests|bench|fixtures|etc|dist)/|/(tsup|vitest)\\.config\\.ts$";

const GROUND = /** @type {string[]} */ (FLOORS[0]?.packages);
const oneOf = (names) => `(?:${names.join("|")})`;
const inPackages = (names) => `^packages/${oneOf(names)}/`;
const core = (names) => `^(?:node:)?${oneOf(names)}$`;

/** A rule about sources: `from.path` picks files, tests are let off. */
function forbid(name, comment, from, to) {
  const pathNot = [NOT_SOURCE, ...(from.pathNot ?? [])];
  return { name, comment, severity: "error", from: { ...from, pathNot }, to };
}

function floorRules() {
  return FLOORS.flatMap(({ name, packages }, level) => {
    const above = FLOORS.slice(level + 1).flatMap((floor) => floor.packages);
    const rules = [];
    if (above.length > 0) {
      rules.push(
        forbid(
          `${name}-does-not-point-up`,
          "Dependencies point down only: what two floors need belongs to the lower one.",
          { path: inPackages(packages) },
          { path: inPackages(above) },
        ),
      );
    }
    if (packages.length > 1) {
      rules.push(
        forbid(
          `${name}-packages-do-not-know-each-other`,
          "Packages of one floor do not know each other: pass plain data, or move the shared part down.",
          { path: `^packages/(${packages.join("|")})/` },
          { path: inPackages(packages), pathNot: "^packages/$1/" },
        ),
      );
    }
    return rules;
  });
}

function pureRules() {
  const nodeDoors = Object.entries(PURE)
    .filter(([, doors]) => doors.length > 0)
    .map(([name, doors]) => `^packages/${name}/src/${oneOf(doors)}(?:\\.ts$|/)`);
  return [
    forbid(
      "pure-packages-need-no-node",
      "Pure packages run anywhere: Node's modules only behind their own node doors.",
      { path: `${inPackages(Object.keys(PURE))}src/`, pathNot: nodeDoors },
      { dependencyTypes: ["core"] },
    ),
    forbid(
      "pure-doors-do-not-open-node-doors",
      "What a pure door imports must be pure too, or Node comes along into a browser bundle.",
      { path: `${inPackages(Object.keys(PURE))}src/`, pathNot: nodeDoors },
      { path: nodeDoors },
    ),
  ];
}

export const FORBIDDEN = [
  forbid(
    "ground-imports-nothing",
    "The ground stands on nothing: no package, no module of Node, nothing from npm.",
    { path: `^packages/(${GROUND.join("|")})/` },
    { pathNot: "^packages/$1/" },
  ),
  ...floorRules(),
  forbid(
    "few-stand-on-the-ground",
    `On the floor, ${STAND_ON_THE_GROUND.join(" and ")} alone stand on the ground.`,
    {
      path: inPackages(
        FLOORS.find((floor) => floor.name === "floor").packages.filter(
          (name) => !STAND_ON_THE_GROUND.includes(name),
        ),
      ),
    },
    { path: inPackages(GROUND) },
  ),
  forbid(
    "packages-do-not-know-apps-or-tooling",
    "What is published cannot need what is not.",
    { path: "^packages/" },
    { path: "^(?:apps|tooling)/" },
  ),
  forbid(
    "apps-do-not-know-each-other-or-tooling",
    "An app stands on packages alone.",
    { path: "^apps/([^/]+)/" },
    { path: "^(?:apps|tooling)/", pathNot: "^apps/$1/" },
  ),
  ...Object.entries(APP_LIMITS).map(([app, packages]) =>
    forbid(
      `${app}-stands-on-${packages.join("-and-")}`,
      `apps/${app} shows what ${packages.join(" and ")} can do alone.`,
      { path: `^apps/${app}/` },
      { path: "^packages/", pathNot: inPackages(packages) },
    ),
  ),
  forbid(
    "only-socket-core-touches-the-network",
    "Bytes over the network are socket-core's: its timeouts, proxies, certificates and error numbers hold for all.",
    { path: "^(?:packages|apps)/", pathNot: [`^packages/${NETWORK_OWNER}/`] },
    { path: core(NETWORK_MODULES) },
  ),
  ...pureRules(),
  forbid(
    "files-have-owners",
    "Certificate files are read by socket-core/certificates, message files by mime-message/node, queue files by mail-queue.",
    { path: "^packages/", pathNot: FILE_READERS.map((path) => `^${path}`) },
    { path: core(["fs", "fs/promises"]) },
  ),
  forbid(
    "mail-queue-imports-only-types-of-smtp-client",
    "mail-queue is handed deliver(); it must not load a client.",
    { path: "^packages/mail-queue/" },
    { path: "^packages/smtp-client/", dependencyTypesNot: ["type-only"] },
  ),
  forbid(
    "facades-use-public-doors",
    "If a facade needs an internal door, the core lacks a feature.",
    { path: inPackages(FACADES) },
    { path: "^packages/[^/]+/src/internal(?:\\.ts$|/)", pathNot: inPackages(FACADES) },
  ),
  forbid(
    "packages-are-entered-by-their-doors",
    "Import @wirepost/name or @wirepost/name/door, never a path into another package.",
    { path: "^((?:packages|apps)/[^/]+)/" },
    { path: "^packages/", pathNot: "^$1/", dependencyTypesNot: ["aliased"] },
  ),
  {
    name: "no-cycles",
    comment: "Two files that need each other are one file, or three. (Cycles of types alone are let off.)",
    severity: "error",
    from: { pathNot: NOT_SOURCE },
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  },
  forbid(
    "imports-resolve",
    "The file, door or package does not exist.",
    { path: "^(?:packages|apps)/" },
    { couldNotResolve: true },
  ),
];

/** Rules that are not about one import; see check.mjs. */
export const OWN_RULES = {
  "dependencies-are-declared":
    "An import that is not in package.json works here and fails where it is installed.",
  "only-socket-core-touches-the-network-globals":
    "fetch and its kin are the network too; only socket-core calls them.",
  "pure-packages-compile-without-node":
    "tsconfig.pure.json with types [] and without the DOM, run by the typecheck script.",
};

export { NOT_SOURCE };
