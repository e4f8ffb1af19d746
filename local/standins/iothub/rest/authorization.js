// @ts-check
/** May this request be served? Only with a token of the policy `iothubowner`. */

import { HubError } from '../errors.js';
import { isSignedByOneOf, parseSas } from '../access/sas.js';

const POLICY = 'iothubowner';

/**
 * @param {string | undefined} header `Authorization`
 * @param {string} key base64
 * @param {import('../../../listening/hosts.js').Hosts} hosts
 * @throws {HubError} 401
 */
export function authorize(header, key, hosts) {
  const token = parseSas(header);
  if (token === null) throw unauthorized('Authorization holds no SharedAccessSignature');
  if (token.policy !== POLICY) throw unauthorized(`The token is not of the policy ${POLICY}`);
  if (!hosts.includes(token.resource.split('/')[0])) {
    throw unauthorized('The token is for another host');
  }
  if (!isSignedByOneOf(token, [key])) throw unauthorized('The signature of the token is wrong');
  if (token.expiryMs <= Date.now()) throw unauthorized('The token has expired');
}

/** @param {string} message */
const unauthorized = (message) => new HubError(401, 'IotHubUnauthorizedAccess', message);
