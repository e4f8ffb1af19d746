// @ts-check
/**
 * What aedes asks to be kept of MQTT sessions, kept in the device's own record.
 *
 * The device SDK subscribes once and trusts the session to last, so subscriptions must outlive a
 * restart of the hub. Messages are not kept here: cloud-to-device messages wait in their own
 * queue, and all else goes only to connected devices.
 */

import { Readable } from 'node:stream';

/** @typedef {import('aedes').Client} Client */
/** @typedef {{ topic: string, qos: 0 | 1 | 2 }} Subscription */

export class SessionPersistence {
  /** @type {(deviceId: string) => void} a device has its latest QoS 1 message */
  onAcknowledged = () => {};

  /** @param {import('../state/registry.js').Registry} registry */
  constructor(registry) {
    this.registry = registry;
  }

  async setup() {}

  /** @param {{ id: string }} client */
  async subscriptionsByClient({ id }) {
    const subscriptions = this.registry.find(id)?.subscriptions ?? {};
    return Object.entries(subscriptions).map(([topic, qos]) => ({ topic, qos }));
  }

  /**
   * @param {Client} client
   * @param {Subscription[]} subscriptions
   */
  async addSubscriptions(client, subscriptions) {
    this.#change(client, (kept) => {
      for (const { topic, qos } of subscriptions) kept[topic] = qos;
    });
  }

  /**
   * @param {Client} client
   * @param {string[]} topics
   */
  async removeSubscriptions(client, topics) {
    this.#change(client, (kept) => {
      for (const topic of topics) delete kept[topic];
    });
  }

  /** @param {Client} client that asked for a clean session */
  async cleanSubscriptions(client) {
    this.#change(client, (kept) => {
      for (const topic of Object.keys(kept)) delete kept[topic];
    });
  }

  /**
   * @param {Client} client
   * @param {(kept: Record<string, number>) => void} change
   */
  #change({ id }, change) {
    const record = this.registry.find(id);
    if (record === undefined) return;
    const before = JSON.stringify(record.subscriptions);
    change(record.subscriptions);
    if (JSON.stringify(record.subscriptions) !== before) this.registry.save(record);
  }

  async subscriptionsByTopic() {
    return [];
  }

  async outgoingEnqueue() {}

  async outgoingEnqueueCombi() {}

  async outgoingUpdate() {}

  /** @param {Client} client that has acknowledged a message */
  async outgoingClearMessageId({ id }) {
    this.onAcknowledged(id);
  }

  outgoingStream() {
    return Readable.from([]);
  }

  createRetainedStreamCombi() {
    return Readable.from([]);
  }

  async storeRetained() {}

  async putWill() {}

  async delWill() {}

  streamWill() {
    return Readable.from([]);
  }
}
