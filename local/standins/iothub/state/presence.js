// @ts-check
/** Which devices are connected, and since when. Not kept over a restart: nobody is, then. */

const NEVER = '0001-01-01T00:00:00Z';

export class Presence {
  /** @type {Map<string, { connected: boolean, changed: string, active: number }>} */
  #devices = new Map();

  /** How many devices are connected now. */
  get count() {
    return [...this.#devices.values()].filter(({ connected }) => connected).length;
  }

  /**
   * @param {string} deviceId
   * @param {boolean} connected
   */
  set(deviceId, connected) {
    const now = Date.now();
    this.#devices.set(deviceId, { connected, changed: new Date(now).toISOString(), active: now });
  }

  /** @param {string} deviceId */
  forget(deviceId) {
    this.#devices.delete(deviceId);
  }

  /** @param {string} deviceId as identities and twins show it */
  of(deviceId) {
    const device = this.#devices.get(deviceId);
    return {
      connectionState: device?.connected ? 'Connected' : 'Disconnected',
      connectionStateUpdatedTime: device?.changed ?? NEVER,
      lastActivityTime: device === undefined ? NEVER : new Date(device.active).toISOString(),
    };
  }
}
