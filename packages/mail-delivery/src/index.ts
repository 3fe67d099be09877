// For people who deliver to the internet themselves.

export { CachingResolver, type CachingResolverOptions } from "./dns/caching-resolver.js";
export {
  DELIVERY_ERROR_CODES,
  DeliveryError,
  type DeliveryErrorCode,
  type DeliveryErrorDetails,
} from "./errors.js";
export { beforeOurselves, type Exchanger, orderExchangers, type Random } from "./routing/exchanger-order.js";
export { findRoute, type Route, type RouteOptions } from "./routing/find-route.js";
export { type AddressOptions, type HostAddresses, hostAddresses } from "./routing/host-addresses.js";
