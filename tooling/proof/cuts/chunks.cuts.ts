import { breakEverywhere } from "./break-everywhere.js";
import { expectedOf, runSession } from "./run-session.js";
import { sessionsNamed } from "./sessions.js";

for (const session of sessionsNamed("bdat", "bdat-window")) {
  breakEverywhere(session.name, (accident) => runSession(session, accident), expectedOf(session));
}
