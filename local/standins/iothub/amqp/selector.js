// @ts-check
/** Where a consumer wants to begin: `amqp.annotation.x-opt-offset > '-1'` and the like. */

import { notImplemented } from './errors.js';

/** @typedef {import('../state/partition_log.js').PartitionLog} PartitionLog */

const SELECTOR =
  /^\s*amqp\.annotation\.x-opt-(offset|sequence-number|enqueued-time(?:utc)?)\s*(>=?)\s*'?(@latest|-?\d+)'?\s*$/i;

/** @type {Record<string, 'offset' | 'sequenceNumber' | 'enqueuedMs'>} */
const FIELDS = {
  offset: 'offset',
  'sequence-number': 'sequenceNumber',
  'enqueued-time': 'enqueuedMs',
  'enqueued-timeutc': 'enqueuedMs',
};

/**
 * @param {string | undefined} selector none: from the start
 * @param {PartitionLog} log
 * @returns {number} offset of the first event wanted
 * @throws {import('./errors.js').AmqpError} for any other expression
 */
export function startOffset(selector, log) {
  if (selector === undefined) return 0;
  const match = SELECTOR.exec(selector);
  if (match === null) throw notImplemented(`the filter "${selector}"`);
  const [, name, operator, text] = match;
  if (text === '@latest') return log.end;
  const field = FIELDS[name.toLowerCase()];
  const value = Number(text);
  return operator === '>='
    ? log.find((stamp) => stamp[field] < value)
    : log.find((stamp) => stamp[field] <= value);
}

/**
 * @param {any} source of a link, as rhea decodes it
 * @returns {string | undefined}
 */
export function selectorOf(source) {
  const filter = source?.filter?.['apache.org:selector-filter:string'];
  const value = filter?.value ?? filter;
  return value === undefined || value === null ? undefined : String(value);
}
