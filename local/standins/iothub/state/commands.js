// @ts-check
/** Cloud-to-device messages: a short queue for each device, kept until the device has them. */

import { randomUUID } from 'node:crypto';
import { HubError } from '../errors.js';

/** @typedef {import('./device_files.js').Command} Command */

const MOST_QUEUED = 50; // as IoT Hub allows
const MOST_DELIVERIES = 10;
const LASTS_MS = 3_600_000;
const MOST_BYTES = 64 * 1024;

export class Commands {
  /** @param {import('./registry.js').Registry} registry */
  constructor(registry) {
    this.registry = registry;
    /** @type {(deviceId: string) => void} told when a device has something to fetch */
    this.onQueued = () => {};
  }

  /**
   * @param {string} deviceId
   * @param {Buffer} body
   * @param {Record<string, string>} properties system ones with their `$.` prefix
   * @throws {HubError} 404, 403 when the queue is full, 413
   */
  enqueue(deviceId, body, properties) {
    const record = this.registry.get(deviceId);
    this.#dropExpired(record);
    if (record.commands.length >= MOST_QUEUED) {
      throw new HubError(
        403,
        'DeviceMaximumQueueDepthExceeded',
        `${MOST_QUEUED} messages wait for device ${deviceId} already`,
      );
    }
    if (body.length > MOST_BYTES) {
      throw new HubError(413, 'MessageTooLarge', `A message may have ${MOST_BYTES} bytes at most`);
    }
    const messageId = properties['$.mid'] ?? randomUUID();
    record.commands.push({
      messageId,
      expiresMs: Date.parse(properties['$.exp'] ?? '') || Date.now() + LASTS_MS,
      deliveries: 0,
      properties: {
        ...properties,
        '$.mid': messageId,
        '$.to': `/devices/${deviceId}/messages/deviceBound`,
      },
      body: body.toString('base64'),
    });
    this.registry.save(record);
    this.onQueued(deviceId);
    return messageId;
  }

  /**
   * The oldest message, counted as delivered once more; dropped when that was too often.
   *
   * @param {string} deviceId
   * @returns {Command | undefined}
   */
  next(deviceId) {
    const record = this.registry.find(deviceId);
    if (record === undefined) return undefined;
    this.#dropExpired(record);
    const command = record.commands[0];
    if (command === undefined) return undefined;
    command.deliveries += 1;
    this.registry.save(record);
    return command;
  }

  /**
   * @param {string} deviceId
   * @param {Command} command that the device has acknowledged
   */
  complete(deviceId, command) {
    const record = this.registry.find(deviceId);
    if (record === undefined) return;
    record.commands = record.commands.filter(({ messageId }) => messageId !== command.messageId);
    this.registry.save(record);
  }

  /** @param {string} deviceId */
  purge(deviceId) {
    const record = this.registry.get(deviceId);
    const purged = record.commands.length;
    record.commands = [];
    this.registry.save(record);
    return purged;
  }

  /** @param {import('./device_files.js').DeviceRecord} record */
  #dropExpired(record) {
    const now = Date.now();
    record.commands = record.commands.filter(
      ({ expiresMs, deliveries }) => expiresMs > now && deliveries < MOST_DELIVERIES,
    );
  }
}
