// @ts-check
/** The command line: every flag checked, so that a mistake ends in one line that names it. */

import { parseArgs } from 'node:util';
import { isLoopback } from '../../listening/hosts.js';
import { parseEnrichment } from './telemetry/enrichment.js';

/**
 * @typedef {object} Flags
 * @property {string} state folder for everything that must survive a restart
 * @property {string} address where to listen; also a name of this hub in tokens and certificates
 * @property {number} mqttPort
 * @property {number} httpsPort
 * @property {number} amqpPort
 * @property {string} key base64, of the policy `iothubowner`; empty when identities are asked for
 * @property {string} identities folder of the identities and their roles; empty when keys open it
 * @property {string} eventHub name of the entity that telemetry is readable from
 * @property {import('./telemetry/enrichment.js').Enrichment[]} enrichments
 */

export class FlagError extends Error {}

const MOST_ENRICHMENTS = 10; // as IoT Hub allows

/**
 * @param {string[]} argv without the program's name
 * @returns {Flags}
 * @throws {FlagError} naming the flag and what it takes
 */
export function parseFlags(argv) {
  const values = read(argv);
  if (values.enrich.length > MOST_ENRICHMENTS) {
    throw new FlagError(`--enrich may be given ${MOST_ENRICHMENTS} times at most`);
  }
  return {
    state: present('state', values.state),
    address: loopback(present('address', values.address)),
    mqttPort: port('mqtt-port', values['mqtt-port']),
    httpsPort: port('https-port', values['https-port']),
    amqpPort: port('amqp-port', values['amqp-port']),
    ...credentials(values),
    eventHub: entityName(values['event-hub']),
    enrichments: values.enrich.map(enrichment),
  };
}

/** @param {string[]} argv */
function read(argv) {
  try {
    return parseArgs({
      args: argv,
      options: {
        state: { type: 'string' },
        address: { type: 'string', default: '127.0.0.1' },
        'mqtt-port': { type: 'string', default: '8883' },
        'https-port': { type: 'string', default: '8443' },
        'amqp-port': { type: 'string', default: '5672' },
        key: { type: 'string' },
        identities: { type: 'string' },
        'event-hub': { type: 'string', default: 'telemetry' },
        enrich: { type: 'string', multiple: true, default: [] },
      },
    }).values;
  } catch (error) {
    throw new FlagError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {string} name
 * @param {string | undefined} value
 */
function present(name, value) {
  if (!value) throw new FlagError(`--${name} is needed`);
  return value;
}

/**
 * @param {string} name
 * @param {string} value
 */
function port(name, value) {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > 65535) {
    throw new FlagError(`--${name} takes a port from 0 (any free one) to 65535, not '${value}'`);
  }
  return number;
}

/** @param {string} value */
function loopback(value) {
  if (isLoopback(value)) return value;
  throw new FlagError(
    `--address ${value} can be reached from other machines, and this service is for your own` +
      ' alone: listen on localhost, 127.0.0.1 or another loopback address',
  );
}

/** @param {{ key?: string, identities?: string }} values */
function credentials({ key, identities }) {
  if (key && identities) throw new FlagError('--key and --identities exclude each other');
  if (identities) return { key: '', identities };
  return { key: base64Key(present('key', key)), identities: '' };
}

/** @param {string} value */
function base64Key(value) {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value) || value.length % 4 !== 0) {
    throw new FlagError('--key takes a key in base64');
  }
  return value;
}

/** @param {string} value */
function entityName(value) {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,255}$/.test(value)) {
    throw new FlagError(`--event-hub takes letters, digits, '.', '-' and '_', not '${value}'`);
  }
  return value;
}

/** @param {string} value */
function enrichment(value) {
  try {
    return parseEnrichment(value);
  } catch (error) {
    throw new FlagError(`--enrich ${error instanceof Error ? error.message : error}`);
  }
}
