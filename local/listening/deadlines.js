// @ts-check
/** Connections to an HTTP port that do not get on are ended, so that they cannot pile up. */

export const DEADLINES = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 2_000,
};
