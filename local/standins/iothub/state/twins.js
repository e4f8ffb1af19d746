// @ts-check
/** Device twins: merging patches, versions, what is allowed in them, how they are shown. */

import { badArgument, HubError } from '../errors.js';
import { newEtag } from './identities.js';

/** @typedef {import('./device_files.js').Twin} Twin */
/** @typedef {import('./device_files.js').TwinSection} TwinSection */
/** @typedef {Record<string, unknown>} Values */

const DEEPEST = 10;
const MOST_BYTES = { tags: 8 * 1024, desired: 32 * 1024, reported: 32 * 1024 };
const FORBIDDEN_IN_KEYS = /[\p{Cc}.$ ]/u;

/** @returns {Twin} */
export function newTwin() {
  return { etag: newEtag(), version: 1, tags: {}, desired: newSection(), reported: newSection() };
}

/** @returns {TwinSection} */
const newSection = () => ({ version: 1, updated: new Date().toISOString(), values: {} });

/**
 * The twin after a service's change of tags and desired properties.
 *
 * @param {Twin} twin
 * @param {{ tags?: unknown, properties?: { desired?: unknown } }} change
 * @param {'merge' | 'replace'} how
 * @returns {Twin}
 */
export function changeTwin(twin, change, how) {
  const tags = change.tags;
  const desired = change.properties?.desired;
  const replacing = how === 'replace';
  return {
    ...twin,
    etag: newEtag(),
    version: twin.version + 1,
    tags: tags === undefined && !replacing ? twin.tags : apply('tags', twin.tags, tags, how),
    desired: desired === undefined && !replacing
      ? twin.desired
      : nextSection('desired', twin.desired, desired, how),
  };
}

/**
 * The twin after a device's patch of its reported properties.
 *
 * @param {Twin} twin
 * @param {unknown} patch
 * @returns {Twin}
 */
export function reportTwin(twin, patch) {
  const reported = nextSection('reported', twin.reported, patch, 'merge');
  return { ...twin, version: twin.version + 1, reported };
}

/**
 * @param {'desired' | 'reported'} name
 * @param {TwinSection} section
 * @param {unknown} change
 * @param {'merge' | 'replace'} how
 * @returns {TwinSection}
 */
function nextSection(name, section, change, how) {
  return {
    version: section.version + 1,
    updated: new Date().toISOString(),
    values: apply(name, section.values, change, how),
  };
}

/**
 * @param {keyof typeof MOST_BYTES} name
 * @param {Values} current
 * @param {unknown} change
 * @param {'merge' | 'replace'} how
 */
function apply(name, current, change, how) {
  const patch = withoutMetadata(change ?? {});
  if (!isObject(patch)) throw badArgument(`${name} is an object`);
  checkKeys(name, patch, 1);
  const values = merge(how === 'replace' ? {} : current, patch);
  if (Buffer.byteLength(JSON.stringify(values)) > MOST_BYTES[name]) {
    throw new HubError(413, 'TwinTooLarge', `${name} may have ${MOST_BYTES[name]} bytes at most`);
  }
  return values;
}

/**
 * Clients hand back what they read, with the hub's own `$version` and `$metadata` in it.
 *
 * @param {any} change
 */
export function withoutMetadata(change) {
  if (!isObject(change)) return change;
  return Object.fromEntries(
    Object.entries(change).filter(([key]) => key !== '$version' && key !== '$metadata'),
  );
}

/**
 * A new object: null in a patch takes a key away, objects merge, all else replaces.
 *
 * @param {Values} current
 * @param {Values} patch
 * @returns {Values}
 */
export function merge(current, patch) {
  const merged = { ...current };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else if (isObject(value)) {
      const old = merged[key];
      merged[key] = merge(isObject(old) ? old : {}, value);
    } else merged[key] = value;
  }
  return merged;
}

/**
 * @param {unknown} value
 * @returns {value is Values}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {string} name
 * @param {Values} values
 * @param {number} depth
 */
function checkKeys(name, values, depth) {
  if (depth > DEEPEST) throw badArgument(`${name} is nested deeper than ${DEEPEST}`);
  for (const [key, value] of Object.entries(values)) {
    if (key === '' || key === '__proto__' || FORBIDDEN_IN_KEYS.test(key)) {
      throw badArgument(`'${key}' in ${name} is no key: no '.', '$', blank or control character`);
    }
    if (isObject(value)) checkKeys(name, value, depth + 1);
  }
}

/** @param {Twin} twin as the device itself is given it */
export function showToDevice({ desired, reported }) {
  return {
    desired: { ...desired.values, $version: desired.version },
    reported: { ...reported.values, $version: reported.version },
  };
}

/**
 * @param {import('./device_files.js').DeviceRecord} record
 * @param {import('./presence.js').Presence} presence
 */
export function showTwin({ identity, twin, commands }, presence) {
  return {
    deviceId: identity.deviceId,
    etag: twin.etag,
    deviceEtag: identity.etag,
    status: identity.status,
    statusReason: identity.statusReason ?? undefined,
    statusUpdateTime: identity.statusUpdatedTime,
    ...presence.of(identity.deviceId),
    cloudToDeviceMessageCount: commands.length,
    authenticationType: 'sas',
    x509Thumbprint: { primaryThumbprint: null, secondaryThumbprint: null },
    version: twin.version,
    tags: twin.tags,
    properties: { desired: showSection(twin.desired), reported: showSection(twin.reported) },
    capabilities: { iotEdge: false },
  };
}

/** @param {TwinSection} section */
function showSection({ values, version, updated }) {
  return { ...values, $metadata: { $lastUpdated: updated }, $version: version };
}
