import { breakEverywhere } from "./break-everywhere.js";
import { expectedOf, runSession } from "./run-session.js";
import { LOGIN_SESSIONS } from "./sessions.js";

for (const session of LOGIN_SESSIONS) {
  breakEverywhere(session.name, (accident) => runSession(session, accident), expectedOf(session));
}
