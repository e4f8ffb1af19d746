// @ts-check
/** A connection before it is open: it may send little, and has to get on. */

const MOST_BYTES = 64 * 1024;
const WITHIN_MS = 10_000;

/**
 * End *socket* when it is not opened in time, or sends more than an opening takes.
 *
 * @param {import('node:net').Socket} socket
 * @returns {() => void} to call when the connection is open
 */
export function boundUntilOpen(socket) {
  let bytes = 0;
  const count = (/** @type {Buffer} */ chunk) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) socket.destroy();
  };
  const timer = setTimeout(() => socket.destroy(), WITHIN_MS);
  const end = () => {
    clearTimeout(timer);
    socket.off('data', count);
  };
  socket.on('data', count);
  socket.once('close', end);
  return end;
}
