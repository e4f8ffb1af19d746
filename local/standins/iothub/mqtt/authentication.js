// @ts-check
/** May this client connect as the device it says it is? */

import { isSignedByOneOf, parseSas } from '../access/sas.js';
import { BAD_CREDENTIALS, NOT_AUTHORIZED, RefusedError, REJECTED_ID } from './errors.js';

const USERNAME = /^([^/]+)\/([^/?]+)\/?\?(.*)$/;

/**
 * @param {object} asked
 * @param {string} asked.clientId
 * @param {string | undefined} asked.username `{host}/{device}/?api-version=…`
 * @param {string | undefined} asked.password a shared access signature
 * @param {import('../state/registry.js').Registry} registry
 * @param {import('../../../listening/hosts.js').Hosts} hosts
 * @returns {number} when the token expires, ms since the epoch
 * @throws {RefusedError}
 */
export function authenticate({ clientId, username, password }, registry, hosts) {
  const [, host, deviceId, query] = USERNAME.exec(username ?? '') ?? [];
  if (!host || !hosts.includes(host) || !new URLSearchParams(query).has('api-version')) {
    throw new RefusedError(BAD_CREDENTIALS, `username is not HOST/${clientId}/?api-version=…`);
  }
  if (clientId !== deviceId) {
    throw new RefusedError(REJECTED_ID, `client id '${clientId}' is not the device id '${deviceId}'`);
  }
  const token = parseSas(password);
  if (token === null) {
    throw new RefusedError(BAD_CREDENTIALS, 'the password is no shared access signature');
  }
  checkToken(token, registry.find(deviceId)?.identity, deviceId, hosts);
  return token.expiryMs;
}

/**
 * @param {import('../access/sas.js').SasToken} token
 * @param {import('../state/device_files.js').Identity | undefined} identity
 * @param {string} deviceId
 * @param {import('../../../listening/hosts.js').Hosts} hosts
 */
function checkToken(token, identity, deviceId, hosts) {
  const [host, ...path] = token.resource.split('/');
  if (!hosts.includes(host) || path.join('/') !== `devices/${deviceId}`) {
    throw new RefusedError(NOT_AUTHORIZED, 'the token is for another resource');
  }
  if (identity === undefined) throw new RefusedError(NOT_AUTHORIZED, 'the device is not registered');
  if (!isSignedByOneOf(token, [identity.primaryKey, identity.secondaryKey])) {
    throw new RefusedError(NOT_AUTHORIZED, 'the token is not signed with a key of the device');
  }
  if (token.expiryMs <= Date.now()) throw new RefusedError(NOT_AUTHORIZED, 'the token has expired');
  if (identity.status !== 'enabled') {
    throw new RefusedError(NOT_AUTHORIZED, 'the device is disabled');
  }
}
