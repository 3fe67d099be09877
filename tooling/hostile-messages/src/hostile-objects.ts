import type { HostileObject } from "./hostile-object.js";
import { ADDRESSES } from "./objects/addresses.js";
import { BODIES } from "./objects/bodies.js";
import { POISONED_COMMANDS } from "./objects/poisoned-commands.js";
import { POISONED_FIELDS } from "./objects/poisoned-fields.js";
import { STRUCTURES } from "./objects/structures.js";
import { TEXTS_AND_NAMES } from "./objects/texts.js";

export const HOSTILE_OBJECTS: readonly HostileObject[] = [
  ...POISONED_FIELDS,
  ...POISONED_COMMANDS,
  ...ADDRESSES,
  ...BODIES,
  ...TEXTS_AND_NAMES,
  ...STRUCTURES,
];
