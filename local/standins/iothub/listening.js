// @ts-check
/** Opening a port, with an error that names it. */

/**
 * @param {import('node:net').Server} server
 * @param {number} port 0 for any free one
 * @param {string} address
 * @returns {Promise<number>} the port
 */
export function listen(server, port, address) {
  return new Promise((resolve, reject) => {
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      reject(new Error(`cannot listen on ${address}:${port}: ${error.code ?? error.message}`));
    });
    server.listen(port, address, () => {
      server.removeAllListeners('error');
      resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
    });
  });
}
