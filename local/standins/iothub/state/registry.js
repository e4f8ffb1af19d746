// @ts-check
/** The devices this hub knows. Every change is on disk before it is answered. */

import { EventEmitter } from 'node:events';
import { deviceNotFound, HubError, preconditionFailed } from '../errors.js';
import { identityFrom } from './identities.js';
import { newTwin } from './twins.js';

/** @typedef {import('./device_files.js').DeviceRecord} DeviceRecord */

/** Emits `revoked` with a device id when its open connection is no longer allowed. */
export class Registry extends EventEmitter {
  /** @type {Map<string, DeviceRecord>} */
  #devices;

  /** @param {import('./device_files.js').DeviceFiles} files */
  constructor(files) {
    super();
    this.files = files;
    this.#devices = new Map(files.load().map((record) => [record.identity.deviceId, record]));
  }

  /** @returns {DeviceRecord[]} by device id */
  all() {
    return [...this.#devices.values()].sort((a, b) =>
      a.identity.deviceId < b.identity.deviceId ? -1 : 1,
    );
  }

  /** @param {string} deviceId */
  find(deviceId) {
    return this.#devices.get(deviceId);
  }

  /**
   * @param {string} deviceId
   * @returns {DeviceRecord}
   * @throws {HubError} 404
   */
  get(deviceId) {
    const record = this.#devices.get(deviceId);
    if (record === undefined) throw deviceNotFound(deviceId);
    return record;
  }

  /** @param {DeviceRecord} record as changed in place */
  save(record) {
    this.files.save(record);
  }

  /**
   * Create a device, or change one when *ifMatch* is given.
   *
   * @param {string} deviceId
   * @param {Record<string, any>} body
   * @param {string | undefined} ifMatch
   */
  put(deviceId, body, ifMatch) {
    const current = this.#devices.get(deviceId);
    if (ifMatch === undefined && current !== undefined) {
      throw new HubError(409, 'DeviceAlreadyExists', `A device with ID '${deviceId}' is registered`);
    }
    if (ifMatch !== undefined) checkEtag(this.get(deviceId).identity.etag, ifMatch);
    const identity = identityFrom(deviceId, body, current?.identity);
    const record = current
      ? { ...current, identity }
      : { identity, twin: newTwin(), subscriptions: {}, commands: [] };
    this.save(record);
    this.#devices.set(deviceId, record);
    if (current !== undefined) this.emit('revoked', deviceId);
    return record;
  }

  /**
   * @param {string} deviceId
   * @param {string | undefined} ifMatch
   */
  remove(deviceId, ifMatch) {
    checkEtag(this.get(deviceId).identity.etag, ifMatch);
    this.files.remove(deviceId);
    this.#devices.delete(deviceId);
    this.emit('revoked', deviceId);
  }
}

/**
 * @param {string} current
 * @param {string | undefined} ifMatch quoted, `*` for any
 */
export function checkEtag(current, ifMatch) {
  if (ifMatch === undefined) return;
  const wanted = ifMatch.replace(/^(?:W\/)?"(.*)"$/, '$1');
  if (wanted !== '*' && wanted !== current) throw preconditionFailed();
}
