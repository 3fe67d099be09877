// For tests that need exact octets on the wire.

// For tests of TLS.
export {
  createSelfSignedIdentity,
  createTestAuthority,
  type LeafOptions,
  type TestAuthority,
  type TestIdentities,
  type TestIdentity,
  testIdentities,
} from "./certificates.js";
export {
  type ChunkedMessage,
  type ChunkingServer,
  type ChunkingServerOptions,
  chunkingServer,
} from "./chunking-server.js";
export { type Accident, type CuttingRelay, cuttingRelay } from "./cutting-relay.js";
export { type DelayingRelayOptions, delayingRelay } from "./delaying-relay.js";
export { type Octets, show, toOctets } from "./octets.js";
export {
  type Ending,
  type PieceOptions,
  ScriptError,
  type Segment,
  ServerPeer,
  type ServerTlsOptions,
} from "./peer.js";
// For tests that need a server which simply works.
export {
  type RecordedAddress,
  type RecordedMessage,
  type RecordingServer,
  type RecordingServerOptions,
  recordingServer,
  refusalOf,
} from "./recording-server.js";

// For tests of distance and accidents.
export type { Direction, Relay, RelayTarget } from "./relay.js";
export {
  eachConnection,
  runScript,
  type Script,
  type ScriptedServer,
  type ScriptedServerOptions,
  type Step,
  scriptedServer,
} from "./scripted-server.js";
export {
  client,
  clientContent,
  clientEnds,
  cuts,
  ends,
  replay,
  resets,
  server,
  serverBytewise,
  serverInPieces,
  silence,
  stalls,
  startsTls,
  transcripts,
} from "./transcript.js";
