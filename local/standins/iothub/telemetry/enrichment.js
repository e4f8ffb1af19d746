// @ts-check
/** Message enrichment: properties the hub itself stamps on each message. */

/**
 * @typedef {object} Enrichment
 * @property {string} name of the application property
 * @property {string | null} literal the value as it is, or null when it comes from the twin
 * @property {string[]} path keys from the twin's root to the value
 */

/**
 * @typedef {object} Enriched what an enrichment can draw on
 * @property {Record<string, unknown>} tags
 * @property {{ desired: Record<string, unknown>, reported: Record<string, unknown> }} properties
 */

/**
 * @param {string} text `NAME=VALUE`; VALUE is a literal, `$iothubname` or `$twin.PATH`
 * @returns {Enrichment}
 */
export function parseEnrichment(text) {
  const [name, value] = split(text);
  if (!value.startsWith('$')) return { name, literal: value, path: [] };
  if (value === '$iothubname') return { name, literal: 'localhost', path: [] };
  const path = value.split('.');
  const root = path.slice(0, path[1] === 'tags' ? 2 : 3).join('.');
  if (!['$twin.tags', '$twin.properties.desired', '$twin.properties.reported'].includes(root)) {
    throw new Error(
      `takes a literal, $iothubname, $twin.tags.PATH or $twin.properties.desired|reported.PATH,` +
        ` not '${value}'`,
    );
  }
  return { name, literal: null, path: path.slice(1) };
}

/** @param {string} text */
function split(text) {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new Error(`takes NAME=VALUE, not '${text}'`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/**
 * Stamp the enrichments on *properties*. For a path that the twin lacks, or at which it has no
 * single value, the path itself is stamped, as in IoT Hub: `$twin.tags.siteId`. The stamp replaces
 * whatever the device sent under that name, in any case of its letters: the names of the
 * properties are not case-sensitive there, and of two alike one is kept.
 *
 * @param {Enrichment[]} enrichments
 * @param {Enriched} twin
 * @param {Record<string, string>} properties
 */
export function enrich(enrichments, twin, properties) {
  for (const { name, literal, path } of enrichments) {
    for (const sent of Object.keys(properties)) {
      if (sent.toLowerCase() === name.toLowerCase()) delete properties[sent];
    }
    properties[name] = literal ?? asText(follow(twin, path)) ?? ['$twin', ...path].join('.');
  }
}

/**
 * @param {unknown} root
 * @param {string[]} path
 * @returns {unknown}
 */
export function follow(root, path) {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = /** @type {Record<string, unknown>} */ (value)[key];
  }
  return value;
}

/**
 * @param {unknown} value
 * @returns {string | undefined} nothing where it is no single value
 */
function asText(value) {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
