// @ts-check
/** Device identities: what a client may ask for, and how they are shown. */

import { randomBytes } from 'node:crypto';
import { badArgument, notImplemented } from '../errors.js';

/** @typedef {import('./device_files.js').Identity} Identity */
/** @typedef {import('./device_files.js').DeviceRecord} DeviceRecord */

const DEVICE_ID = /^[A-Za-z0-9\-:.+%_#*?!(),=@$']{1,128}$/;
const KEY = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const NEVER = '0001-01-01T00:00:00';

export const newEtag = () => randomBytes(8).toString('base64');
const newKey = () => randomBytes(32).toString('base64');

/**
 * An identity as a client's *body* describes it, on top of the *current* one.
 *
 * @param {string} deviceId
 * @param {Record<string, any>} body
 * @param {Identity | undefined} current
 * @returns {Identity}
 */
export function identityFrom(deviceId, body, current) {
  checkDeviceId(deviceId, body);
  return {
    deviceId,
    generationId: current?.generationId ?? String(Date.now() * 1000),
    etag: newEtag(),
    ...statusFrom(body, current),
    ...keysFrom(body.authentication, current),
  };
}

/**
 * @param {Record<string, any>} body
 * @param {Identity | undefined} current
 */
function statusFrom(body, current) {
  const before = current ?? { status: undefined, statusUpdatedTime: NEVER };
  const status = body.status ?? before.status ?? 'enabled';
  if (status !== 'enabled' && status !== 'disabled') {
    throw badArgument(`status is 'enabled' or 'disabled', not '${status}'`);
  }
  const isChanged = before.status !== undefined && before.status !== status;
  return {
    status: /** @type {Identity['status']} */ (status),
    statusReason: body.statusReason ?? null,
    statusUpdatedTime: isChanged ? new Date().toISOString() : before.statusUpdatedTime,
  };
}

/**
 * @param {string} deviceId
 * @param {Record<string, any>} body
 */
function checkDeviceId(deviceId, body) {
  if (!DEVICE_ID.test(deviceId)) {
    throw badArgument(`'${deviceId}' is no device id: 1 to 128 of A-Z a-z 0-9 and -:.+%_#*?!(),=@$'`);
  }
  if (body.deviceId !== undefined && body.deviceId !== deviceId) {
    throw badArgument(`The body names device '${body.deviceId}', the path '${deviceId}'`);
  }
  if (body.capabilities?.iotEdge) throw notImplemented('IoT Edge devices');
}

/**
 * @param {Record<string, any> | undefined | null} authentication
 * @param {Identity | undefined} current
 */
function keysFrom(authentication, current) {
  const type = authentication?.type ?? 'sas';
  if (type !== 'sas') throw notImplemented(`device authentication of type '${type}'`);
  const given = authentication?.symmetricKey;
  return {
    primaryKey: keyFrom(given?.primaryKey, current?.primaryKey),
    secondaryKey: keyFrom(given?.secondaryKey, current?.secondaryKey),
  };
}

/**
 * @param {unknown} given
 * @param {string | undefined} current
 */
function keyFrom(given, current) {
  if (!given) return current ?? newKey();
  if (typeof given !== 'string' || !KEY.test(given)) throw badArgument('A device key is base64');
  return given;
}

/**
 * @param {DeviceRecord} record
 * @param {import('./presence.js').Presence} presence
 */
export function showIdentity({ identity, commands }, presence) {
  const { primaryKey, secondaryKey, ...shown } = identity;
  return {
    ...shown,
    ...presence.of(identity.deviceId),
    cloudToDeviceMessageCount: commands.length,
    authentication: {
      type: 'sas',
      symmetricKey: { primaryKey, secondaryKey },
      x509Thumbprint: { primaryThumbprint: null, secondaryThumbprint: null },
    },
    capabilities: { iotEdge: false },
  };
}
