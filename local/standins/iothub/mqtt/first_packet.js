// @ts-check
/**
 * The first packet of a connection, before anybody knows whose it is: it has to be a CONNECT of
 * bounded size. The broker itself would gather up to 256 MB for it.
 */

const CONNECT = 1;
const MOST_CONNECT_BYTES = 64 * 1024;
const MOST_LENGTH_BYTES = 4;

/**
 * @param {Buffer} start of what the client sent
 * @returns {number | null} how long the packet says it is; null when more bytes are needed
 */
export function remainingLength(start) {
  let length = 0;
  for (let index = 1; index <= MOST_LENGTH_BYTES; index += 1) {
    if (index >= start.length) return null;
    length += (start[index] & 0x7f) * 128 ** (index - 1);
    if (start[index] < 0x80) return length;
  }
  return Infinity;
}

/**
 * Look at the first bytes of *socket* and leave them in it.
 *
 * @param {import('node:tls').TLSSocket} socket
 * @param {object} hooks
 * @param {() => void} hooks.accept called once the first packet is known to be a bounded CONNECT
 * @param {(why: string) => void} hooks.refuse
 * @param {number} hooks.withinMs until its size is known
 */
export function awaitConnect(socket, { accept, refuse, withinMs }) {
  let start = Buffer.alloc(0);
  const timer = setTimeout(() => end(() => refuse('it sent no CONNECT in time')), withinMs);
  const end = (/** @type {() => void} */ then) => {
    clearTimeout(timer);
    socket.off('readable', read);
    socket.off('close', close);
    then();
  };
  const close = () => end(() => {});
  const read = () => {
    const chunk = socket.read();
    if (chunk === null) return;
    start = Buffer.concat([start, chunk]);
    const length = remainingLength(start);
    if (start[0] >> 4 !== CONNECT) return end(() => refuse('its first packet is no CONNECT'));
    if (length === null) return;
    if (length > MOST_CONNECT_BYTES) return end(() => refuse('its CONNECT is too large'));
    end(() => {
      socket.unshift(start);
      accept();
    });
  };
  socket.on('readable', read);
  socket.on('close', close);
}
