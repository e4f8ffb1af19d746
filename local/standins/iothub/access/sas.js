// @ts-check
/** Shared access signatures: `SharedAccessSignature sr=…&sig=…&se=…[&skn=…]`. */

import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * @typedef {object} SasToken
 * @property {string} resource decoded, e.g. `localhost/devices/pump-1`
 * @property {string} signedText what the signature covers
 * @property {string} signature base64
 * @property {number} expiryMs since the epoch
 * @property {string} policy name of the key, '' for a device's own
 */

const SCHEME = 'SharedAccessSignature ';

/**
 * @param {string | undefined} text
 * @returns {SasToken | null} null when it is not such a token
 */
export function parseSas(text) {
  if (!text?.startsWith(SCHEME)) return null;
  const fields = new Map(text.slice(SCHEME.length).split('&').map(pair));
  const resource = fields.get('sr');
  const signature = fields.get('sig');
  const expiry = fields.get('se');
  if (!resource || !signature || !expiry || !/^\d{1,12}$/.test(expiry)) return null;
  try {
    return {
      resource: decodeURIComponent(resource),
      signedText: `${resource}\n${expiry}`,
      signature: decodeURIComponent(signature),
      expiryMs: Number(expiry) * 1000,
      policy: decodeURIComponent(fields.get('skn') ?? ''),
    };
  } catch {
    return null; // a broken percent escape
  }
}

/**
 * @param {string} field
 * @returns {[string, string]}
 */
function pair(field) {
  const at = field.indexOf('=');
  return at < 0 ? [field, ''] : [field.slice(0, at), field.slice(at + 1)];
}

/**
 * @param {SasToken} token
 * @param {string[]} keys base64; any of them may have signed
 */
export function isSignedByOneOf(token, keys) {
  const given = Buffer.from(token.signature, 'base64');
  return keys.some((key) => {
    const right = createHmac('sha256', Buffer.from(key, 'base64')).update(token.signedText).digest();
    return given.length === right.length && timingSafeEqual(given, right);
  });
}
