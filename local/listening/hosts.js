// @ts-check
/** The names under which clients may know this hub. */

import { BlockList, isIP, isIPv6 } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * @param {string} address
 * @returns {boolean} whether no other machine can reach a server that listens there
 */
export function isLoopback(address) {
  if (isIP(address) === 0) return address.toLowerCase() === 'localhost';
  return LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

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

  /** @param {string} host with or without a port; only its name is compared */
  includes(host) {
    const name = host.toLowerCase().replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
    return this.names.includes(name);
  }
}
