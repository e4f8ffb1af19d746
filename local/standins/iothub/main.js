// @ts-check
/** The local IoT Hub: `node main.js --state FOLDER --key BASE64 …`, flags in flags.js. */

import { resolve } from 'node:path';
import { AmqpServer } from './amqp/server.js';
import { serverIdentity } from './access/certificates.js';
import { FlagError, parseFlags } from './flags.js';
import { Hub } from './hub.js';
import { log } from './logging.js';
import { MqttServer } from './mqtt/server.js';
import { RestServer } from './rest/server.js';

const BAD_FLAGS = 2;

/**
 * @param {import('./flags.js').Flags} flags
 * @returns {Promise<() => Promise<void>>} what ends the serving
 */
async function serve(flags) {
  const hub = new Hub(flags);
  const identity = await serverIdentity(resolve(flags.state, 'certificates'), hub.hosts);
  const mqtt = new MqttServer(hub, identity);
  const rest = new RestServer(hub, identity);
  const amqp = new AmqpServer(hub, identity);
  const ready = {
    ready: true,
    ca: identity.caPath,
    mqtt: await mqtt.listen(flags.mqttPort, flags.address),
    https: await rest.listen(flags.httpsPort, flags.address),
    amqp: await amqp.listen(flags.amqpPort, flags.address),
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  return async () => {
    rest.close();
    amqp.close();
    await mqtt.close();
    hub.close();
  };
}

/** @returns {Promise<void>} when the process is asked to end */
function toldToStop() {
  return new Promise((stop) => {
    process.once('SIGTERM', () => stop());
    process.once('SIGINT', () => stop());
  });
}

try {
  const told = toldToStop();
  const close = await serve(parseFlags(process.argv.slice(2)));
  await told;
  await close();
  process.exit(0);
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exit(error instanceof FlagError ? BAD_FLAGS : 1);
}
