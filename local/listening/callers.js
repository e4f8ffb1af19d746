// @ts-check
/** Who may call an HTTP port: programs of this machine, and no page in a browser. */

/** @typedef {{ status: number, code: string, message: string }} Refusal */

/**
 * A web page elsewhere could point its own name at this machine (DNS rebinding), or send requests
 * to any port of it; a browser tells of both, in Host and in Origin.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {import('./hosts.js').Hosts} hosts
 * @returns {Refusal | null} null when it may be served
 */
export function findRefusal({ url, headers }, hosts) {
  if (!url?.startsWith('/')) {
    return { status: 400, code: 'BadRequest', message: 'Ask for a path: this server is no proxy' };
  }
  if (!isDecodable(url.split('?', 1)[0])) {
    return { status: 400, code: 'BadRequest', message: 'The path is not url-encoded' };
  }
  if (headers.host === undefined || !hosts.includes(headers.host)) {
    const names = hosts.names.join(', ');
    return { status: 403, code: 'WrongHost', message: `Call this server by one of: ${names}` };
  }
  const site = headers['sec-fetch-site'] ?? 'none';
  if (headers.origin !== undefined || (site !== 'none' && site !== 'same-origin')) {
    const message = 'A page in a browser may not ask for this';
    return { status: 403, code: 'WrongOrigin', message };
  }
  return null;
}

/** @param {string} path */
function isDecodable(path) {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
