// @ts-check
/** One line a message on standard error; never a key, a token or a payload. */

// A log on a full disk takes no line; that must not end the hub. It goes on when there is room.
process.stderr.on('error', () => {});

/** @param {string} message */
export function log(message) {
  process.stderr.write(`${new Date().toISOString()} ${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
}
