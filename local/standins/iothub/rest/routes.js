// @ts-check
/** The REST operations this hub knows. What is not here is answered 501. */

import { showIdentity } from '../state/identities.js';
import { showTwin } from '../state/twins.js';
import { jsonObject } from './bodies.js';
import { queryDevices } from './query.js';

/**
 * @typedef {object} Request
 * @property {import('../hub.js').Hub} hub
 * @property {string} id of the device, from the path
 * @property {URLSearchParams} query
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {Buffer} body
 */

/**
 * @typedef {object} Answer
 * @property {number} [status] 200 unless given
 * @property {Record<string, string>} [headers]
 * @property {unknown} [body] sent as JSON
 */

/** @typedef {(request: Request) => Answer | Promise<Answer>} Handler */

const MOST_DEVICES = 1000;

/**
 * `action`: what a role has to allow, below `Microsoft.Devices/IotHubs/`.
 *
 * @type {{ method: string, path: RegExp, action: string, handle: Handler }[]}
 */
export const routes = [
  route('GET', '/devices', 'devices/read', listDevices),
  route('POST', '/devices/query', 'twins/read', queryDevices),
  route('GET', '/devices/ID', 'devices/read', getDevice),
  route('PUT', '/devices/ID', 'devices/write', putDevice),
  route('DELETE', '/devices/ID', 'devices/delete', deleteDevice),
  route('DELETE', '/devices/ID/commands', 'cloudToDeviceMessages/queue/purge/action', purgeCommands),
  route('POST', '/devices/ID/messages/devicebound', 'cloudToDeviceMessages/send/action', sendCommand),
  route('GET', '/twins/ID', 'twins/read', getTwin),
  route('PATCH', '/twins/ID', 'twins/write', (request) => changeTwin(request, 'merge')),
  route('PUT', '/twins/ID', 'twins/write', (request) => changeTwin(request, 'replace')),
  route('POST', '/twins/ID/methods', 'directMethods/invoke/action', invokeMethod),
  route('GET', '/statistics/devices', 'statistics/read', deviceStatistics),
  route('GET', '/statistics/service', 'statistics/read', serviceStatistics),
];

/**
 * @param {string} method
 * @param {string} path
 * @param {string} action
 * @param {Handler} handle
 */
function route(method, path, action, handle) {
  return { method, action, path: new RegExp(`^${path.replace('ID', '([^/]+)')}/?$`, 'i'), handle };
}

/** @type {Handler} */
function listDevices({ hub, query }) {
  const asked = Number(query.get('top') ?? MOST_DEVICES);
  const top = asked >= 1 && asked <= MOST_DEVICES ? asked : MOST_DEVICES;
  const records = hub.registry.all().slice(0, top);
  return { body: records.map((record) => showIdentity(record, hub.presence)) };
}

/** @type {Handler} */
function getDevice({ hub, id }) {
  return { body: showIdentity(hub.registry.get(id), hub.presence) };
}

/** @type {Handler} */
function putDevice({ hub, id, headers, body }) {
  const record = hub.registry.put(id, jsonObject(body), headers['if-match']);
  return { body: showIdentity(record, hub.presence) };
}

/** @type {Handler} */
function deleteDevice({ hub, id, headers }) {
  hub.registry.remove(id, headers['if-match']);
  return { status: 204 };
}

/** @type {Handler} */
function getTwin({ hub, id }) {
  return { body: showTwin(hub.registry.get(id), hub.presence) };
}

/**
 * @param {Request} request
 * @param {'merge' | 'replace'} how
 * @returns {Answer}
 */
function changeTwin({ hub, id, headers, body }, how) {
  const record = hub.changeTwin(id, jsonObject(body), how, headers['if-match']);
  return { body: showTwin(record, hub.presence) };
}

/** @type {Handler} */
async function invokeMethod({ hub, id, body }) {
  hub.registry.get(id);
  const answer = await hub.methods.invoke(
    id,
    jsonObject(body),
    (name, requestId, payload) =>
      hub.sessions.get(id)?.callMethod(name, requestId, payload) ?? false,
  );
  return { body: answer };
}

/** @type {Handler} */
function purgeCommands({ hub, id }) {
  const totalMessagesPurged = hub.commands.purge(id);
  return { body: { totalMessagesPurged, deviceId: id, moduleId: null } };
}

const APPLICATION = 'iothub-app-';
const SYSTEM = new Map([
  ['iothub-messageid', '$.mid'],
  ['iothub-correlationid', '$.cid'],
  ['iothub-userid', '$.uid'],
  ['iothub-expiry', '$.exp'],
  ['iothub-ack', 'iothub-ack'],
  ['content-type', '$.ct'],
  ['content-encoding', '$.ce'],
]);

/**
 * A cloud-to-device message, its properties in headers as in IoT Hub's HTTPS for devices.
 *
 * @type {Handler}
 */
function sendCommand({ hub, id, headers, body }) {
  /** @type {Record<string, string>} */
  const properties = {};
  for (const [header, value] of Object.entries(headers)) {
    const name = header.startsWith(APPLICATION)
      ? header.slice(APPLICATION.length)
      : SYSTEM.get(header);
    if (name !== undefined && typeof value === 'string') properties[name] = value;
  }
  return { status: 200, body: { messageId: hub.commands.enqueue(id, body, properties) } };
}

/** @type {Handler} */
function deviceStatistics({ hub }) {
  const devices = hub.registry.all();
  const enabled = devices.filter(({ identity }) => identity.status === 'enabled').length;
  return {
    body: {
      totalDeviceCount: devices.length,
      enabledDeviceCount: enabled,
      disabledDeviceCount: devices.length - enabled,
    },
  };
}

/** @type {Handler} */
function serviceStatistics({ hub }) {
  return { body: { connectedDeviceCount: hub.presence.count } };
}
