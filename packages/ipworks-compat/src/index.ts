// Both editions, and what they share. A program usually imports one door: `/java` or `/dotnet`.
import * as dotnet from "./generated/dotnet/names.js";
import * as java from "./generated/java/names.js";

export { ready } from "./certificate/certificate-state.js";
export { ERROR_CODES, type ErrorNumber } from "./error-numbers.js";
export { EventSlot } from "./event-slot.js";
export { NumberedError } from "./failure.js";
export { SETTINGS, type SettingRow } from "./generated/settings.js";
export type { EventFields, EventName } from "./host.js";
export type { MessageStream } from "./message/body-stream.js";
export { dotnet, java };
