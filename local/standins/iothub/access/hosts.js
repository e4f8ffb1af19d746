// @ts-check
/** The names under which clients may know this hub. */

import { isIP } from 'node:net';

export class Hosts {
  /** @param {string} address where the hub listens */
  constructor(address) {
    /** @type {string[]} */
    this.names = [...new Set(['localhost', '127.0.0.1', '::1', address])];
  }

  /** @returns {{ type: 'dns' | 'ip', value: string }[]} for a certificate */
  get alternativeNames() {
    return this.names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }));
  }

  /** @param {string} host with or without a port */
  includes(host) {
    const name = host.toLowerCase().replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
    return this.names.includes(name);
  }
}
