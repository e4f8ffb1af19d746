// @ts-check
/**
 * The guard before Azurite's ports: `node --import …/guard.js azurite.js …`.
 *
 * Azurite looks at neither Host nor Origin, and its key is known to everybody: a web page could
 * sign the address of a queue and put a message into it. It has no setting against that, so every
 * HTTP server of its process asks this guard before it serves a request.
 *
 * With the folder of identities in `TOCSIN_IDENTITIES` the guard takes no keys, and asks for roles
 * too. Azurite itself only looks at what a token says of itself.
 */

import { Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import { Access, ForbiddenError, UnknownCallerError, readBearer } from '../../identities/access.js';
import { findRefusal } from '../../listening/callers.js';
import { DEADLINES } from '../../listening/deadlines.js';
import { Hosts } from '../../listening/hosts.js';
import { findDeed } from './roles.js';

/** @typedef {import('./roles.js').Service} Service */
/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('../../listening/callers.js').Refusal} Refusal */

const folder = process.env.TOCSIN_IDENTITIES;
const access = folder === undefined ? null : new Access(folder, 'https://storage.azure.com');
/** @type {Map<number, Service>} */
const services = new Map(
  /** @type {Service[]} */ (['blob', 'queue', 'table']).map((name) => [readPort(name), name]),
);

for (const { prototype } of [Server, TlsServer]) {
  const emit = prototype.emit;
  /**
   * @this {Server | TlsServer}
   * @param {string | symbol} event
   * @param {...any} details
   */
  prototype.emit = function emitGuarded(event, ...details) {
    if (event === 'listening') Object.assign(this, DEADLINES);
    if (event === 'request' && refuse(details[0], details[1])) return true;
    return Reflect.apply(emit, this, [event, ...details]);
  };
}

/**
 * @param {IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @returns {boolean} whether the request was refused
 */
function refuse(request, response) {
  const refusal =
    findRefusal(request, new Hosts(request.socket.localAddress ?? 'localhost')) ??
    findRoleRefusal(request);
  if (refusal === null) return false;
  const { status, code, message } = refusal;
  const type = access === null ? 'text/plain' : 'application/xml';
  response.writeHead(status, { 'content-type': type, 'x-ms-error-code': code });
  response.end(access === null ? `${message}\n` : writeError(code, message));
  return true;
}

/**
 * @param {IncomingMessage} request
 * @returns {Refusal | null}
 */
function findRoleRefusal({ headers, method, url, socket }) {
  if (access === null) return null;
  const service = services.get(socket.localPort ?? 0);
  if (service === undefined) return { status: 400, code: 'NoService', message: 'No such port' };
  const { action, resource } = findDeed(service, method ?? 'GET', url ?? '/');
  try {
    access.check(readBearer(headers.authorization), action, resource);
    return null;
  } catch (error) {
    return explain(error, /^Bearer /i.test(headers.authorization ?? ''));
  }
}

/**
 * @param {unknown} error
 * @param {boolean} isToken whether the caller came with a token, and not with a key or nothing
 * @returns {Refusal}
 */
function explain(error, isToken) {
  if (error instanceof ForbiddenError) {
    return { status: 403, code: 'AuthorizationPermissionMismatch', message: error.message };
  }
  if (!(error instanceof UnknownCallerError)) throw error;
  const { message } = error;
  return isToken
    ? { status: 401, code: 'InvalidAuthenticationInfo', message }
    : { status: 403, code: 'KeyBasedAuthenticationNotPermitted', message };
}

/**
 * @param {string} code
 * @param {string} message
 */
function writeError(code, message) {
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${text}</Message></Error>`;
}

/** @param {string} service whose port is on Azurite's command line */
function readPort(service) {
  return Number(process.argv[process.argv.indexOf(`--${service}Port`) + 1]);
}
