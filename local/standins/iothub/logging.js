// @ts-check
/** One line a message on standard error; never a key, a token or a payload. */

/** @param {string} message */
export function log(message) {
  process.stderr.write(`${new Date().toISOString()} ${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
}
