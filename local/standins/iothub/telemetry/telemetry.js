// @ts-check
/** Device-to-cloud messages, from an MQTT publication to an event in a partition. */

import rhea from 'rhea';
import { enrich } from './enrichment.js';
import { EventTemplate } from './event_template.js';
import { parseBag } from './property_bag.js';

/** @typedef {import('../state/device_files.js').Twin} Twin */

const MOST_BYTES = 256 * 1024;
const AUTH_METHOD = JSON.stringify({
  scope: 'device',
  type: 'sas',
  issuer: 'iothub',
  acceptingIpFilterRule: null,
});
const SYSTEM = new Map([
  ['$.mid', 'message_id'],
  ['$.cid', 'correlation_id'],
  ['$.uid', 'user_id'],
  ['$.ct', 'content_type'],
  ['$.ce', 'content_encoding'],
  ['$.exp', 'absolute_expiry_time'],
]);

/** The telemetry of one connected device. */
export class DeviceTelemetry {
  /** @type {{ bag: string, twin: Twin, template: EventTemplate } | null} of the latest message */
  #latest = null;
  /** @type {() => string | null} why the hub may not route into the stream, null when it may */
  findRefusal = () => null;

  /**
   * @param {import('../state/event_hub.js').EventHub} eventHub
   * @param {import('./enrichment.js').Enrichment[]} enrichments
   * @param {import('../state/registry.js').Registry} registry
   * @param {string} deviceId
   */
  constructor(eventHub, enrichments, registry, deviceId) {
    this.partition = eventHub.partitionOf(deviceId);
    this.enrichments = enrichments;
    this.registry = registry;
    this.deviceId = deviceId;
  }

  /**
   * @param {string} bag the property bag, as it is in the topic
   * @param {Buffer} body
   * @param {Record<string, string> | null} extra further application properties
   * @param {(error: Error | null) => void} done called when it is in the log, or will never be
   */
  send(bag, body, extra, done) {
    if (body.length + bag.length > MOST_BYTES) {
      return done(new Error(`a message of ${body.length} bytes is over ${MOST_BYTES}`));
    }
    const device = this.registry.find(this.deviceId);
    if (device === undefined) return done(new Error('the device is no longer registered'));
    const refusal = this.findRefusal();
    if (refusal !== null) return done(new Error(refusal));
    let template;
    try {
      template = this.#templateFor(bag, extra, device);
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
      return done(new Error('the property bag is not url-encoded'));
    }
    this.partition.append((stamp) => template.encode(body, stamp), done);
  }

  /**
   * @param {string} bag
   * @param {Record<string, string> | null} extra
   * @param {import('../state/device_files.js').DeviceRecord} device
   */
  #templateFor(bag, extra, { identity, twin }) {
    const latest = this.#latest;
    // A changed twin is another object, so enrichments never come from an old one.
    const isSame = latest?.bag === bag && latest.twin === twin && extra === null;
    if (isSame) return latest.template;
    const { properties, application, created } = parse(bag);
    Object.assign(application, extra);
    const values = { desired: twin.desired.values, reported: twin.reported.values };
    enrich(this.enrichments, { tags: twin.tags, properties: values }, application);
    const template = new EventTemplate(properties, application, {
      'x-opt-partition-key': this.deviceId,
      'iothub-connection-device-id': this.deviceId,
      'iothub-connection-auth-method': AUTH_METHOD,
      'iothub-connection-auth-generation-id': identity.generationId,
      'iothub-message-source': 'Telemetry',
      ...created,
    });
    if (extra === null) this.#latest = { bag, twin, template };
    return template;
  }
}

/**
 * @param {string} bag
 * @throws {URIError}
 */
function parse(bag) {
  /** @type {Record<string, unknown>} */
  const properties = {};
  /** @type {Record<string, string>} */
  const application = {};
  /** @type {Record<string, unknown>} */
  const created = {};
  for (const [key, value] of Object.entries(parseBag(bag))) {
    const name = SYSTEM.get(key);
    if (name !== undefined) properties[name] = systemValue(name, value);
    else if (key === '$.ctime') created['iothub-creation-time-utc'] = timeOf(value);
    else if (!key.startsWith('$.')) application[key] = value;
  }
  return { properties, application, created };
}

/**
 * @param {string} name
 * @param {string} value
 */
function systemValue(name, value) {
  if (name === 'user_id') return Buffer.from(value);
  return name === 'absolute_expiry_time' ? timeOf(value) : value;
}

/** @param {string} value ISO time; one that is none stays the text it is */
function timeOf(value) {
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? value : rhea.types.wrap_timestamp(ms);
}
