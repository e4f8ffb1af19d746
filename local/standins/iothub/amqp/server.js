// @ts-check
/** The Event Hubs side: connections, and what each link on them is for. */

import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import rhea from 'rhea';
import { listen } from '../listening.js';
import { parseAddress } from './routes.js';
import { ConsumerLink } from './consumer_link.js';
import { Epochs } from './epochs.js';
import { AmqpError, noSuchPartition, notFound, notImplemented, unauthorized } from './errors.js';
import { boundUntilOpen } from './opening.js';
import { sendFullLists } from './performatives.js';
import { receive } from './producer_link.js';
import { answer, manage, putToken } from './requests.js';
import { selectorOf, startOffset } from './selector.js';

/** @typedef {import('rhea').EventContext} EventContext */
/** @typedef {import('../hub.js').Hub} Hub */

const MOST_MESSAGE_BYTES = 1024 * 1024;
const EPOCH = 'com.microsoft:epoch';

const CONNECTION = {
  container_id: 'tocsin-local-event-hubs',
  idle_time_out: 240_000,
  max_frame_size: 65_536,
  channel_max: 255,
  properties: { product: 'tocsin-local-event-hubs' },
  receiver_options: { autoaccept: false, credit_window: 100 },
};

export class AmqpServer {
  #container = rhea.create_container({ id: CONNECTION.container_id });
  #epochs = new Epochs();
  /** @type {Map<any, () => void>} what to do when a consumer's link ends */
  #ends = new Map();
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  /** @type {WeakMap<object, string>} by connection the token that its client has put last */
  #tokens = new WeakMap();

  /**
   * @param {Hub} hub
   * @param {import('../access/certificates.js').ServerIdentity} identity for TLS, without which no
   *     client sends a token of an identity; where keys open the stream, it is plain TCP
   */
  constructor(hub, identity) {
    this.hub = hub;
    sendFullLists();
    this.#acceptLogins();
    this.#watch();
    const accept = (/** @type {import('node:net').Socket} */ socket) => this.#accept(socket);
    const { key, cert } = identity;
    this.server =
      hub.roles === null ? createServer(accept) : createTlsServer({ key, cert }, accept);
  }

  /** @param {import('node:net').Socket} socket */
  #accept(socket) {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    const connection = /** @type {any} */ (this.#container).create_connection(CONNECTION);
    connection.once('connection_open', boundUntilOpen(socket));
    connection.accept(socket);
  }

  /** Whoever can reach this port may use it: the login is asked for, and any is right. */
  #acceptLogins() {
    const mechanisms = /** @type {any} */ (this.#container.sasl_server_mechanisms);
    mechanisms.enable_anonymous();
    mechanisms.enable_plain(() => true);
    mechanisms.MSSBCBS = mechanisms.ANONYMOUS;
  }

  #watch() {
    const container = this.#container;
    container.on('session_open', ({ session }) => {
      const { begin } = /** @type {any} */ (session).local;
      begin.handle_max = 255;
      begin.properties = { product: CONNECTION.container_id };
    });
    container.on('sender_open', ({ sender }) => this.#open(sender));
    container.on('receiver_open', ({ receiver }) => this.#open(receiver));
    for (const event of ['connection_error', 'session_error', 'sender_error', 'receiver_error']) {
      container.on(event, (context) => {
        const error = context.error ?? context.sender?.error ?? context.receiver?.error;
        this.hub.log(`AMQP: ${event.replace('_', ' ')}: ${error?.description ?? error}`);
      });
    }
    // Its message would quote what came, and that may be a credential.
    container.on('protocol_error', () => this.hub.log('AMQP: a client is refused: that is no AMQP'));
    container.on('error', (error) => this.hub.log(`AMQP: ${error.message ?? error}`));
    container.on('sender_close', ({ sender }) => this.#end((link) => link === sender));
    container.on('session_close', ({ session }) => this.#end((link) => link.session === session));
    for (const event of ['connection_close', 'disconnected']) {
      container.on(event, ({ connection }) => this.#end((link) => link.connection === connection));
    }
  }

  /** @param {(link: any) => boolean} isEnded of the links that consumers read by */
  #end(isEnded) {
    for (const [link, end] of this.#ends) {
      if (!isEnded(link)) continue;
      this.#ends.delete(link);
      end();
    }
  }

  /** @param {any} link that a client has opened, either way */
  #open(link) {
    const { source, target } = link;
    link.set_source({ address: source?.address ?? '' });
    link.set_target({ address: target?.address ?? '' });
    Object.assign(link.local.attach, { max_message_size: MOST_MESSAGE_BYTES, properties: {} });
    try {
      if (link.is_sender()) this.#toClient(link, source);
      else this.#fromClient(link, target);
    } catch (error) {
      if (!(error instanceof AmqpError)) throw error;
      link.close({ condition: error.condition, description: error.description });
    }
  }

  /**
   * @param {any} sender
   * @param {any} source
   */
  #toClient(sender, source) {
    // Clients do not settle all they get, and one unsettled delivery holds up its whole session.
    sender.local.attach.snd_settle_mode = 1;
    const address = parseAddress(source?.address);
    if (address === null || address.kind === 'send') throw notFound(source?.address);
    if (address.kind === 'read') this.#read(sender, address, selectorOf(source));
  }

  /**
   * @param {any} sender
   * @param {Extract<import('./routes.js').Address, { kind: 'read' }>} address
   * @param {string | undefined} selector
   */
  #read(sender, address, selector) {
    const log = this.#partition(address.eventHub, address.partition);
    this.#checkRole(sender, 'receive');
    const offset = startOffset(selector, log);
    const place = `${address.consumerGroup.toLowerCase()}/${address.partition}`;
    const epoch = sender.properties?.[EPOCH];
    const leave = this.#epochs.enter(place, {
      epoch: epoch === undefined ? null : Number(epoch),
      evict: ({ condition, description }) => {
        sender.close({ condition, description });
        this.#end((link) => link === sender);
      },
    });
    const consumer = new ConsumerLink(sender, log, offset, () =>
      this.#findRefusal(sender, 'receive'),
    );
    this.#ends.set(sender, () => {
      consumer.end();
      leave();
    });
  }

  /**
   * @param {any} receiver
   * @param {any} target
   */
  #fromClient(receiver, target) {
    const address = parseAddress(target?.address);
    if (address?.kind === 'cbs') {
      const keep = (/** @type {string} */ token) => this.#tokens.set(receiver.connection, token);
      return this.#serve(receiver, (request) => putToken(request, this.hub.roles, keep));
    }
    if (address?.kind === 'management') {
      return this.#serve(receiver, (request) => {
        const refusal = this.#findRefusal(receiver, 'receive');
        if (refusal !== null) {
          // The client of Python does not show what it is told here.
          this.hub.log(`AMQP: a question about the stream is refused: ${refusal}`);
          return { status: 401, description: refusal };
        }
        return manage(request.application_properties ?? {}, this.hub.eventHub);
      });
    }
    if (address?.kind !== 'send') throw notImplemented(`sending to '${target?.address}'`);
    const log = address.partition === null
      ? this.#entity(address.eventHub)
      : this.#partition(address.eventHub, address.partition);
    this.#checkRole(receiver, 'send');
    receiver.on('message', (/** @type {EventContext} */ context) => {
      receive(context, log, this.hub.eventHub);
    });
  }

  /**
   * @param {any} link
   * @param {'receive' | 'send'} verb
   * @throws {AmqpError}
   */
  #checkRole(link, verb) {
    const refusal = this.#findRefusal(link, verb);
    if (refusal === null) return;
    this.hub.log(`AMQP: a link is refused: ${refusal}`);
    throw unauthorized(refusal);
  }

  /**
   * @param {any} link
   * @param {'receive' | 'send'} verb
   * @returns {string | null} why its client may not, null when it may
   */
  #findRefusal(link, verb) {
    const { roles } = this.hub;
    return roles === null
      ? null
      : roles.findStreamRefusal(this.#tokens.get(link.connection), verb);
  }

  /**
   * @param {any} receiver
   * @param {(request: any) => import('./requests.js').Reply} handle
   */
  #serve(receiver, handle) {
    receiver.on('message', (/** @type {any} */ { message, delivery }) => {
      delivery.accept();
      const reply = answer(message, handle(message));
      receiver.session.find_sender(isAnswering(receiver, message.reply_to))?.send(reply);
    });
  }

  /**
   * @param {string} name
   * @returns {null}
   */
  #entity(name) {
    if (name.toLowerCase() !== this.hub.eventHub.name.toLowerCase()) throw notFound(name);
    return null;
  }

  /**
   * @param {string} name
   * @param {string} id
   */
  #partition(name, id) {
    this.#entity(name);
    const log = this.hub.eventHub.partition(id);
    if (log === undefined) throw noSuchPartition(id, this.hub.eventHub.partitions.length);
    return log;
  }

  /**
   * @param {number} port
   * @param {string} address
   */
  listen(port, address) {
    return listen(this.server, port, address);
  }

  close() {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/**
 * The link for answers is to the same node as the requests; a client that has several tells them
 * apart by reply-to.
 *
 * @param {any} receiver of the requests
 * @param {string | undefined} replyTo
 * @returns {(link: any) => boolean}
 */
function isAnswering({ target }, replyTo) {
  return (link) => {
    const isSameNode = link.source?.address === target.address;
    return isSameNode && (!replyTo || replyTo === link.target?.address);
  };
}
