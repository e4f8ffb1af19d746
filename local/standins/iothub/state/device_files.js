// @ts-check
/** Everything the hub keeps for a device, one file a device, written whole or not at all. */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Identity
 * @property {string} deviceId
 * @property {string} generationId differs between devices that had the same id one after the other
 * @property {string} etag
 * @property {'enabled' | 'disabled'} status
 * @property {string | null} statusReason
 * @property {string} statusUpdatedTime
 * @property {string} primaryKey base64
 * @property {string} secondaryKey base64
 */

/**
 * @typedef {object} Twin
 * @property {string} etag
 * @property {number} version grows with every change
 * @property {Record<string, unknown>} tags
 * @property {TwinSection} desired
 * @property {TwinSection} reported
 */

/**
 * @typedef {object} TwinSection
 * @property {number} version
 * @property {string} updated ISO time
 * @property {Record<string, unknown>} values
 */

/**
 * @typedef {object} Command a cloud-to-device message
 * @property {string} messageId
 * @property {number} expiresMs
 * @property {number} deliveries how often it was sent
 * @property {Record<string, string>} properties as they go into the property bag
 * @property {string} body base64
 */

/**
 * @typedef {object} DeviceRecord
 * @property {Identity} identity
 * @property {Twin} twin
 * @property {Record<string, number>} subscriptions QoS by topic, of the device's MQTT session
 * @property {Command[]} commands not yet acknowledged, oldest first
 */

export class DeviceFiles {
  /** @param {string} folder */
  constructor(folder) {
    mkdirSync(folder, { recursive: true });
    this.folder = folder;
  }

  /** @returns {DeviceRecord[]} */
  load() {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(this.folder, name), 'utf8')));
  }

  /** @param {DeviceRecord} record */
  save(record) {
    const path = this.#path(record.identity.deviceId);
    writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** @param {string} deviceId */
  remove(deviceId) {
    rmSync(this.#path(deviceId), { force: true });
  }

  /** @param {string} deviceId may hold characters, and differ in case only, as file names may not */
  #path(deviceId) {
    return join(this.folder, `${createHash('sha256').update(deviceId).digest('hex')}.json`);
  }
}
