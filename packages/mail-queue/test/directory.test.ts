import { describeBehaviour } from "./behaviour.js";
import { directoryStores } from "./stores.js";

describeBehaviour("a directory", () => directoryStores());
