// @ts-check
/** One connected device: what it publishes, what it is sent, when its token ends. */

import { formatBag } from '../telemetry/property_bag.js';
import { showToDevice } from '../state/twins.js';
import { commandsTopic, DESIRED_CHANGES, METHOD_CALLS, parsePublication } from './routes.js';
import { HubError } from '../errors.js';

/** @typedef {import('aedes').Client} Client */
/** @typedef {import('../hub.js').Hub} Hub */
/** @typedef {(error: Error | null) => void} Done */
/** @typedef {import('mqtt-packet').IPublishPacket} Packet */

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class DeviceSession {
  /** @type {import('../state/device_files.js').Command | null} the one sent, not yet acknowledged */
  #sending = null;
  /** @type {NodeJS.Timeout} */
  #clock;

  /**
   * @param {Client} client
   * @param {string} deviceId
   * @param {number} expiresMs
   * @param {Hub} hub
   */
  constructor(client, deviceId, expiresMs, hub) {
    this.client = client;
    this.deviceId = deviceId;
    this.hub = hub;
    this.telemetry = hub.telemetryOf(deviceId);
    this.#clock = this.#closeAt(expiresMs);
  }

  /** @param {number} expiresMs */
  #closeAt(expiresMs) {
    const wait = expiresMs - Date.now();
    return setTimeout(() => {
      if (wait > LONGEST_TIMER_MS) this.#clock = this.#closeAt(expiresMs);
      else this.close('its token has expired');
    }, Math.min(wait, LONGEST_TIMER_MS));
  }

  /** @param {string} reason */
  close(reason) {
    this.hub.log(`device ${this.deviceId} is disconnected: ${reason}`);
    this.client.close();
  }

  /** The connection has ended. */
  end() {
    clearTimeout(this.#clock);
    this.#sending = null;
  }

  /**
   * @param {Packet} packet
   * @param {Record<string, string> | null} extra further properties of a telemetry message
   * @param {Done} done with an error, the device is disconnected
   */
  publish(packet, extra, done) {
    const publication = parsePublication(this.deviceId, packet.topic);
    if (publication === null) return done(new Error(`may not publish to ${packet.topic}`));
    if (publication.kind === 'telemetry') {
      return this.telemetry.send(publication.bag, asBuffer(packet.payload), extra, done);
    }
    try {
      this.#answer(publication, asBuffer(packet.payload));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return done(error);
    }
    done(null);
  }

  /**
   * @param {Exclude<import('./routes.js').Publication, { kind: 'telemetry' }>} publication
   * @param {Buffer} payload
   */
  #answer(publication, payload) {
    const { requestId } = publication;
    if (publication.kind === 'method-answer') {
      const answer = { status: publication.status, payload: parseJson(payload) };
      this.hub.methods.answer(this.deviceId, requestId, answer);
      return;
    }
    try {
      if (publication.kind === 'twin-get') {
        const twin = showToDevice(this.hub.registry.get(this.deviceId).twin);
        this.#answerTwin(200, requestId, '', JSON.stringify(twin));
      } else {
        const version = this.hub.report(this.deviceId, parseJson(payload));
        this.#answerTwin(204, requestId, `&$version=${version}`, '');
      }
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      this.#answerTwin(error.status, requestId, '', JSON.stringify({ message: error.message }));
    }
  }

  /**
   * @param {number} status
   * @param {string} requestId
   * @param {string} more
   * @param {string} payload
   */
  #answerTwin(status, requestId, more, payload) {
    this.#send(`$iothub/twin/res/${status}/?$rid=${requestId}${more}`, payload, 0);
  }

  /**
   * @param {string} topic
   * @param {string | Buffer} payload
   * @param {0 | 1} qos
   */
  #send(topic, payload, qos) {
    this.client.publish(
      { cmd: 'publish', topic, payload, qos, retain: false, dup: false },
      (error) => error && this.hub.log(`device ${this.deviceId} was not sent to: ${error.message}`),
    );
  }

  /** @param {string} topic */
  isSubscribedTo(topic) {
    return this.hub.registry.find(this.deviceId)?.subscriptions[topic] !== undefined;
  }

  /**
   * @param {number} version
   * @param {Record<string, unknown>} patch
   */
  sendDesired(version, patch) {
    if (!this.isSubscribedTo(DESIRED_CHANGES)) return;
    const payload = JSON.stringify({ ...patch, $version: version });
    this.#send(`$iothub/twin/PATCH/properties/desired/?$version=${version}`, payload, 0);
  }

  /**
   * @param {string} name
   * @param {string} requestId
   * @param {string} payload
   * @returns {boolean} false when the device does not listen for methods
   */
  callMethod(name, requestId, payload) {
    if (!this.isSubscribedTo(METHOD_CALLS)) return false;
    this.#send(`$iothub/methods/POST/${encodeURIComponent(name)}/?$rid=${requestId}`, payload, 0);
    return true;
  }

  /** Send the oldest cloud-to-device message; the next one follows its acknowledgement. */
  sendCommand() {
    if (this.#sending !== null || !this.isSubscribedTo(commandsTopic(this.deviceId))) return;
    const command = this.hub.commands.next(this.deviceId);
    if (command === undefined) return;
    this.#sending = command;
    const topic = `devices/${this.deviceId}/messages/devicebound/${formatBag(command.properties)}`;
    this.#send(topic, Buffer.from(command.body, 'base64'), 1);
  }

  /** The device has what it was sent last with QoS 1: that is always a command, one at a time. */
  completeCommand() {
    if (this.#sending === null) return;
    this.hub.commands.complete(this.deviceId, this.#sending);
    this.#sending = null;
    this.sendCommand();
  }
}

/** @param {string | Buffer} payload */
const asBuffer = (payload) => (typeof payload === 'string' ? Buffer.from(payload) : payload);

/** @param {Buffer} payload */
function parseJson(payload) {
  try {
    return payload.length === 0 ? null : JSON.parse(payload.toString('utf8'));
  } catch {
    throw new HubError(400, 'ArgumentInvalid', 'The payload is not JSON');
  }
}
