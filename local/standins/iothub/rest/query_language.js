// @ts-check
/**
 * A small part of IoT Hub's query language:
 * `SELECT * FROM devices [WHERE condition [AND condition]…]`, where a condition compares
 * `deviceId`, `status`, `connectionState` or a path into tags or properties with a literal.
 */

import { badArgument, notImplemented } from '../errors.js';
import { follow } from '../telemetry/enrichment.js';

/** @typedef {(twin: Record<string, unknown>) => boolean} Condition */

const SELECT = /^\s*SELECT\s+\*\s+FROM\s+devices(?:\s+WHERE\s+([\s\S]+?))?\s*$/i;
const TOKEN =
  /\s*(?:('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|(<=|>=|!=|<>|=|<|>)|([A-Za-z_][\w.\-$]*))\s*/y;
const FIELDS = /^(?:deviceId|status|connectionState|(?:tags|properties\.(?:desired|reported))\..+)$/;

/** @type {Record<string, (left: any, right: any) => boolean>} */
const COMPARISONS = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<>': (left, right) => left !== right,
  '<': (left, right) => typeof left === typeof right && left < right,
  '<=': (left, right) => typeof left === typeof right && left <= right,
  '>': (left, right) => typeof left === typeof right && left > right,
  '>=': (left, right) => typeof left === typeof right && left >= right,
};

/**
 * @param {string} query
 * @returns {Condition} whether a twin is in the result
 * @throws {import('../errors.js').HubError} 501 for what is not supported, 400 for a mistake
 */
export function parseQuery(query) {
  const match = SELECT.exec(query);
  if (match === null) throw notImplemented(`the query '${query}'`);
  if (match[1] === undefined) return () => true;
  const conditions = parseConditions(match[1], query);
  return (twin) => conditions.every((condition) => condition(twin));
}

/**
 * @param {string} text
 * @param {string} query
 */
function parseConditions(text, query) {
  const tokens = tokensOf(text, query);
  const conditions = [];
  for (let at = 0; at < tokens.length; at += 4) {
    if (at > 0 && String(tokens[at - 1].name).toUpperCase() !== 'AND') {
      throw notImplemented(`'${tokens[at - 1].text}' in the query '${query}'`);
    }
    conditions.push(comparison(tokens.slice(at, at + 3), query));
  }
  if (tokens.length % 4 !== 3) throw badArgument(`The query '${query}' is incomplete`);
  return conditions;
}

/** @typedef {{ text: string, name?: string, operator?: string, literal?: unknown }} Token */

/**
 * @param {string} text
 * @param {string} query
 * @returns {Token[]}
 */
function tokensOf(text, query) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw notImplemented(`'${text.slice(at)}' in the query '${query}'`);
    const [whole, string, number, operator, name] = match;
    const literal = string !== undefined ? unquote(string, query) : booleanOrNumber(number, name);
    tokens.push({ text: whole.trim(), name, operator, literal });
  }
  return tokens;
}

const ESCAPE = /\\(?:u([0-9a-f]{4})|(['"\\]))/gi;

/**
 * IoT Hub's escapes in a literal: `\'`, `\"`, `\\` and `\uXXXX`.
 *
 * @param {string} text
 * @param {string} query
 */
function unquote(text, query) {
  const inner = text.slice(1, -1);
  if (inner.replace(ESCAPE, '').includes('\\')) throw badArgument(`${text} in the query '${query}'`);
  return inner.replace(ESCAPE, (_, code, plain) => plain ?? String.fromCharCode(parseInt(code, 16)));
}

/**
 * @param {string | undefined} number
 * @param {string | undefined} name
 */
function booleanOrNumber(number, name) {
  if (number !== undefined) return Number(number);
  return name === 'true' ? true : name === 'false' ? false : undefined;
}

/**
 * @param {Token[]} tokens
 * @param {string} query
 * @returns {Condition}
 */
function comparison([field, operator, value], query) {
  if (field.name === undefined || !FIELDS.test(field.name)) {
    throw notImplemented(`'${field.text}' in the query '${query}'`);
  }
  const compare = COMPARISONS[operator?.operator ?? ''];
  if (compare === undefined || value?.literal === undefined) {
    throw notImplemented(`the condition on '${field.name}' in the query '${query}'`);
  }
  const path = field.name.split('.');
  return (twin) => compare(follow(twin, path), value.literal);
}
