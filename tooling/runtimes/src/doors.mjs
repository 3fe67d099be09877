// Run under the Node in question: loads every door in every way, and says as JSON what is wrong.
import { loadEveryDoor } from "../../packaging/src/consumer.mjs";

const [folder, specifiers] = process.argv.slice(2);
console.log(JSON.stringify(loadEveryDoor(folder, JSON.parse(specifiers))));
