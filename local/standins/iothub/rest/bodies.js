// @ts-check
/** Request bodies, checked. */

import { badArgument } from '../errors.js';

/**
 * @param {Buffer} body
 * @returns {Record<string, any>}
 */
export function jsonObject(body) {
  let value;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw badArgument('The body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badArgument('The body is not a JSON object');
  }
  return value;
}
