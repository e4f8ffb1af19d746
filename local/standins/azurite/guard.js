// @ts-check
/**
 * The guard before Azurite's ports: `node --import …/guard.js azurite.js …`.
 *
 * Azurite looks at neither Host nor Origin, and its key is known to everybody: a web page could
 * sign the address of a queue and put a message into it. It has no setting against that, so every
 * HTTP server of its process asks this guard before it serves a request.
 */

import { Server } from 'node:http';
import { findRefusal } from '../../listening/callers.js';
import { DEADLINES } from '../../listening/deadlines.js';
import { Hosts } from '../../listening/hosts.js';

const emit = Server.prototype.emit;

/**
 * @this {Server}
 * @param {string | symbol} event
 * @param {...any} details
 */
Server.prototype.emit = function emitGuarded(event, ...details) {
  if (event === 'listening') Object.assign(this, DEADLINES);
  if (event === 'request' && refuse(details[0], details[1])) return true;
  return Reflect.apply(emit, this, [event, ...details]);
};

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @returns {boolean} whether the request was refused
 */
function refuse(request, response) {
  const refusal = findRefusal(request, new Hosts(request.socket.localAddress ?? 'localhost'));
  if (refusal === null) return false;
  response.writeHead(refusal.status, { 'content-type': 'text/plain', 'x-ms-error-code': refusal.code });
  response.end(`${refusal.message}\n`);
  return true;
}
