import type { Programs } from "../program.js";
import { asking, fromStream, interrupted } from "./asking.js";
import { sendAlone } from "./b1-send-alone.js";
import { twoMessages } from "./b2-two-messages.js";
import { otherHeaders } from "./b3-other-headers.js";
import { recipients } from "./b4-recipients.js";
import { queue } from "./b5-queue.js";
import { rawMessages } from "./b6-raw-message.js";
import {
  automatic,
  certificateRefused,
  cramMd5,
  events,
  explicit,
  implicit,
  noTls,
  ownCertificates,
  xoauth2,
} from "./b7-secure.js";
import { certificates } from "./certificates.js";
import { listener } from "./listener.js";
import {
  additionalHeader,
  connectAndSend,
  rawMessage,
  recipientOptions,
  send,
  settings,
  tlsSettings,
} from "./samples.js";

export const JAVA: Programs = {
  "additional-header": additionalHeader,
  "connect-and-send": connectAndSend,
  send,
  "recipient-options": recipientOptions,
  "raw-message": rawMessage,
  settings,
  "tls-settings": tlsSettings,
  certificates,
  listener,
  asking,
  "from-stream": fromStream,
  interrupted,
  b1: sendAlone,
  b2: twoMessages,
  b3: otherHeaders,
  b4: recipients,
  b5: queue,
  b6: rawMessages,
  "b7-none": noTls,
  "b7-automatic": automatic,
  "b7-implicit": implicit,
  "b7-explicit": explicit,
  "b7-cram-md5": cramMd5,
  "b7-xoauth2": xoauth2,
  "b7-events": events,
  "b7-refused": certificateRefused,
  "b7-own-certificates": ownCertificates,
};
