// @ts-check
/** Querying devices: pages of twins. */

import { badArgument } from '../errors.js';
import { showTwin } from '../state/twins.js';
import { jsonObject } from './bodies.js';
import { parseQuery } from './query_language.js';

const PAGE = 100;

/** @type {import('./routes.js').Handler} */
export function queryDevices({ hub, headers, body }) {
  const { query } = jsonObject(body);
  if (typeof query !== 'string') throw badArgument('The body is {"query": "SELECT …"}');
  const isWanted = parseQuery(query);
  const twins = hub.registry
    .all()
    .map((record) => showTwin(record, hub.presence))
    .filter(isWanted);
  const page = whole('x-ms-max-item-count', headers['x-ms-max-item-count'], PAGE, 1);
  const from = whole('x-ms-continuation', headers['x-ms-continuation'], 0, 0);
  /** @type {Record<string, string>} */
  const paging = { 'x-ms-item-type': 'twin' };
  if (from + page < twins.length) paging['x-ms-continuation'] = String(from + page);
  return { headers: paging, body: twins.slice(from, from + page) };
}

/**
 * @param {string} name
 * @param {string | string[] | undefined} text
 * @param {number} otherwise
 * @param {number} least
 */
function whole(name, text, otherwise, least) {
  const value = Number(text ?? otherwise);
  if (!Number.isInteger(value) || value < least) throw badArgument(`${name} is not '${text}'`);
  return value;
}
