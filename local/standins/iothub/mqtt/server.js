// @ts-check
/** The MQTT side: aedes for the protocol, the hub's rules for everything else. */

import { createServer } from 'node:tls';
import { Aedes } from 'aedes';
import { listen } from '../listening.js';
import { authenticate } from './authentication.js';
import { DeviceSession } from './device_session.js';
import { awaitConnect } from './first_packet.js';
import { SessionPersistence } from './persistence.js';
import { commandsTopic, maySubscribe } from './routes.js';

/** @typedef {import('aedes').Client} Client */
/** @typedef {import('../hub.js').Hub} Hub */

const CONNECT_WITHIN_MS = 10_000;

/**
 * Devices publish to the hub alone, never to each other: what a device sends has been dealt with
 * when it was authorized, and is not offered to subscribers.
 */
class DeviceBroker extends Aedes {
  /**
   * @param {any} packet
   * @param {any} client the sender, or the callback when the broker itself publishes
   * @param {any} [done]
   */
  publish(packet, client, done) {
    if (client !== null && typeof client === 'object') done(null);
    else super.publish(packet, client);
  }
}

export class MqttServer {
  /** @type {WeakMap<Client, DeviceSession>} */
  #sessions = new WeakMap();
  /** @type {Set<import('node:tls').TLSSocket>} connections that have not said who they are */
  #waiting = new Set();

  /**
   * @param {Hub} hub
   * @param {import('../access/certificates.js').ServerIdentity} identity
   */
  constructor(hub, identity) {
    this.hub = hub;
    const persistence = new SessionPersistence(hub.registry);
    persistence.onAcknowledged = (deviceId) => hub.sessions.get(deviceId)?.completeCommand();
    this.broker = new DeviceBroker({ ...this.#rules(), persistence, concurrency: 1000 });
    const options = { key: identity.key, cert: identity.cert, handshakeTimeout: CONNECT_WITHIN_MS };
    this.server = createServer(options, (socket) => this.#accept(socket));
    this.server.on('tlsClientError', (error, socket) => {
      hub.log(`MQTT: no TLS: ${error.message}`);
      socket.destroy(); // Node says that the handshake took too long, and would leave it open
    });
    this.#watch();
  }

  /** @param {import('node:tls').TLSSocket} socket */
  #accept(socket) {
    this.#waiting.add(socket);
    socket.once('close', () => this.#waiting.delete(socket));
    const logError = (/** @type {Error} */ error) => {
      this.hub.log(`MQTT: a connection broke before its CONNECT: ${error.message}`);
    };
    socket.on('error', logError);
    awaitConnect(socket, {
      withinMs: CONNECT_WITHIN_MS,
      accept: () => {
        this.#waiting.delete(socket);
        socket.off('error', logError);
        this.broker.handle(socket);
      },
      refuse: (why) => {
        this.hub.log(`MQTT: a client is refused: ${why}`);
        socket.destroy();
      },
    });
  }

  /** @returns {import('aedes').AedesOptions} */
  #rules() {
    return {
      connectTimeout: CONNECT_WITHIN_MS,
      authenticate: (client, username, password, done) =>
        this.#authenticate(client, username, password?.toString('utf8'), done),
      authorizePublish: (client, packet, done) => {
        const session = client === null ? undefined : this.#sessions.get(client);
        if (session === undefined) return done(new Error('nobody may publish here'));
        if (packet.qos === 2) return done(new Error('QoS 2 is not supported'));
        session.publish(packet, propertiesOf(packet, client), done);
      },
      authorizeSubscribe: (client, subscription, done) =>
        done(null, maySubscribe(client.id, subscription.topic) ? subscription : null),
    };
  }

  /**
   * @param {Client} client
   * @param {string | undefined} username
   * @param {string | undefined} password
   * @param {(error: any, accepted: boolean | null) => void} done
   */
  #authenticate(client, username, password, done) {
    try {
      const asked = { clientId: client.id, username, password };
      const expiresMs = authenticate(asked, this.hub.registry, this.hub.hosts);
      this.#sessions.set(client, new DeviceSession(client, client.id, expiresMs, this.hub));
      done(null, true);
    } catch (error) {
      done(error, false);
    }
  }

  #watch() {
    const { broker, hub } = this;
    broker.on('client', (client) => {
      const session = this.#sessions.get(client);
      if (session !== undefined) hub.attach(session);
    });
    broker.on('clientReady', (client) => this.#sessions.get(client)?.sendCommand());
    broker.on('subscribe', (subscriptions, client) => {
      const topics = subscriptions.map(({ topic }) => topic);
      if (topics.includes(commandsTopic(client.id))) this.#sessions.get(client)?.sendCommand();
    });
    broker.on('clientDisconnect', (client) => {
      const session = this.#sessions.get(client);
      if (session !== undefined) hub.detach(session);
    });
    for (const event of /** @type {const} */ (['clientError', 'connectionError'])) {
      broker.on(event, (client, error) => {
        hub.log(`MQTT: ${client.id ?? 'a client'} is refused or dropped: ${error.message}`);
      });
    }
  }

  /**
   * @param {number} port
   * @param {string} address
   * @returns {Promise<number>} the port
   */
  async listen(port, address) {
    await this.broker.listen();
    return listen(this.server, port, address);
  }

  async close() {
    this.server.close();
    for (const socket of this.#waiting) socket.destroy();
    await new Promise((resolve) => this.broker.close(() => resolve(null)));
  }
}

/**
 * What MQTT says of a message beside its property bag, as IoT Hub passes it on.
 *
 * @param {import('aedes').PublishPacket} packet
 * @param {any} client
 * @returns {Record<string, string> | null} null when there is nothing to say
 */
function propertiesOf(packet, client) {
  const isWill = packet === client?.will;
  if (!packet.retain && !isWill) return null;
  return {
    ...(packet.retain && { 'mqtt-retain': 'true' }),
    ...(isWill && { 'iothub-MessageType': 'Will' }),
  };
}
