import { breakEverywhere } from "./break-everywhere.js";
import { expectedOf, runSession } from "./run-session.js";
import { tlsSession } from "./sessions.js";

const session = await tlsSession("starttls");
breakEverywhere(session.name, (accident) => runSession(session, accident), expectedOf(session));
