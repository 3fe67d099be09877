// For people who deliver to the internet themselves.

export type { BackoffOptions } from "./delivery/backoff.js";
export type { DirectDeliveryOptions, DirectSendOptions } from "./delivery/delivery-options.js";
export { type DeliveryAttempt, DeliveryReceipt } from "./delivery/delivery-receipt.js";
export { DirectDelivery } from "./delivery/direct-delivery.js";
// For people who set up a mail program.
export {
  type DiscoveryOptions,
  discoverSubmission,
  type ProviderServer,
  type SubmissionServer,
} from "./discovery/discover-submission.js";
// DNS and routes.
export { CachingResolver, type CachingResolverOptions } from "./dns/caching-resolver.js";
export {
  DELIVERY_ERROR_CODES,
  DeliveryError,
  type DeliveryErrorCode,
  type DeliveryErrorDetails,
} from "./errors.js";
// Reports to domains (RFC 8460).
export { composeTlsReport, type TlsReportLetter } from "./reports/compose-tls-report.js";
export {
  type SendTlsReportOptions,
  sendTlsReport,
  type TlsReportOutcome,
  type TlsReportSender,
} from "./reports/send-tls-report.js";
export { findTlsReportAddresses, parseTlsReportRecord } from "./reports/tls-report-record.js";
export {
  type TlsReport,
  TlsReports,
  type TlsReportsOptions,
  type TlsResultType,
  type TlsSessionResult,
} from "./reports/tls-reports.js";
export { beforeOurselves, type Exchanger, orderExchangers, type Random } from "./routing/exchanger-order.js";
export { findRoute, type Route, type RouteOptions } from "./routing/find-route.js";
export { type AddressOptions, type HostAddresses, hostAddresses } from "./routing/host-addresses.js";
// The TLS that a domain asks for (RFC 8461, RFC 7672).
export {
  type FoundPolicy,
  type KeptPolicy,
  type PolicyStore,
  type StsOptions,
  StsPolicies,
} from "./tls/sts-policies.js";
export {
  parseStsPolicy,
  parseStsRecord,
  policyNames,
  type StsPolicy,
  type StsRecord,
} from "./tls/sts-policy.js";
export type { TlsPlan } from "./tls/tls-plan.js";
export { type DaneQuestion, daneVouches, isUsable, type Tlsa } from "./tls/tlsa-match.js";
