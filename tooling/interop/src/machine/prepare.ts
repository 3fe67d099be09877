import { certificates } from "./certificates.js";
import { imageOf } from "./image.js";

/** Fetches and unpacks what the suites need before the first of them starts; nothing to do when the cache is warm. */
export default async function prepare(): Promise<void> {
  await certificates();
  await imageOf("bookworm");
  await imageOf("trixie");
}
