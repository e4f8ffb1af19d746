// @ts-check
/** Who may call the REST: programs of this machine, and no page in a browser. */

import { HubError, badArgument } from '../errors.js';

/**
 * A web page elsewhere could point its own name at this machine (DNS rebinding), or send requests
 * to any port of it; a browser tells of both, in Host and in Origin.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {import('../access/hosts.js').Hosts} hosts
 * @throws {HubError} 400, 403
 */
export function checkCaller({ url, headers }, hosts) {
  if (!url?.startsWith('/')) throw badArgument('Ask for a path: this server is no proxy');
  if (headers.host === undefined || !hosts.includes(headers.host)) {
    throw new HubError(403, 'WrongHost', `Call this server by one of: ${hosts.names.join(', ')}`);
  }
  const site = headers['sec-fetch-site'] ?? 'none';
  if (headers.origin !== undefined || (site !== 'none' && site !== 'same-origin')) {
    throw new HubError(403, 'WrongOrigin', 'A page in a browser may not ask for this');
  }
}
