// @ts-check
/** The service REST: a request is authorized, routed, answered in JSON. */

import { createServer } from 'node:https';
import { findRefusal } from '../../../listening/callers.js';
import { DEADLINES } from '../../../listening/deadlines.js';
import { HubError, badArgument, notImplemented } from '../errors.js';
import { listen } from '../listening.js';
import { authorize } from './authorization.js';
import { asError, describe, internal } from './errors.js';
import { routes } from './routes.js';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('./routes.js').Answer} Answer */

const MOST_BODY_BYTES = 1024 * 1024;
const HANDSHAKE_WITHIN_MS = 10_000;

export class RestServer {
  /**
   * @param {import('../hub.js').Hub} hub
   * @param {import('../access/certificates.js').ServerIdentity} identity
   */
  constructor(hub, identity) {
    this.hub = hub;
    const { key, cert } = identity;
    const options = { ...DEADLINES, handshakeTimeout: HANDSHAKE_WITHIN_MS, key, cert };
    this.server = createServer(options, (request, response) => {
      void this.#serve(request, response);
    });
    this.server.on('tlsClientError', (error) => hub.log(`REST: no TLS: ${error.message}`));
  }

  /**
   * @param {number} port
   * @param {string} address
   */
  listen(port, address) {
    return listen(this.server, port, address);
  }

  /**
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  async #serve(request, response) {
    let answer;
    try {
      const refusal = findRefusal(request, this.hub.hosts);
      if (refusal !== null) throw new HubError(refusal.status, refusal.code, refusal.message);
      answer = await this.#route(request);
    } catch (error) {
      if (!(error instanceof HubError)) this.hub.log(`REST: ${asError(error).stack}`);
      answer = describe(error instanceof HubError ? error : internal(asError(error)));
    }
    const { status = 200, headers = {}, body } = answer;
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(body === undefined ? '' : JSON.stringify(body));
  }

  /**
   * @param {IncomingMessage} request
   * @returns {Promise<Answer>}
   */
  async #route(request) {
    const { pathname, searchParams } = parseTarget(request.url ?? '/');
    if (this.hub.roles === null) {
      authorize(request.headers.authorization, this.hub.key, this.hub.hosts);
    }
    for (const { method, path, action, handle } of routes) {
      const match = method === request.method ? path.exec(pathname) : null;
      if (match === null) continue;
      this.hub.roles?.checkService(request.headers.authorization, action);
      return handle({
        hub: this.hub,
        id: decode(match[1] ?? ''),
        query: searchParams,
        headers: request.headers,
        body: await readBody(request),
      });
    }
    throw notImplemented(`${request.method} ${pathname}`);
  }

  close() {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** @param {string} target of a request */
function parseTarget(target) {
  try {
    return new URL(`https://hub${target}`);
  } catch {
    throw badArgument(`'${target}' is not the path of a URL`);
  }
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badArgument(`'${text}' is not url-encoded`);
  }
}

/**
 * @param {IncomingMessage} request
 * @returns {Promise<Buffer>}
 */
async function readBody(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) {
      throw new HubError(413, 'RequestTooLarge', `A request may have ${MOST_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
