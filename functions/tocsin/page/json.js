// @ts-check
// Reading JSON that comes from outside: what is not as expected becomes empty, never an error.

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {unknown[]}
 */
export function list(value, name) {
  const found = isRecord(value) ? value[name] : undefined;
  return Array.isArray(found) ? found : [];
}

/** @param {unknown} value */
export function text(value) {
  return typeof value === "string" ? value : "";
}

/** @param {unknown} value */
export function number(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** @param {Record<string, unknown>} values */
export function numbers(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, number(value)]));
}
