import type { Target } from "./target.js";
import { ADDRESSES } from "./targets/addresses.js";
import { COMMANDS } from "./targets/commands.js";
import { FILES } from "./targets/files.js";
import { FRAMING } from "./targets/framing.js";
import { MIME } from "./targets/mime.js";
import { REPLIES } from "./targets/replies.js";
import { SASL } from "./targets/sasl.js";

export const TARGETS: readonly Target[] = [
  ...REPLIES,
  ...COMMANDS,
  ...FRAMING,
  ...ADDRESSES,
  ...MIME,
  ...SASL,
  ...FILES,
];
