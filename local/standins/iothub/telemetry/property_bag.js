// @ts-check
/** Property bags: the url-encoded `key=value&…` at the end of a message's MQTT topic. */

/**
 * @param {string} text
 * @returns {Record<string, string>} system properties with their `$.` prefix
 * @throws {URIError} on a broken percent escape
 */
export function parseBag(text) {
  const fields = text.replace(/^\?/, '').split('&').filter((field) => field !== '');
  return Object.fromEntries(fields.map(parseField));
}

/** @param {string} field */
function parseField(field) {
  const at = field.indexOf('=');
  if (at < 0) return [decodeURIComponent(field), ''];
  return [decodeURIComponent(field.slice(0, at)), decodeURIComponent(field.slice(at + 1))];
}

/** @param {Record<string, string>} properties */
export function formatBag(properties) {
  return Object.entries(properties)
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .join('&');
}
